Feature: Find misspelled words
  In order to find what I mean, not what I type
  As a shopper with big thumbs
  I want small errors forgiven

  Scenario: Find a word with two letters swapped
    Given 3 kettles in the shop
    When I search for "ketlte"
    Then I see the 3 kettles

  Scenario: A word that exists is not corrected
    Given 3 kettles and 1 mettle polish in the shop
    When I search for "mettle"
    Then I see the mettle polish alone
