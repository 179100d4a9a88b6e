Feature: Try a story by hand
  As an analyst, or an engineer
  I want to say what I did and saw where no test runs yet
  So that it counts, and is never taken for a test

  Background:
    Given the epic "Checkout" with the story "Pay by card"

  Scenario: What somebody tried counts, and is marked as tried by hand
    When Sam tries "Pay by card" by hand and says "I paid with my own card."
    Then the story "Pay by card" is shown as "Passing"
    And everybody reads "By hand" at the story "Pay by card"
