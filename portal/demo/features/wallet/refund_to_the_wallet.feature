Feature: Refund to the wallet
  In order to see my money where I paid
  As a shopper who paid with a wallet
  I want a refund in the same wallet

  Scenario: A whole order comes back
    Given an order of 40.00 paid with a wallet
    When the order comes back whole
    Then 40.00 are refunded to the wallet within 2 days
