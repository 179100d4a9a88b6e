Feature: Download an invoice
  In order to get my money back from my employer
  As a shopper
  I want the invoice of an old order as a file

  Scenario: An invoice of this year
    Given an order of last week
    When I ask for its invoice
    Then I get a PDF with the number of the order in its name

  Scenario: An invoice from before we changed systems
    Given an order of 2017
    When I ask for its invoice
    Then I am told that support sends it within a day
