"""The API of reliability."""
