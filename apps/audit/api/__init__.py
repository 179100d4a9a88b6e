"""The API's second door to the log, for who may read it: entries with statement and proof, verifications."""
