"""What the portal is measured beside, where the packages of requirements-bench.txt are installed."""
