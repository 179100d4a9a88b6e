Feature: A tampered log is found
  As an auditor
  I want the log to show by itself where somebody rewrote it
  So that it is worth something against those who own the database

  Background:
    Given the epic "Checkout" is ready to sign, with the story "Pay by card"
    And Maria has signed the epic "Checkout"

  Scenario: A log that nobody touched verifies
    When Ada has the log verified
    Then Ada is told "Nothing in the log has changed"

  Scenario Outline: Whatever is done past the portal is found at its place
    Given somebody with the database <did> the entry of the signature of "Checkout"
    When Ada has the log verified
    Then Ada is told "The log has been changed"
    And Ada is told the place of that entry

    Examples:
      | did       |
      | rewrote   |
      | deleted   |
      | backdated |

  Scenario: The database itself refuses to rewrite an entry
    When somebody with the database tries to rewrite an entry in its place
    Then the database answers "the audit log is append-only"
