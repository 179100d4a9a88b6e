"""What one scenario holds: everybody's browser, and what was kept for later."""

from collections.abc import Callable
from dataclasses import dataclass, field

from behave.runner import Context

from stage.browser import Browser
from stage.instance import Instance
from stage.pages import Page


@dataclass
class World:
    """One scenario's portal and the people before it."""

    instance: Instance
    # No step has been played yet.
    is_untouched: bool = True
    browsers: dict[str, Browser] = field(default_factory=dict)
    # Addresses of receipts by the name that steps give them.
    receipts: dict[str, str] = field(default_factory=dict)
    # Files of a folder to import, by name.
    folder: dict[str, str] = field(default_factory=dict)
    report: bytes = b""
    token: str = ""
    # How many entries somebody has read, and which entry a scenario is about.
    read_to: int = 0
    entry: int = 0
    # What the API, or the database, answered last.
    answer: Page = field(default_factory=Page)

    def begin_with(self, beginning: tuple[str, ...], make: Callable[[], None]) -> None:
        """Does what `make` does, or copies what it did before where nothing else was done in this scenario."""
        if self.is_untouched:
            self.instance.begin_with(beginning, make)
        else:
            make()

    def browser(self, first_name: str) -> Browser:
        """The browser of this person, opened when first needed."""
        return self.browsers.setdefault(first_name, Browser(first_name, self.instance))

    def page(self, first_name: str) -> Page:
        """What this person sees now."""
        return self.browser(first_name).page

    def let_pass(self, days: int) -> None:
        """So many days later; nobody is signed in any more."""
        self.instance.let_pass(days)
        self.browsers.clear()


def world_of(context: Context) -> World:
    """The world of the scenario that is running."""
    world: World = context.world
    return world


def expect(holds: bool, page: Page, wanted: str) -> None:
    """Fails with what the page said instead."""
    assert holds, f"expected {wanted}, but {page}"
