Feature: An edit breaks a story
  As a product owner
  I want to see at once when what I signed is no longer what is written
  So that nobody builds on an agreement that is gone

  Background:
    Given the epic "Checkout" is ready to sign, with the stories "Pay by card" and "Pay by invoice"
    And Maria has signed the epic "Checkout"

  Scenario: One changed step breaks one story and drifts its epic
    When Ruth changes the story "Pay by card" to end with "the order is placed twice"
    Then the story "Pay by card" is shown as "Broken by edit"
    And the story "Pay by invoice" is shown as "Signed"
    And the epic "Checkout" is shown as "Signed, drifted"
    And the list of epics shows "Checkout" as "Signed, drifted"

  Scenario Outline: Whatever changes the meaning breaks the signature
    When Ruth edits the story "Pay by card" and <changes>
    Then the epic "Checkout" is shown as "Signed, drifted"
    And everybody reads "1 of 2 stories signed" at the epic "Checkout"

    Examples:
      | changes                      |
      | changes a number in a step   |
      | takes a step away            |
      | says When where it said Then |
      | gives it another title       |
      | says who it is for           |
      | adds a scenario              |

  Scenario: The page of the epic shows what changed
    When Ruth changes the story "Pay by card" to end with "the order is placed twice"
    And Maria opens the epic "Checkout"
    Then Maria reads "Changed since the last signature"
    And Maria reads "1 changed (S-1)"
    And Maria is shown the new step "Then the order is placed twice"

  Scenario: The old words bring the agreement back
    Given Ruth has changed the story "Pay by card" to end with "the order is placed twice"
    When Ruth changes the story "Pay by card" to end with "the order is placed"
    Then the story "Pay by card" is shown as "Signed"
    And the epic "Checkout" is shown as "Signed"
