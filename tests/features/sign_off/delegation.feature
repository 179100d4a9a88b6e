Feature: Delegate a seat
  As a product owner who goes on leave
  I want somebody to sign for me until a day
  So that nothing waits, and everybody sees in whose name it was done

  Background:
    Given the epic "Checkout" is ready to sign, with the story "Pay by card"

  Scenario: A delegate signs, and is named as one
    Given Maria has delegated her seat to Nora for 7 days
    When Nora signs the epic "Checkout"
    Then Nora gets a receipt
    And the receipt says that "Nora Body" signed as "Product Owner of I-1"
    And the receipt says "for Maria Keller"

  Scenario: After the last day the seat is the holder's alone
    Given Maria has delegated her seat to Nora for 7 days
    When 8 days have passed
    And Nora has the epic "Checkout" open to sign it
    Then Nora is refused with "you hold no such seat today"

  Scenario: A delegate does not pass it on
    Given Maria has delegated her seat to Nora for 7 days
    When Nora delegates Maria's seat to Omar for 2 days
    Then Nora is refused with "may not pass it on"

  Scenario: What a delegate asks for, the holder does not grant
    Given Maria has delegated her seat to Nora for 7 days
    And "Checkout" requires "Cold start under 2 s", which nobody has attested
    And Nora has asked for a waiver on "Checkout" for 20 days
    When Maria says yes to the waiver
    Then Maria is refused with "Who asks for a waiver does not decide on it"

  Scenario: What a delegate tried by hand, the holder does not sign
    Given the epic "Returns" with the story "Send it back"
    And Lena has delegated her seat to Nora for 7 days
    And Nora has tried "Send it back" by hand
    When Lena signs the story "Send it back"
    Then Lena is refused with "which your delegate recorded"

  Scenario: What binds the holder binds the delegate
    Given the epic "Returns" with the story "Send it back"
    And every story of "Returns" has passed
    And Ruth has delegated her seat to Nora for 7 days
    When Nora signs the story "Send it back"
    Then Nora is refused with "Who last edited a story does not sign it"
