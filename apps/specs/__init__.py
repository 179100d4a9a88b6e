"""Execution evidence: runs, and results pinned to the digest of the scenario that ran.

Reports come in by command, page and API; each result is matched to exactly one scenario or example row, or greens
nothing. This room never changes a story's text.
"""
