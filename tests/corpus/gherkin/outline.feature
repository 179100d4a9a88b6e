# language: en
@shop
Feature: Cart – “Ünïcode”
  In order to buy

  Background:
    Given an empty cart

  Rule: Lamps
    Scenario Outline: Add <thing> twice
      When I add <thing>
        | name    | \| |
        | <thing> | a  |
      * I read
        """json
        {"a": "<thing>"}
        """

      Examples: Some
        | thing |
        | lamps |
        | sofas |
