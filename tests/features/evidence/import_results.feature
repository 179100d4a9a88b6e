Feature: Import the results of a test run
  As a team whose stories run somewhere else
  I want their results to come in by page or by program
  So that what we promise is what has passed

  Background:
    Given the epic "Checkout" with the stories "Pay by card" and "Pay by invoice"
    And a report in which "Pay by card" passed

  Scenario: A result greens the story that it ran
    When Tomas imports the report
    Then the story "Pay by card" is shown as "Passing"
    And the story "Pay by invoice" is shown as "Ready"

  Scenario: A team's CI sends it with a token
    Given Adam has made a token for the program "ci"
    When "ci" sends the report
    Then the answer is 201 with "R-1"
    And the story "Pay by card" is shown as "Passing"

  Scenario: The same report twice is one run
    Given Adam has made a token for the program "ci"
    And "ci" has sent the report
    When "ci" sends the report
    Then the answer is 200 with "R-1"

  Scenario: A token that nobody made proves nothing
    Given Adam has made a token for the program "ci"
    When somebody sends the report with a made-up token
    Then the answer is 401 with "This token is unknown, expired or revoked"
    And the story "Pay by card" is shown as "Ready"

  Scenario: Who holds no seat brings nothing in
    When Nora imports the report
    Then Nora is refused with "None of your seats lets you"
