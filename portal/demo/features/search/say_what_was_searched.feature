Feature: Say what was searched instead
  In order to trust the results
  As a shopper
  I want to be told when my words were corrected

  Scenario: Corrected words are named
    When I search for "ketlte"
    Then I read that results for "kettle" are shown
    And I can search for "ketlte" as I typed it
