"""The API's second door to people, seats, teams and services.

People, seats and tokens are handed out by persons on their pages, never here.
"""
