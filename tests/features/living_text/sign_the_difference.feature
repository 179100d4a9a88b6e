Feature: Sign only the difference again
  As those who sign
  We want to read what moved since we signed, and to sign that alone
  So that a small change stays small

  Background:
    Given the epic "Checkout" is ready to sign, with the stories "Pay by card" and "Pay by invoice"
    And Maria has signed the epic "Checkout"
    And Ruth has changed the story "Pay by card" to end with "the order is placed twice"

  Scenario: The analyst signs the one story that changed
    Given every story of "Checkout" has passed
    When Lena signs all stories of "Checkout" that wait for her
    Then Lena is told "1 story of E-1 signed"
    And the epic "Checkout" is shown as "Drifted, ready to sign again"

  Scenario: Before she signs, the product owner is shown what moved
    Given the stories of "Checkout" are passed and signed
    When Maria has the epic "Checkout" open to sign it
    Then Maria is shown the new step "Then the order is placed twice"

  Scenario: Her new signature covers the epic as it stands
    Given the stories of "Checkout" are passed and signed
    When Maria signs the epic "Checkout"
    Then Maria gets a receipt
    And the epic "Checkout" is shown as "Signed"
