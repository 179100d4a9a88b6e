"""The API's second door to agreement: gates, who signed what, waivers, requests, regressions, a story's history.

Nothing is signed here: a signature takes a person who reads what it covers and confirms who they are, on the page.
"""
