Feature: Nobody signs both sides
  As an auditor
  I want no one to agree to what they made themselves
  So that two people stand behind every agreement

  Background:
    Given the epic "Checkout" with the story "Pay by card"

  Rule: Who wrote a story does not sign it

    Background:
      Given every story of "Checkout" has passed

    Scenario: The author is refused
      When Ruth signs the story "Pay by card"
      Then Ruth is refused with "Who last edited a story does not sign it"

    Scenario: Somebody else's tidying up does not free the author
      Given Lena has tidied up the story "Pay by card"
      When Ruth signs the story "Pay by card"
      Then Ruth is refused with "Who last edited a story does not sign it"

  Rule: Who tried a story by hand does not sign what stands on it

    Scenario: The analyst who tried it is refused
      Given Lena has tried "Pay by card" by hand
      When Lena signs the story "Pay by card"
      Then Lena is refused with "Who recorded by hand that a story passes does not sign it"

  Rule: Who signed a story as analyst does not sign its epic

    Scenario: A product owner who is an analyst besides
      Given every story of "Checkout" has passed
      And Lena has signed the story "Pay by card"
      And Lena is besides Product Owner of the epic "Checkout"
      When Lena has the epic "Checkout" open to sign it
      Then Lena is refused with "S-1 carries your signature. Another product owner can sign."

  Rule: Who accepted an epic does not sign its stories

    Scenario: A product owner who becomes an analyst
      Given the stories of "Checkout" are passed and signed
      And Maria has signed the epic "Checkout"
      And Lena has taken back her signature of "Pay by card"
      And Maria is besides Business Analyst of the epic "Checkout"
      When Maria signs the story "Pay by card"
      Then Maria is refused with "Who accepted an epic does not sign its stories as analyst"
