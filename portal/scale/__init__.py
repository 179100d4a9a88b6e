"""A made-up organization of any size, to measure on: rows written in sets, ten stories an epic, alike for one seed.

Its log is a real one, entry by entry, and verifies. What is signed stands in the columns of stories and epics alone:
nobody signed, so there are no signatures and no receipts.
"""

from portal.scale.seeding import Seeded, seed

__all__ = ["Seeded", "seed"]
