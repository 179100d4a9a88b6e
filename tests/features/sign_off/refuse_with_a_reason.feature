Feature: Refuse with a reason
  As somebody who is asked to sign
  I want to say no at any time, and why
  So that those who build know what to do next

  Background:
    Given the epic "Checkout" is ready to sign, with the story "Pay by card"

  Scenario: A product owner rejects an epic
    When Maria rejects the epic "Checkout" because "The refund path is missing."
    Then the epic "Checkout" is shown as "Rejected"
    And everybody reads "The refund path is missing." at the epic "Checkout"

  Scenario: A rejection says why
    When Maria rejects the epic "Checkout" without a reason
    Then Maria is refused with "Say why you reject it"
    And nobody has signed the epic "Checkout"

  Scenario: An analyst takes back her signature of a story
    When Lena rejects the story "Pay by card" because "The basket is lost."
    Then the story "Pay by card" is shown as "Passing"
    And everybody reads "The basket is lost." at the story "Pay by card"
    And the epic "Checkout" is shown as "Blocked"
