"""Speed as ratios: each benchmark runs beside its peer, in turn, on a portal of its own in a temporary folder.

Importing this package sets that portal up: no installation's settings or data are touched.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django

FOLDER = Path(tempfile.mkdtemp(prefix="triad-bench-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

for _name in [name for name in os.environ if name.startswith("PORTAL_") or name in ("DATABASE_URL", "REDIS_URL")]:
    del os.environ[_name]
os.environ["PORTAL_VAR"] = str(FOLDER / "var")
os.environ["PORTAL_SECRET_KEY"] = "it signs nothing but what benchmarks sign"  # noqa: S105
os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
(FOLDER / "var").mkdir()
django.setup()
