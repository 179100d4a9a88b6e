"""Reading what a story went through: its texts, runs, signatures and regressions on one time line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from apps.audit import queries as audit
from apps.common.marks import Mark
from apps.delivery.models import Story, StoryVersion
from apps.signoff.models import StorySignOff
from apps.specs import queries as specs
from apps.specs.queries import RunOfStory

MOMENTS = 40
TURNS = ("story.regressed", "story.recovered")
LANES = ("Texts", "Runs", "Signatures")
COUNTED = ("text", "passing run", "failing run", "other run", "signature", "rejection", "regression")


@dataclass(frozen=True)
class Moment:
    """One thing that happened to a story: one of `version`, `run`, `sign_off` and `line` (of the log) says what."""

    at: datetime
    kind: str
    tone: str
    icon: str
    mark: Mark
    version: StoryVersion | None = None
    run: RunOfStory | None = None
    sign_off: StorySignOff | None = None
    line: str = ""


@dataclass(frozen=True)
class History:
    """Moments, the newest first; `before` is where the older ones begin, None where these are all."""

    moments: list[Moment]
    before: datetime | None
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def marks(self) -> list[Mark]:
        """The moments as marks, the oldest first: texts above, runs between, signatures below."""
        return [moment.mark for moment in reversed(self.moments)]

    @property
    def words(self) -> str:
        """What the marks show, in words."""
        if not self.moments:
            return "Nothing happened yet."
        first, last = (f"{one.at.day} {one.at:%b %Y}" for one in (self.moments[-1], self.moments[0]))
        when = f"On {first}" if first == last else f"From {first} to {last}"
        return f"{when}: {', '.join(_named(name, count) for name, count in self.counts.items() if count)}."


def story_history(story: Story, *, before: datetime | None = None, limit: int = MOMENTS) -> History:
    """The last `limit` things that happened to the story, or those before `before`. Five queries, however many."""
    parts = [
        list(_versions(story, before, limit)),
        [_of_run(run) for run in specs.runs_of_story(story, before=before, limit=limit + 1)],
        list(_sign_offs(story, before, limit)),
        list(_turns(story, before, limit)),
    ]
    moments = sorted((one for part in parts for one in part), key=lambda one: (one.at, _ORDER[one.kind]), reverse=True)
    cut_at = max((part[-1].at for part in parts if len(part) > limit), default=None)
    shown = _shown(moments, limit, cut_at=cut_at)
    return History(shown, shown[-1].at if len(shown) < len(moments) else None, _counts(shown))


_ORDER = {"version": 0, "run": 1, "turn": 2, "sign_off": 3}


def _shown(moments: list[Moment], limit: int, *, cut_at: datetime | None) -> list[Moment]:
    """About `limit` of them, ending between two instants: the older ones begin behind the last.

    At `cut_at` and before not all were read.
    """
    known = [one for one in moments if cut_at is None or one.at > cut_at] or moments
    if len(known) <= limit:
        return known
    last = known[limit - 1].at
    return [one for number, one in enumerate(known) if number < limit or one.at == last]


def _versions(story: Story, before: datetime | None, limit: int) -> Iterator[Moment]:
    found = story.versions.select_related("author").defer("text", "narrative").order_by("-at", "-number")
    for version in (found.filter(at__lt=before) if before else found)[: limit + 1]:
        mark = Mark("diamond", "info", f"Version {version.number}", 0)
        yield Moment(version.at, "version", "neutral", "edit", mark, version=version)


_LOOKS = {
    "PASSED": ("good", "good", "dot", "passed"),
    "FAILED": ("bad", "bad", "cross", "failed"),
    "STALE": ("attention", "clock", "ring", "stale"),
    "INCOMPLETE": ("neutral", "skipped", "bar", "incomplete"),
}


def _of_run(run: RunOfStory) -> Moment:
    tone, icon, shape, word = _LOOKS[run.state]
    return Moment(run.at, "run", tone, icon, Mark(shape, tone, f"{run.key} {word}", 1), run=run)


def _sign_offs(story: Story, before: datetime | None, limit: int) -> Iterator[Moment]:
    found = StorySignOff.objects.filter(story=story).select_related("signature__person", "version")
    found = found.defer("version__text", "version__narrative").order_by("-signature__signed_at", "-number")
    for one in (found.filter(signature__signed_at__lt=before) if before else found)[: limit + 1]:
        accepts = one.meaning == StorySignOff.Meaning.ACCEPT
        look = ("good", "sign", "check", "signed") if accepts else ("bad", "bad", "cross", "rejected")
        mark = Mark(look[2], look[0], f"{one.signature.key} {look[3]}", 2)
        yield Moment(one.signature.signed_at, "sign_off", look[0], look[1], mark, sign_off=one)


def _turns(story: Story, before: datetime | None, limit: int) -> Iterator[Moment]:
    found = audit.entries(subject=story.key, until=before).filter(event__in=TURNS, subject=story.key)
    for line in audit.lines(found[: limit + 1]):
        look = ("bad", "regress", "down") if line.event == "story.regressed" else ("good", "good", "up")
        word = line.event.partition(".")[2].capitalize()
        yield Moment(line.at, "turn", look[0], look[1], Mark(look[2], look[0], word, 1), line=line.words)


def _counts(moments: Iterable[Moment]) -> dict[str, int]:
    counts = dict.fromkeys(COUNTED, 0)
    for one in moments:
        if one.version:
            counts["text"] += 1
        elif one.run:
            counts[{"PASSED": "passing run", "FAILED": "failing run"}.get(one.run.state, "other run")] += 1
        elif one.sign_off:
            counts["signature" if one.tone == "good" else "rejection"] += 1
        elif one.tone == "bad":
            counts["regression"] += 1
    return counts


def _named(name: str, count: int) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"
