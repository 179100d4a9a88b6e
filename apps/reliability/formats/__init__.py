"""SLOs, rules and counts as files: OpenSLO, Sloth, Prometheus rules, CSV, OpenMetrics. Bytes in, rows out. Pure."""
