Feature: See the delivery price before paying
  In order not to be surprised at the end
  As a shopper
  I want to see what delivery costs as soon as I have typed my address

  Scenario Outline: The price depends on the country
    Given a basket of <weight>
    When I type an address in <country>
    Then delivery costs <price>

    Examples:
      | weight | country | price |
      | 1 kg   | France  | 4.90  |
      | 1 kg   | Finland | 9.90  |
      | 12 kg  | France  | 12.90 |
