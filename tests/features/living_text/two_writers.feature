Feature: Two writers of one story
  As an analyst
  I want to hear of it when somebody saved before me
  So that neither of us loses a word

  Background:
    Given the epic "Checkout" with the story "Pay by card"
    And Lena has the story "Pay by card" open to edit it
    And Ruth has changed the story "Pay by card" to end with "the order is placed twice"

  Scenario: Who saves second is told who saved first, and loses no word
    When Lena saves it ending with "the order is placed at once"
    Then Lena is told "Changed meanwhile"
    And Lena is told "Ruth Adeyemi saved version 2"
    And Lena is shown the new step "Then the order is placed twice"
    And the story "Pay by card" says "the order is placed twice"
    And Lena still has "the order is placed at once" in her editor

  Scenario: She may go on, knowing what she replaces
    Given Lena has saved it ending with "the order is placed at once"
    When Lena saves again what stands in her editor
    Then the story "Pay by card" says "the order is placed at once"
    And the versions of "Pay by card" are by "Ruth Adeyemi", "Ruth Adeyemi" and "Lena Brandt"
