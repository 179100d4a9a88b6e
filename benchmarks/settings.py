"""The portal's own settings, with an address that answers a constant, and the peers where they are installed."""

import os
from importlib.util import find_spec

from portal.settings import *  # noqa: F403
from portal.settings import INSTALLED_APPS, LOGGING

ROOT_URLCONF = "benchmarks.urls"
ALLOWED_HOSTS = ["testserver"]
# What is measured is the work, not how often one may ask for it.
API_RATE = "10000000/min"
HAS_PEERS = all(find_spec(name) for name in ("auditlog", "simple_history"))
HAS_BUDGETS = find_spec("slo_generator") is not None
if HAS_PEERS:
    INSTALLED_APPS = [*INSTALLED_APPS, "auditlog", "simple_history", "benchmarks.peers"]

# Each request has its line, as in an installation; nobody reads it here.
LOGGING["handlers"]["stderr"] = {"class": "logging.FileHandler", "filename": os.devnull, "formatter": "ours"}
