"""The portal's settings, but that a commit does not wait for the disk: what must not be, to see that it is noticed."""

from portal.settings import *  # noqa: F403
from portal.settings import DATABASES

_options = DATABASES["default"]["OPTIONS"]
if "init_command" in _options:
    _options["init_command"] = _options["init_command"].replace("synchronous=FULL", "synchronous=NORMAL")
else:
    _options["options"] = "-c synchronous_commit=off"
