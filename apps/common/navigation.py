"""The left navigation, by question: one list, in the order shown.

A room that is not built yet names a URL that does not resolve, and is not shown.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Entry:
    """One line of the navigation.

    `keys` is the keyboard shortcut, as typed; `count` names a URL that answers a bare number, loaded after the page.
    `right` hides it from whoever does not hold that right on any scope.
    """

    label: str
    url_name: str
    icon: str
    prefixes: tuple[str, ...]
    keys: str = ""
    count: str = ""
    right: str = ""


@dataclass(frozen=True)
class Shown:
    """An entry that resolves, for one request."""

    label: str
    url: str
    icon: str
    keys: str
    count_url: str
    current: bool


ENTRIES = (
    Entry("Desk", "desk:desk_detail", "desk", ("/desk/",), "g d"),
    Entry(
        "Epics",
        "delivery:epic_list",
        "epic",
        ("/epics/", "/initiatives/", "/nfrs/", "/waivers/", "/receipts/"),
        "g e",
    ),
    Entry("Stories", "delivery:story_list", "story", ("/stories/",), "g s"),
    Entry("Runs", "specs:run_list", "run", ("/runs/", "/suites/", "/executions/", "/ci/"), "g r"),
    Entry("Regressions", "signoff:regression_list", "regress", ("/regressions/",), "g x"),
    Entry(
        "Reliability",
        "reliability:slo_list",
        "reliability",
        ("/reliability/", "/slos/", "/slis/", "/slas/", "/resources/", "/decisions/", "/policies/"),
        "g l",
    ),
    Entry(
        "Organization",
        "organization:organization_detail",
        "organization",
        ("/organization/", "/people/", "/teams/", "/services/", "/scopes/", "/seats/", "/service-accounts/"),
        "g o",
    ),
    Entry("Audit", "audit:entry_list", "audit", ("/audit/", "/log/"), "g a", right="audit.view_log"),
    Entry("Imports", "delivery:feature_import_list", "import", ("/imports/",), "g i"),
)


def url_or_none(name: str) -> str:
    """The address of a URL name without arguments, "" where it does not resolve (yet)."""
    try:
        return reverse(name) if name else ""
    except NoReverseMatch:
        return ""


def navigation(path: str, may: Callable[[str], bool] = lambda right: True) -> Iterator[Shown]:
    """The entries that resolve and that one may open, the one that `path` belongs to marked as current."""
    for entry in ENTRIES:
        if entry.right and not may(entry.right):
            continue
        if url := url_or_none(entry.url_name):
            current = path == url or path.startswith(entry.prefixes)
            yield Shown(entry.label, url, entry.icon, entry.keys, url_or_none(entry.count), current)
