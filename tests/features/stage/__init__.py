"""What the portal's own stories are played on: a private instance, the people, what they see in their browsers.

Importing this package sets Django up, so it comes before any import of the portal's rooms. Whatever configures another
installation is dropped from the environment first: no story may ever touch a database that somebody uses.
"""

import atexit
import logging
import os
import secrets
import shutil
import tempfile
from pathlib import Path

import django

_CONFIGURES = ("PORTAL_", "DATABASE_URL", "REDIS_URL")
for _name in [name for name in os.environ if name.startswith(_CONFIGURES)]:
    del os.environ[_name]

VAR = Path(tempfile.mkdtemp(prefix="triad-stories-"))
atexit.register(shutil.rmtree, VAR, ignore_errors=True)
(VAR / "static").mkdir()
os.environ.update(
    DJANGO_SETTINGS_MODULE="portal.settings",
    PORTAL_VAR=str(VAR),
    PORTAL_SECRET_KEY=secrets.token_urlsafe(50),
)
django.setup()
logging.disable(logging.CRITICAL)  # a refusal is what a story expects, no news
