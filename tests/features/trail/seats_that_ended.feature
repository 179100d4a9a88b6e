Feature: Who no longer holds a seat no longer signs
  As an administrator
  I want a seat to end at once when I end it
  So that nobody acts for us who no longer works for us

  Background:
    Given the epic "Checkout" is ready to sign, with the story "Pay by card"

  Scenario: An ended seat signs nothing
    Given Maria has the epic "Checkout" open to sign it
    When Adam ends Maria's seat
    And Maria goes on to sign
    Then Maria is refused with "you hold no such seat today"
    And nobody has signed the epic "Checkout"

  Scenario: Somebody who left is signed out at once
    Given Maria has the epic "Checkout" open to sign it
    When Adam deactivates Maria
    And Maria goes on to sign
    Then Maria stands before the sign-in page
    And Maria cannot sign in any more
