"""The portal's settings for tests: state in a folder of its own; what only costs time is off.

The database is a file with the portal's own transaction modes, since one in memory locks differently.
"""

import os
import tempfile

# Settings of the person who runs the tests must not leak in. DATABASE_URL may: tests run on PostgreSQL too.
for _name in [name for name in os.environ if name.startswith("PORTAL_") or name == "REDIS_URL"]:
    del os.environ[_name]
_var = tempfile.mkdtemp(prefix="triad-tests-")
os.environ["PORTAL_VAR"] = _var

from portal.settings import *  # noqa: E402, F403
from portal.settings import DATABASES, STATIC_ROOT  # noqa: E402

SECRET_KEY = "not secret: it signs nothing but what tests sign"
STATIC_ROOT.mkdir(parents=True)
# A name that may be chosen; nobody listens there.
PROMETHEUS = {"nowhere": "http://127.0.0.1:9"}
# A test's own client would look for all files anew; so they are looked for where one is asked for.
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if DATABASES["default"]["ENGINE"] == "portal.sqlite":
    DATABASES["default"]["TEST"] = {"NAME": f"{_var}/test.sqlite3"}
    # Each commit waits for the disk with FULL; no test cuts the power.
    _init = DATABASES["default"]["OPTIONS"]["init_command"]
    DATABASES["default"]["OPTIONS"]["init_command"] = _init.replace("synchronous=FULL", "synchronous=OFF")
