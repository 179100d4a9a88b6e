Feature: Write a story
  As an analyst
  I want to write what users need as text that can be tested
  So that what we agree on can be proven

  Background:
    Given the epic "Checkout" with the story "Pay by card"

  Scenario: A story without scenarios is a draft
    When Ruth adds to "Checkout" a story that reads
      """
      Feature: Pay with points
        In order to spend what was collected
      """
    Then the story "Pay with points" is shown as "Draft"

  Scenario: What is no story is refused with its line
    When Ruth adds to "Checkout" a story that reads
      """
      Feature: Pay with points

        Scenario: Enough points
          Given 100 points
          Maybe the customer pays
      """
    Then Ruth is told "Line 5"
    And there is no story "Pay with points"
