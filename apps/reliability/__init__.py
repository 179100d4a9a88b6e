"""The room of reliability: SLIs and their counts, SLOs and their versions, error budgets, policy, decisions, freezes.

SLOs stand on scopes (a service, an epic's experience). Counts come from whoever measures, in batches; everything shown
is computed from stored counts, so that any past window can be computed again. Writes its own rows alone.

Never talks over the network, knows no epic, opens no ticket: rooms above ask it.
"""
