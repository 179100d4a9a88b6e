"""The API's second door to initiatives, epics and stories: the same queries, forms and actions as the pages."""
