Feature: Unknown results are said to be unknown
  As somebody who reads a run
  I want every result that cannot be led back to one scenario to say so, and why
  So that nothing is counted that nobody can explain

  Background:
    Given the epic "Checkout" with the story "Pay by card"

  Scenario: A result of a story that nobody wrote
    Given a report in which "Pay with shells" passed
    When Tomas imports the report
    Then Tomas is told "Some results prove nothing"
    And the row of "Pay with shells at the first try" says "No story has the name “Pay with shells”"

  Scenario: A result that fits two stories proves neither
    Given the epic "Checkout for shops" with the story "Pay by card"
    And a report in which "Pay by card" passed
    When Tomas imports the report
    Then the row of "Pay by card at the first try" says "Unknown"
    And every story "Pay by card" is listed as "Ready"
