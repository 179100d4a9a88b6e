"""The dossier: what a signer saw, as canonical JSON found by its SHA-256.

A page shows a dossier and carries it, sealed, in its form; signing compares it with how things stand and freezes just
what was shown. It names no person, so that nothing in it ever needs erasing.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256

import rfc8785
from django.core import signing

from apps.common.instants import parse_instant
from apps.common.refused import BadInput
from apps.signoff.promise import Leaf, promise_root
from apps.signoff.states import WORSE, VerdictState
from apps.signoff.verdicts import Gate

# 2 added the evidence, 3 the SLOs, 4 the requirements one by one; older dossiers are read as well.
FORMAT = "triad/dossier/4"
_SALT = "triad.signoff.dossier"
# A page left open for longer than a working day is opened again before signing.
_MAX_AGE_SECONDS = 12 * 3600


@dataclass(frozen=True)
class ShownVerdict:
    """A criterion as the dossier says it was."""

    name: str
    title: str
    state: VerdictState
    words: str


@dataclass(frozen=True)
class ShownRun:
    """A run that the verdicts stood on: how many of its results they took, how many of those passed."""

    key: str
    revision: str
    digest: str
    at: str
    results: int
    passed: int

    @property
    def instant(self) -> datetime:
        """`at`, when it ran."""
        return parse_instant(self.at)


@dataclass(frozen=True)
class ShownSLO:
    """An SLO that the verdicts stood on: what it promises of what, events of its window, and what was left."""

    key: str
    of: str
    title: str
    good: int
    total: int
    state: str
    left: str


@dataclass(frozen=True)
class ShownNFR:
    """A requirement as it was judged: by what, in which state, in words."""

    key: str
    title: str
    judged_by: str
    state: str
    words: str


@dataclass(frozen=True)
class Shown:
    """A dossier read back from its bytes."""

    body: bytes
    epic: str
    title: str
    promise: str
    leaves: list[Leaf]
    judged: list[ShownVerdict]
    evidence: list[ShownRun]
    slos: list[ShownSLO]
    nfrs: list[ShownNFR]
    at: str

    @property
    def verdicts(self) -> dict[str, VerdictState]:
        """States by the criterion's name."""
        return {one.name: one.state for one in self.judged}

    @property
    def digest(self) -> str:
        return sha256(self.body).hexdigest()


def dossier_body(
    *,
    epic_key: str,
    epic_title: str,
    leaves: list[Leaf],
    gate: Gate,
    evidence: Iterable[ShownRun],
    slos: Iterable[ShownSLO],
    nfrs: Iterable[ShownNFR],
    at: str,
) -> bytes:
    """The bytes of a dossier: the promise, every verdict, and the runs, SLOs and requirements they stand on, as of the
    instant `at`.
    """
    return rfc8785.dumps(
        {
            "format": FORMAT,
            "epic": {"key": epic_key, "title": epic_title},
            "at": at,
            "promise": promise_root(leaves),
            "leaves": [leaf.row() for leaf in leaves],
            "verdicts": [
                {
                    "criterion": item.name,
                    "title": item.title,
                    "state": item.verdict.state.value,
                    "words": item.verdict.words,
                }
                for item in gate.judged
            ],
            "evidence": [asdict(run) for run in evidence],
            "slos": [asdict(slo) for slo in slos],
            "nfrs": [asdict(nfr) for nfr in nfrs],
        }
    )


def read_dossier(body: bytes) -> Shown:
    """Reads what `dossier_body` wrote."""
    data = json.loads(body)
    return Shown(
        body=bytes(body),
        epic=data["epic"]["key"],
        title=data["epic"]["title"],
        promise=data["promise"],
        leaves=[Leaf.from_row(row) for row in data["leaves"]],
        judged=[
            ShownVerdict(row["criterion"], row["title"], VerdictState(row["state"]), row["words"])
            for row in data["verdicts"]
        ],
        evidence=[ShownRun(**row) for row in data.get("evidence", [])],
        slos=[ShownSLO(**row) for row in data.get("slos", [])],
        nfrs=[ShownNFR(**row) for row in data.get("nfrs", [])],
        at=data["at"],
    )


def seal(body: bytes, *, person_key: str) -> str:
    """The dossier for a form's hidden field: nobody but the portal can have made it, and for this person only."""
    return signing.dumps([person_key, body.decode()], salt=_SALT, compress=True)


def unseal(text: str, *, person_key: str) -> Shown:
    """The dossier that `seal` hid. Raises BadInput where it is altered, another person's, or older than 12 hours."""
    try:
        owner, body = signing.loads(text, salt=_SALT, max_age=_MAX_AGE_SECONDS)
    except signing.SignatureExpired as error:
        raise BadInput("This page has been open for more than twelve hours. Open it again before you sign.") from error
    except (signing.BadSignature, ValueError) as error:
        raise BadInput("The form did not come whole from the signing page. Open the page again.") from error
    if owner != person_key:
        raise BadInput("This page was opened by somebody else. Open it again under your own name.")
    return read_dossier(body.encode())


def worsened(shown: Shown, now: Shown) -> list[str]:
    """Names of criteria that are worse now than shown; one that is gone or new counts as worse unless it is met."""
    names = list(dict.fromkeys([*shown.verdicts, *now.verdicts]))
    missing = VerdictState.UNKNOWN

    def rank(verdicts: dict[str, VerdictState], name: str, otherwise: VerdictState) -> int:
        return WORSE.index(verdicts.get(name, otherwise))

    return [name for name in names if rank(now.verdicts, name, missing) > rank(shown.verdicts, name, VerdictState.MET)]
