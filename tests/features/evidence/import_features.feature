Feature: Import stories from feature files
  As a team that keeps its stories beside its code
  I want folders of feature files to become epics and stories
  So that we need not type them twice

  Background:
    Given a folder "basket" with the files "fill.feature" and "empty.feature"

  Scenario: A folder becomes an epic, each file a story
    When Adam imports the folder "basket" into the initiative "Basket that lasts"
    Then Adam is told "2 stories of 2 files"
    And Adam finds the story "fill" in the epic "E-1"

  Scenario: The same folder again changes nothing
    Given Adam has imported the folder "basket" into the initiative "Basket that lasts"
    When Adam imports the folder "basket" into the initiative "Basket that lasts"
    Then Adam is told "All 2 stories are as they were"

  Scenario: A file that is no story refuses all of them, with its line
    Given the file "broken.feature" in the folder "basket" reads
      """
      Feature: Broken

        Scenario: One
          Given a full basket
          Sometimes it is lost
      """
    When Adam imports the folder "basket" into the initiative "Basket that lasts"
    Then Adam is told "Nothing was imported"
    And Adam is told "broken.feature 5"

  Scenario: A file that is gone archives its story
    Given Adam has imported the folder "basket" into the initiative "Basket that lasts"
    And the file "empty.feature" in the folder "basket" is deleted
    When Adam imports the folder "basket" into the initiative "Basket that lasts"
    Then Adam finds the story "empty" shown as "Archived"
