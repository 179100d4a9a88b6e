"""The append-only, verifiable log: acts, entries, tree, proofs.

Rooms write it through `@act` and `record` alone (`apps.audit.acts`). It knows no other room's model, and
nothing in it is ever changed; personal values stand beside it, erasable, committed to by salted digests.
"""
