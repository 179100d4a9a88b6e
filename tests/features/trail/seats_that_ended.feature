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

  Scenario: A seat on another initiative does not reach
    Given the initiative "Returns without a letter"
    And Nora is Product Owner of the initiative "Returns without a letter"
    When Nora has the epic "Checkout" open to sign it
    Then Nora is refused with "you hold no such seat today"

  Scenario: What was signed stays signed
    Given Maria signs the epic "Checkout"
    And Maria gets a receipt
    When Adam ends Maria's seat
    Then the receipt says that "Maria Keller" signed as "Product Owner of I-1"
    And the epic "Checkout" is shown as "Signed"
