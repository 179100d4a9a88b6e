"""Where static files are that belong to no app: the drawing script of the plotly package."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

FOLDER, SCRIPT = "plotly", "plotly.min.js"


class PackageData(FileSystemStorage):
    """The wheel's folder, seen below a folder of the static files."""

    prefix = FOLDER


class PlotlyFinder(BaseFinder):
    """Serves `plotly/plotly.min.js` from the installed wheel, without importing it, and nothing else of it."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.storage = PackageData(location=package_data())

    def find(self, path: str, find_all: bool = False, **kwargs: object) -> Any:
        """The file's path, or those of all of that name; an empty list for any other."""
        if path != f"{FOLDER}/{SCRIPT}":
            return []
        found = self.storage.path(SCRIPT)
        return [found] if find_all else found

    def list(self, ignore_patterns: Any) -> Iterator[Any]:
        """The one file, with the storage it lies in."""
        yield SCRIPT, self.storage


def package_data() -> Path:
    """Raises RuntimeError where the package is not installed."""
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise RuntimeError("plotly is not installed; `make .venv` installs what requirements.txt says.")
    return Path(spec.origin).parent / "package_data"
