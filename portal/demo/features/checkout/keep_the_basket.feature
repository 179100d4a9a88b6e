Feature: Keep the basket when a payment is declined
  In order not to choose everything again
  As a shopper whose card was declined
  I want my basket as it was

  Scenario: Card declined at the bank
    Given a basket with 2 items
    When the bank declines the card
    Then I am told why in my language
    And the basket still holds 2 items
