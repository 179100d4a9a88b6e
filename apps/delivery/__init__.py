"""Initiatives, epics and stories with their Gherkin, NFR definitions, dependencies, and the threads from an epic.

Product owners and business analysts write here. A story's text is versioned, its meaning has a digest; the columns
that evidence and signatures set on stories and epics are written by specs and signoff through this room's actions.
This room never signs.
"""
