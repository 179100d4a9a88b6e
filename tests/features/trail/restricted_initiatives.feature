Feature: A restricted initiative does not exist for others
  As an executive
  I want what is confidential to be read by those who work on it, and by those who audit
  So that a name alone gives nothing away

  Background:
    Given the restricted initiative "Merger" with the epic "Buy the competitor" and the story "Sign the papers"

  Scenario Outline: To others it looks as if it were not there
    When Maria opens the page of the <kind> "<title>"
    Then Maria is told "There is nothing here"

    Examples:
      | kind       | title              |
      | initiative | Merger             |
      | epic       | Buy the competitor |
      | story      | Sign the papers    |

  Scenario Outline: It stands in no list and no search of theirs
    When <person> searches for "competitor"
    Then <person> <finds> "Buy the competitor"

    Examples:
      | person | finds         |
      | Maria  | does not find |
      | Omar   | finds         |
      | Emil   | finds         |
      | Ada    | finds         |
