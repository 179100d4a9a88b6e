Feature: Hide a wallet that is down
  In order not to try in vain
  As a shopper
  I want to see only the ways to pay that work now

  Scenario: The provider fails
    Given the wallet's provider has failed for a minute
    When I open the basket
    Then I do not see the wallet's button
    But I can pay by card
