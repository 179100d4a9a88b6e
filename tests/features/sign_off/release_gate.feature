Feature: Ask whether an epic may ship
  As the pipeline of a team
  I want a yes or a no, with the reasons
  So that nothing goes out that nobody has signed, or that fails since

  Background:
    Given the epic "Checkout" is ready to sign, with the story "Pay by card"
    And Adam has made a token for the program "pipeline"

  Scenario: What nobody has signed may not ship
    When "pipeline" asks whether "Checkout" may ship
    Then the answer is no, because "E-1 is not signed"

  Scenario: What is signed may
    Given Maria has signed the epic "Checkout"
    When "pipeline" asks whether "Checkout" may ship
    Then the answer is yes

  Scenario: What fails since may no longer
    Given Maria has signed the epic "Checkout"
    And the latest run of "Pay by card" failed
    When "pipeline" asks whether "Checkout" may ship
    Then the answer is no, because "1 failing"
