Feature: Waive a criterion until a day
  As a product owner and an SRE lead
  We want to agree, together and for a while, to what is not met yet
  So that an epic can ship without anybody looking away

  Tomas, who leads the team, asks. Maria owns the product, Priya leads the site reliability engineers.

  Background:
    Given the epic "Checkout" is ready to sign, with the story "Pay by card"
    And "Checkout" requires "Cold start under 2 s", which nobody has attested

  Scenario: Two yeses grant a waiver
    Given Tomas has asked for a waiver on "Checkout" for 20 days
    When Maria says yes to the waiver
    And Priya says yes to the waiver
    Then the waiver is shown as "Granted"
    And the epic "Checkout" is shown as "Ready, with exceptions"

  Scenario: Who asks does not decide
    Given Maria has asked for a waiver on "Checkout" for 20 days
    When Maria says yes to the waiver
    Then Maria is refused with "Who asks for a waiver does not decide on it"

  Scenario: An acceptance with an exception says so
    Given a waiver on "Checkout" is granted for 20 days
    When Maria signs the epic "Checkout" with exceptions
    Then Maria gets a receipt
    And the receipt says "with one exception"

  Scenario: When its last day is over, the signed epic drifts
    Given a waiver on "Checkout" is granted for 20 days
    And Maria has signed the epic "Checkout" with exceptions
    When 21 days have passed
    Then everybody reads "NFR-1 is not attested" at the epic "Checkout"
    And the list of epics shows "Checkout" as "Signed, drifted"

  Scenario: What the SRE lead attests needs no waiver
    When Priya attests "Cold start under 2 s", saying "Measured on the staging site."
    And Maria signs the epic "Checkout"
    Then Maria gets a receipt
