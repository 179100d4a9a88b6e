Feature: Stale evidence greens nothing
  As a product owner
  I want a result to count for the very text that was run
  So that nobody shows me yesterday's green for today's promise

  Background:
    Given the epic "Checkout" with the story "Pay by card"
    And every story of "Checkout" has passed
    And a report in which "Pay by card" passed
    And Ruth has changed the story "Pay by card" to end with "the order is placed twice"

  Scenario: A late report of the old text is kept, marked, and proves nothing
    When Tomas imports the report
    Then the row of "Pay by card at the first try" says "Stale"
    And the story "Pay by card" is shown as "Broken by edit"

  Scenario: A run of the new text proves it
    Given a report in which "Pay by card" passed
    When Tomas imports the report
    Then the story "Pay by card" is shown as "Passing"

  Scenario: What did not change keeps what it proved
    Given a report in which "Pay by card" passed
    And Tomas has imported the report
    When Ruth edits the story "Pay by card" and adds a scenario
    Then the story "Pay by card" has 1 scenario that passed and 1 that never ran
