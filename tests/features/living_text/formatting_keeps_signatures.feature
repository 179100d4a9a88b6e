Feature: Formatting keeps signatures
  As an analyst who tidies up
  I want signatures to cover what is meant, not how it is laid out
  So that nobody signs again because of white space

  Background:
    Given the epic "Checkout" is ready to sign, with the story "Pay by card"
    And Maria has signed the epic "Checkout"

  Scenario Outline: What means the same stays signed
    When Ruth edits the story "Pay by card" and <changes>
    Then the story "Pay by card" is shown as "Signed"
    And the epic "Checkout" is shown as "Signed"

    Examples:
      | changes                      |
      | indents it anew              |
      | leaves empty lines in it     |
      | writes a comment into it     |
      | tags it                      |
      | says Given where it said And |

  Scenario: It is a new version nevertheless
    When Ruth edits the story "Pay by card" and writes a comment into it
    And Ruth compares the last two versions of "Pay by card"
    Then Ruth reads "The texts differ in formatting, comments, tags or keywords only"
