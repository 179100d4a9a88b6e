"""Backup and restore: a folder with the database as of one instant, and a manifest that says what is in it."""
