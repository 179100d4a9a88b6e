"""The API's second door to evidence: what CI pulls and pushes, runs with results, suites and their executions."""
