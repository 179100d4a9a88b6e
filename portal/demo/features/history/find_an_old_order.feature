Feature: Find an old order
  In order to buy the same lamp again
  As a shopper
  I want to find an order by what I remember of it

  Background:
    Given I have ordered in every year since 2016

  Scenario: Find it by a word
    When I search my orders for "lamp"
    Then I see the 2 orders with a lamp, the newer one first

  Scenario Outline: Find it by year
    When I choose the year <year>
    Then I see <count> orders

    Examples:
      | year | count |
      | 2016 | 1     |
      | 2021 | 4     |
      | 2026 | 7     |
