Feature: Agree to an exception until a day
  As a product owner and an SRE lead
  We want to agree, together and for a while, to what is not met yet
  So that an epic can ship without anybody looking away

  Tomas, who leads the team, asks. Maria owns the product, Priya leads the site reliability engineers.

  Background:
    Given the epic "Checkout" is ready to sign, with the story "Pay by card"
    And "Checkout" requires "Cold start under 2 s", which nobody has attested

  Scenario: Two yeses grant an exception
    Given Tomas has asked for an exception of "Checkout" for 20 days
    When Maria says yes to the exception
    And Priya says yes to the exception
    Then the exception is shown as "Granted"
    And the epic "Checkout" is shown as "Ready, with exceptions"

  Scenario: Who asks does not decide
    Given Maria has asked for an exception of "Checkout" for 20 days
    When Maria says yes to the exception
    Then Maria is refused with "Who asks for a waiver does not decide on it"

  Scenario: An acceptance with an exception says so
    Given an exception of "Checkout" is granted for 20 days
    When Maria signs the epic "Checkout" with exceptions
    Then Maria gets a receipt
    And the receipt says "with one exception"

  Scenario: When its last day is over, the signed epic drifts
    Given an exception of "Checkout" is granted for 20 days
    And Maria has signed the epic "Checkout" with exceptions
    When 21 days have passed
    Then everybody reads "NFR-1 is not attested" at the epic "Checkout"
    And the list of epics shows "Checkout" as "Signed, drifted"

  Scenario: The SRE lead attests what is met, and nothing is excepted
    When Priya attests "Cold start under 2 s", saying "Measured on the staging site."
    And Maria signs the epic "Checkout"
    Then Maria gets a receipt
