Feature: Choose a locker on the way
  In order to fetch the parcel on my way home
  As a shopper
  I want to choose among the lockers near a place I name

  Scenario: Lockers near the station
    Given 4 lockers within 500 m of the station
    When I choose delivery to a locker near the station
    Then I see the 4 lockers, the nearest first
