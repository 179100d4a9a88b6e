Feature: A signed story fails
  As a product owner
  I want to hear at once when something I accepted no longer passes
  So that I learn of it before customers do

  Background:
    Given the epic "Checkout" is ready to sign, with the stories "Pay by card" and "Pay by invoice"
    And Maria has signed the epic "Checkout"

  Scenario: The story keeps its signature and is marked as regressed
    When the latest run of "Pay by card" failed
    Then the story "Pay by card" is shown as "Signed"
    And the story "Pay by card" is shown as "Regressed"
    And the epic "Checkout" is shown as "Accepted, regressed"

  Scenario Outline: Who signed, and who leads the team, find it in their inbox
    When the latest run of "Pay by card" failed
    Then <person> finds "Signed S-1 “Pay by card” fails since run R-2" in the inbox

    Examples:
      | person | because           |
      | Maria  | signed the epic   |
      | Lena   | signed the story  |
      | Tomas  | leads the team    |

  Scenario: The next green run takes the mark away
    Given the latest run of "Pay by card" failed
    When the latest run of "Pay by card" passed
    Then the epic "Checkout" is shown as "Signed"
