Feature: See where my return is
  In order to know when my money comes
  As a shopper who sent something back
  I want to follow the parcel

  Scenario: It arrived at the warehouse
    Given I sent one item back on Monday
    When the warehouse scans it on Thursday
    Then I see that it arrived on Thursday
    And I see that the money comes within 3 days
