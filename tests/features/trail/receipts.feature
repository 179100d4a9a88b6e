Feature: A receipt proves a signature
  As somebody who signed
  I want a page that proves what I signed, in which seat, and when
  So that I can show it to anybody later

  Background:
    Given the epic "Checkout" is ready to sign, with the story "Pay by card"
    And Maria has the receipt of her signature of "Checkout"

  Scenario: The log proves it
    Then the receipt says "The log proves now"
    And the receipt says "valid, nothing of the promise has changed"

  Scenario: Later it proves what was signed, not that it still holds
    When Ruth changes the story "Pay by card" to end with "the order is placed twice"
    Then the receipt says "The log proves now"
    And the receipt no longer says "valid, nothing of the promise has changed"

  Scenario: A receipt that was rewritten past the portal proves nothing
    When somebody with the database rewrote the statement that Maria signed
    Then the receipt says "This record was changed after signing"
    And the receipt no longer says "Proven"
    When Ada has the log verified
    Then Ada is told "The log has been changed"

  Scenario: The database itself refuses to rewrite a receipt
    When somebody with the database tries to rewrite the statement that Maria signed
    Then the database answers "what was signed stays as it was"

  Scenario: A rewritten log proves nothing
    When somebody with the database rewrote the entry of the signature of "Checkout"
    Then the receipt says "The log does not prove this"
