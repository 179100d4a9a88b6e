Feature: Pay in two taps
  In order to buy while the kettle boils
  As a shopper with a wallet on the phone
  I want to go from the basket to the receipt in two taps

  Scenario: Address and card come from the wallet
    Given a basket with 1 item
    When I tap the wallet's button
    And I confirm with my face
    Then the order is placed
    And it goes to the wallet's address

  Scenario: I change my mind
    Given a basket with 1 item
    When I tap the wallet's button
    And I close the sheet
    Then nothing is charged
    And the basket still holds 1 item
