"""What people sign here, and what must be true of it afterwards."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from apps.audit.models import Entry
from apps.audit.verify import verify_log
from apps.organization.models import Person
from apps.organization.roles import Role
from apps.signatures.models import Signature
from apps.signoff.models import EpicSignOff
from portal.up.browser import Form
from tests.cast import Cast, PersonFactory
from tests.faults.visitors import Answer, Visitor
from tests.signoff.promises import Promise, make_promise


@dataclass(frozen=True)
class Attempt:
    """A signing form that was sent: by whom (primary key), with which key, and what came back."""

    person: int
    key: str
    answer: Answer


class Signer(Visitor):
    """A product owner who accepts and rejects one epic in turns: each is a signature."""

    def __init__(self, port: int, person: Person, epic_key: str) -> None:
        super().__init__(port, person)
        self.path = f"/epics/{epic_key}/sign-off/"
        self.accepts = True

    def open(self) -> Form | None:
        """The form as the page offers it; None where no page came."""
        return self.form(self.path, "dossier")

    def send(self, form: Form) -> Attempt:
        """Sign, in the meaning whose turn it is."""
        values = {"meaning": "ACCEPT"} if self.accepts else {"meaning": "REJECT", "comment": "Not like this."}
        answer = self.post(self.path, form, values)
        # 409: what was sent before went through, and its answer did not.
        if answer.receipt or answer.status == 409:
            self.accepts = not self.accepts
        return Attempt(self.person.pk, form.fields["key"], answer)

    def sign(self) -> Attempt | None:
        """Open the page and sign; None where no page came."""
        form = self.open()
        return self.send(form) if form is not None else None


def ready_promise(cast: Cast, *, title: str = "Checkout in one page") -> Promise:
    """An epic of one story, proven and signed by its analyst."""
    promise = make_promise(cast, stories=1, title=title)
    promise.prove()
    promise.sign_stories()
    return promise


def make_signers(port: int, cast: Cast, count: int) -> list[Signer]:
    """So many product owners at their browsers, each with an epic of their own."""
    made = []
    with transaction.atomic():
        for number in range(count):
            promise = ready_promise(cast, title=f"Epic {number}")
            person = PersonFactory.create()
            cast.seat(person, Role.PRODUCT_OWNER, promise.epic.scope)
            made.append((person, promise.epic.key))
    return [Signer(port, person, key) for person, key in made]


def assert_kept(attempts: Sequence[Attempt]) -> None:
    """What was answered with a receipt is in the log once, anything else at most once, and the log is whole.

    `attempts` are all that their people ever sent.
    """
    outcome = verify_log()
    assert outcome.ok, (outcome.first_bad, outcome.rule, outcome.words)
    sent = {(one.person, one.key) for one in attempts}
    rows = Signature.objects.filter(person__in={one.person for one in attempts})
    signed = {(row.person_id, row.idempotency_key): row.key for row in rows}
    assert set(signed) <= sent, "signed without having been sent"
    for one in attempts:
        if one.answer.receipt:
            assert signed.get((one.person, one.key)) == one.answer.receipt, f"lost: {one}"
        elif one.answer.status in (400, 403, 409, 503):
            assert "Nothing was" not in one.answer.text or (one.person, one.key) not in signed, f"it was stored: {one}"
    logged = Counter(Entry.objects.filter(reference__startswith="SIG-").values_list("reference", flat=True))
    assert all(logged[key] == 1 for key in signed.values()), "signed without an entry, or with two"
    assert logged == Counter(Signature.objects.values_list("key", flat=True)), "entries and signatures differ"
    numbers: dict[int, list[int]] = {}
    for epic, number in EpicSignOff.objects.order_by("epic", "number").values_list("epic", "number"):
        numbers.setdefault(epic, []).append(number)
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values()), numbers


def answered(attempts: Iterable[Attempt]) -> list[Attempt]:
    """Those that were answered with a receipt."""
    return [one for one in attempts if one.answer.receipt]


def percentile(values: Iterable[float], part: float) -> float:
    """The smallest value that `part` of them (0 to 1) do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
