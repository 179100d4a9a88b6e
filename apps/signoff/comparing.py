"""Sign-offs beside their signatures and entries: dossier, promise and text are those that were signed."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, QuerySet

from apps.audit import statement
from apps.audit.beside import BadEntry
from apps.audit.models import Entry
from apps.signatures import comparing as signatures
from apps.signatures.comparing import PAGE, REFERENCE, Comparison
from apps.signoff.dossier import Shown, read_dossier
from apps.signoff.models import EpicSignOff, StorySignOff
from apps.signoff.promise import promise_root
from apps.signoff.stored import is_text_of

RULE = "sign-off"
_EPICS = ("epic.signed_off", "epic.rejected")
_STORIES = ("story.signed_off", "story.rejected")

SignOff = EpicSignOff | StorySignOff
M = TypeVar("M", bound=Model)


def compare(sign_off: SignOff, entry: Entry) -> Comparison:
    """Signature and sign-off with their entry: what differs, and what was erased and cannot be compared."""
    try:
        found = signatures.compare(sign_off.signature, entry, entry.personal.all())
        return Comparison(list(dict.fromkeys([*found.differs, *differences(sign_off, entry)])), found.erased)
    except ValueError as error:
        return Comparison([f"something that cannot be read ({error})"])


def differences(sign_off: SignOff, entry: Entry) -> list[str]:
    """What of the sign-off is not as its entry says, or its dossier or text not as its digest; in words.

    Raises ValueError where the entry cannot be read.
    """
    said = statement.decode(bytes(entry.body))
    signature = sign_off.signature
    holds = {"meaning": sign_off.meaning == signature.meaning == said.predicate.get("meaning")}
    if isinstance(sign_off, EpicSignOff):
        dossier = dossier_of(sign_off)
        holds["what was signed"] = sign_off.epic.key == said.subject and entry.event in _EPICS
        holds["promise"] = sign_off.promise == said.digest
        holds["dossier"] = dossier is not None and dossier.digest == signature.digest
        holds["promise"] &= dossier is not None and sign_off.dossier.promise == dossier.promise == sign_off.promise
    else:
        version = sign_off.version
        number = said.predicate.get("facts", {}).get("version")
        holds["what was signed"] = sign_off.story.key == said.subject and entry.event in _STORIES
        holds["digest"] = sign_off.digest == said.digest == version.digest
        holds["text"] = version.story_id == sign_off.story_id and version.number == number and is_text_of(version)
    return [words for words, as_signed in holds.items() if not as_signed]


def dossier_of(sign_off: EpicSignOff) -> Shown | None:
    """The dossier, where its stored bytes are those of its digest and it holds together; else None."""
    body = bytes(sign_off.dossier.body)
    if sha256(body).hexdigest() != sign_off.dossier.digest:
        return None
    try:
        shown = read_dossier(body)
    except (ValueError, KeyError, TypeError):
        return None
    return shown if promise_root(shown.leaves) == shown.promise else None


def check_sign_offs() -> None:
    """Every sign-off beside its entry, and every entry of one beside its sign-off.

    Raises BadEntry for the first that is not what its entry says. Signatures were compared before.
    """
    for page in _pages():
        entries = signatures.entries_of(sign_off.signature for sign_off in page)
        for sign_off in page:
            key = sign_off.signature.key
            entry = entries.get(key)
            if entry is None:
                raise BadEntry(None, RULE, f"{key} is a sign-off that no entry tells of")
            if differs := differences(sign_off, entry):
                raise BadEntry(entry.index, RULE, f"the sign-off of {key} is not as it was: {', '.join(differs)}")
    for model, events in ((EpicSignOff, _EPICS), (StorySignOff, _STORIES)):
        _check_none_is_gone(model, events)


def _pages() -> Iterator[Sequence[SignOff]]:
    yield from _pages_of(EpicSignOff.objects.select_related("epic", "dossier", "signature"))
    yield from _pages_of(StorySignOff.objects.select_related("story", "version", "signature"))


def _pages_of(rows: QuerySet[M]) -> Iterator[list[M]]:
    last = 0
    while page := list(rows.order_by("pk").filter(pk__gt=last)[:PAGE]):
        yield page
        last = page[-1].pk


def _check_none_is_gone(model: type[Model], events: tuple[str, ...]) -> None:
    kept = model._default_manager.filter(signature__key=OuterRef("reference"))
    told = Entry.objects.filter(event__in=events, reference__startswith=REFERENCE)
    lost = told.exclude(Exists(kept)).order_by("index").first()
    if lost is not None:
        raise BadEntry(lost.index, RULE, f"the sign-off of {lost.reference}, of which it tells, is gone")
