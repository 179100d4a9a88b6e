Feature: Pay as a guest
  In order to buy a present once
  As somebody without an account
  I want to pay with nothing but an address and a card

  Scenario: No account is made
    Given a basket with 1 item
    When I pay as a guest
    Then the order is placed
    And no account was made
