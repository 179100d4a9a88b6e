"""What waits for me: the home page by seat, the inbox, search across rooms.

It follows the log by cursor to tell people what happened, and owns no domain rule.
"""
