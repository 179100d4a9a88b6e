Feature: Every act leaves an entry
  As an auditor
  I want to read who did what, when, and in which seat
  So that I need not believe anybody's memory

  Background:
    Given the epic "Checkout" is ready to sign, with the story "Pay by card"

  Scenario Outline: What people do stands in the log as a sentence, with their seat
    When <act>
    Then Ada reads in the log that "<name>", "<seat>", "<did>"

    Examples:
      | act                                                      | name         | seat                    | did                                                 |
      | Maria signs the epic "Checkout"                          | Maria Keller | Product Owner of I-1    | signed off E-1 “Checkout”                           |
      | Ruth edits the story "Pay by card" and takes a step away | Ruth Adeyemi | Business Analyst of I-1 | edited S-1 “Pay by card”, which changes its meaning |
      | Maria delegates her seat to Nora for 7 days              | Maria Keller | Product Owner of I-1    | delegated the seat of Product Owner on I-1          |
      | Sam tries "Pay by card" by hand and says "I paid."       | Sam Okafor   | SRE of I-1              | tried S-1 “Pay by card” by hand                     |

  Scenario: What is refused leaves none
    Given Ada has read the log to its end
    When Ruth signs the story "Pay by card"
    Then Ruth is refused with "Who last edited a story does not sign it"
    And Ada finds nothing new in the log

  Scenario Outline: The log is read by those who answer for it
    When <person> opens the log
    Then <person> <sees> the log

    Examples:
      | person | seat          | sees         |
      | Ada    | Auditor       | reads        |
      | Emil   | Executive     | reads        |
      | Maria  | Product Owner | may not read |
