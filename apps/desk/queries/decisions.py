"""What else waits for a word: requests, waivers, requirements to attest."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, Subquery

from apps.delivery.models import NFR
from apps.desk.queries.places import Places
from apps.desk.queries.sections import Section, cut
from apps.organization.models import Person
from apps.organization.roles import Role
from apps.signoff.models import NFRAttestation, SignOffRequest, Waiver, WaiverGrant

# An attestation that ends within so many days is asked for again.
SOON = timedelta(days=14)


def requests_of(person: Person, *, hidden: set[int], limit: int) -> Section[SignOffRequest]:
    """What others ask this person to sign, but for initiatives with the scopes `hidden`."""
    found = SignOffRequest.objects.filter(asked_of=person, answered_at=None).select_related("epic", "story", "asked_by")
    if hidden:
        found = found.exclude(epic__initiative__scope_id__in=hidden)
        found = found.exclude(story__epic__initiative__scope_id__in=hidden)
    found = found.filter(Q(epic=None) | Q(epic__archived_at=None), Q(story=None) | Q(story__archived_at=None))
    return cut(found.order_by("asked_at", "pk")[: limit + 1], limit)


def waivers_to_decide(person: Person, places: Places, *, limit: int) -> Section[Waiver]:
    """Waivers that wait for this person's yes or no: theirs neither by asking nor by a yes given already, by them or in
    their seat.
    """
    own_side = {person.pk, *places.delegators}
    waiting = Q(pk__in=[])
    for role in (Role.PRODUCT_OWNER, Role.SRE_LEAD):
        said = WaiverGrant.objects.filter(waiver=OuterRef("pk"), role=role)
        waiting |= places.reach(role).epics("epic__") & Q(~Exists(said))
    by_me = WaiverGrant.objects.filter(Q(granted_by=person) | Q(delegated_by=person), waiver=OuterRef("pk"))
    found = (
        Waiver.objects.filter(waiting, ~Exists(by_me), state=Waiver.State.ASKED, epic__archived_at=None)
        .exclude(Q(asked_by__in=own_side) | Q(delegated_by__isnull=False, delegated_by__in=own_side))
        .select_related("epic", "asked_by", "owner")
        .order_by("asked_at", "pk")
    )
    return cut(found[: limit + 1], limit)


@dataclass(frozen=True)
class NFRRow:
    """A requirement, and why it waits for the SRE lead."""

    nfr: NFR
    state: str
    words: str


def nfrs_to_attest(places: Places, *, at: datetime, limit: int) -> Section[NFRRow]:
    """Requirements nobody attested as they are defined now, attested as not met, or whose attestation ends soon."""
    latest = NFRAttestation.objects.filter(nfr=OuterRef("pk")).order_by("-pk")
    annotations = {name: Subquery(latest.values(name)[:1]) for name in ("nfr_digest", "verdict", "until_on")}
    soon = (at + SOON).date()
    found = (
        NFR.objects.filter(places.reach(Role.SRE_LEAD).epics("epic__"), archived_at=None, epic__archived_at=None)
        .filter(kind=NFR.Kind.ATTESTED)
        .annotate(**annotations)
        .filter(
            Q(nfr_digest=None)
            | ~Q(nfr_digest=F("digest"))
            | ~Q(verdict=NFRAttestation.Verdict.MET)
            | Q(until_on__lte=soon)
        )
        .select_related("epic")
        .order_by("written_at", "pk")
    )
    rows = found[: limit + 1]
    return cut([_nfr_row(nfr, at) for nfr in rows], limit)


def _nfr_row(nfr: NFR, at: datetime) -> NFRRow:
    digest, verdict, until_on = (nfr.__dict__[name] for name in ("nfr_digest", "verdict", "until_on"))
    if digest is None:
        return NFRRow(nfr, "UNKNOWN", "Never attested")
    if digest != nfr.digest:
        return NFRRow(nfr, "attention", "Defined anew since")
    if until_on < at.date():
        return NFRRow(nfr, "EXPIRED", f"Attested until {until_on:%-d %b}")
    if verdict != NFRAttestation.Verdict.MET:
        return NFRRow(nfr, "UNMET", "Attested as not met")
    return NFRRow(nfr, "attention", f"Ends {until_on:%-d %b}")
