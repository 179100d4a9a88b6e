Feature: Pay with a stored card
  In order to pay without looking for my purse
  As a shopper who has paid before
  I want to use the card I used last time

  Scenario: The card is still valid
    Given a basket with 2 items
    And a stored card that ends on 4242
    When I pay with the stored card
    Then the order is placed
    And I see the receipt

  Scenario: The card has expired
    Given a basket with 2 items
    And a stored card that expired last month
    When I pay with the stored card
    Then I am asked for another card
