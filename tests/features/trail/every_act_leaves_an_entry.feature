Feature: Every act leaves an entry
  As an auditor
  I want to read who did what, when, and in which seat
  So that I need not believe anybody's memory

  Background:
    Given the epic "Checkout" is ready to sign, with the story "Pay by card"

  Scenario Outline: What people do stands in the log as a sentence
    When <act>
    Then Ada reads in the log "<sentence>"

    Examples:
      | act                                                               | sentence                                                                          |
      | Maria signs the epic "Checkout"                                   | Maria Keller, Product Owner of I-1, accepted the delivery of “Checkout”           |
      | Ruth edits the story "Pay by card" and takes a step away          | Ruth Adeyemi, Business Analyst of I-1, changed the meaning of S-1 “Pay by card”   |
      | Maria delegates her seat to Nora for 7 days                       | delegated the seat of Product Owner on I-1                                        |
      | Sam tries "Pay by card" by hand and says "I paid."                | Sam Okafor, SRE of I-1, recorded                                                  |

  Scenario: What is refused leaves none
    When Ruth signs the story "Pay by card"
    Then Ruth is refused with "Who last edited a story does not sign it"
    And the log is as long as before

  Scenario: What the portal finds by itself is told as its own
    Given Maria has signed the epic "Checkout"
    And Ruth has changed the story "Pay by card" to end with "the order is placed twice"
    When Ruth changes the story "Pay by card" to end with "the order is placed"
    And 1 days have passed
    Then Ada reads in the log "The portal found"

  Scenario Outline: The log is read by those who answer for it
    When <person> opens the log
    Then <person> <sees> the log

    Examples:
      | person | seat          | sees         |
      | Ada    | Auditor       | reads        |
      | Emil   | Executive     | reads        |
      | Maria  | Product Owner | may not read |
