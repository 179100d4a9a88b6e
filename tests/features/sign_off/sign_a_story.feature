Feature: Sign a story
  As a business analyst
  I want to sign stories that have passed and that I did not write
  So that a product owner can rely on what she did not try herself

  Lena and Ruth are the analysts. Ruth writes the stories of these scenarios.

  Background:
    Given the epic "Checkout" with the stories "Pay by card" and "Pay by invoice"

  Scenario: A story that has passed is signed
    Given every story of "Checkout" has passed
    When Lena signs the story "Pay by card"
    Then Lena gets a receipt
    And the receipt says that "Lena Brandt" signed as "Business Analyst of I-1"
    And the story "Pay by card" is shown as "Signed"

  Scenario Outline: Only a story that has passed is accepted
    Given the latest run of "Pay by card" <ended>
    When Lena signs the story "Pay by card"
    Then Lena is refused with "<reason>"
    And nobody has signed the story "Pay by card"

    Examples:
      | ended       | reason                                        |
      | failed      | is failing: A scenario failed                 |
      | was skipped | It has scenarios and no complete evidence yet |

  Scenario Outline: Only an analyst signs stories
    Given every story of "Checkout" has passed
    When <person> signs the story "Pay by card"
    Then <person> is refused with "Only a Business Analyst of"

    Examples:
      | person | seat                  |
      | Maria  | Product Owner         |
      | Priya  | SRE Lead              |
      | Tomas  | Engineering Team Lead |
      | Nora   | none                  |
