"""The room of integrations: whatever talks over the network to systems of others; first Prometheus.

Owns which source measures which SLI, how far it was fetched, and what went wrong. Only hosts that the operator names in
the settings are asked. Hands what it fetches down by the acts of the rooms that own it.

Never judges what it fetched, parses no files, and never talks inside a transaction.
"""
