"""Where the real input is, written by others: TRIAD_DATA, else `../shared/data` beside the project."""

import os
from pathlib import Path

REAL_DATA = Path(os.environ.get("TRIAD_DATA") or Path(__file__).parents[2] / "shared" / "data")
MISSING = f"the real input is not here (TRIAD_DATA, or {REAL_DATA.parent.name}/{REAL_DATA.name} beside the project)"
