"""How a suite runs: what is registered, where it runs, within which limits, in which folder. No database."""
