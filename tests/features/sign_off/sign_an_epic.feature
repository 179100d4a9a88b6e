Feature: Sign an epic
  As a product owner
  I want to sign what I have read, and know that it cannot move under my hand
  So that my signature means what I meant

  Background:
    Given the epic "Checkout" is ready to sign, with the stories "Pay by card" and "Pay by invoice"

  Scenario: She reads everything that her signature will cover
    When Maria has the epic "Checkout" open to sign it
    Then Maria reads "I, Maria Keller, Product Owner of I-1, accept the delivery of “Checkout”"
    And Maria reads the whole text of "Pay by card"
    And Maria reads the whole text of "Pay by invoice"

  Scenario: The product owner accepts
    When Maria signs the epic "Checkout"
    Then Maria gets a receipt
    And the receipt says that "Maria Keller" signed as "Product Owner of I-1"
    And the epic "Checkout" is shown as "Signed"

  Scenario: A wrong password confirms nothing
    When Maria signs the epic "Checkout" and types a wrong password
    Then Maria is told "Incorrect password"
    And nobody has signed the epic "Checkout"

  Scenario: What moves while she reads refuses the signature
    Given Maria has the epic "Checkout" open to sign it
    When Ruth changes the story "Pay by card" to end with "the order is placed twice"
    And Maria goes on to sign
    Then Maria is told "The epic changed while you were reading"
    And Maria is told "1 changed (S-1)"
    And nobody has signed the epic "Checkout"

  Scenario: A form that is sent twice signs once
    Given Maria has the epic "Checkout" open to sign it
    When Maria goes on to sign
    And Maria sends the same form again
    Then Maria gets the same receipt as before
    And the log of "Checkout" tells "epic.signed_off" 1 time

  Scenario Outline: Only a product owner of the epic signs it
    When <person> has the epic "Checkout" open to sign it
    Then <person> is refused with "Only a Product Owner of E-1 may sign it"

    Examples:
      | person | seat             |
      | Ruth   | Business Analyst |
      | Priya  | SRE Lead         |
      | Emil   | Executive        |
      | Adam   | Administrator    |

  Scenario: An epic with an unsigned story is not accepted, and the first blocker is named
    Given "Checkout" has one more story, "Pay in parts"
    When Maria signs the epic "Checkout"
    Then Maria is refused with "E-1 cannot be accepted yet. Stories signed: 2 of 3 stories signed"
