Feature: Get a code instead of a label
  In order to send something back without a printer
  As a shopper
  I want a code that the shop on the corner can scan

  Scenario: A code for one item
    Given an order of last week
    When I send one item back
    Then I get a code on my phone
