"""What became of epics since they were rejected."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import OuterRef, Subquery

from apps.delivery.models import NFR, Epic, EpicSLO, Story
from apps.reliability.models import SLO
from apps.signoff import queries
from apps.signoff.dossier import read_dossier
from apps.signoff.facts import granted_waivers
from apps.signoff.models import EpicSignOff, Waiver
from apps.signoff.promise import promise_root
from apps.signoff.states import WORSE
from apps.signoff.verdicts import Gate


def mended(epics: Iterable[Epic], *, gates: Mapping[int, Gate], at: datetime) -> set[int]:
    """Primary keys of those of the rejected `epics` that promise something else since, or of which a criterion is
    judged better than the rejecting signer saw it. Five queries.
    """
    ids = [epic.pk for epic in epics]
    latest = EpicSignOff.objects.filter(epic=OuterRef("epic")).order_by("-number").values("pk")[:1]
    rejected = EpicSignOff.objects.filter(
        epic__in=ids, pk=Subquery(latest), meaning=EpicSignOff.Meaning.REJECT
    ).select_related("dossier")
    promises = _promises(ids, at=at)
    return {
        one.epic_id
        for one in rejected
        if one.promise != promises[one.epic_id] or _is_better(bytes(one.dossier.body), gates[one.epic_id])
    }


def _promises(epic_ids: list[int], *, at: datetime) -> dict[int, str]:
    """The promise roots as things stand."""
    stories: dict[int, list[Story]] = defaultdict(list)
    for story in Story.objects.active().filter(epic__in=epic_ids).only("key", "digest", "title", "epic"):
        stories[story.epic_id].append(story)
    nfrs: dict[int, list[NFR]] = defaultdict(list)
    for nfr in NFR.objects.filter(epic__in=epic_ids, archived_at=None).select_related("sli"):
        nfrs[nfr.epic_id].append(nfr)
    waivers: dict[int, list[Waiver]] = defaultdict(list)
    for waiver in granted_waivers(epic_ids, at=at):
        waivers[waiver.epic_id].append(waiver)
    slos: dict[int, list[SLO]] = defaultdict(list)
    for thread in EpicSLO.objects.filter(epic__in=epic_ids, slo__archived_at=None).select_related("slo__sli"):
        slos[thread.epic_id].append(thread.slo)
    return {pk: promise_root(queries.leaves_of(stories[pk], nfrs[pk], waivers[pk], slos[pk])) for pk in epic_ids}


def _is_better(rejected: bytes, gate: Gate) -> bool:
    seen = read_dossier(rejected).verdicts
    return any(
        WORSE.index(item.verdict.state) < WORSE.index(seen.get(item.name, item.verdict.state)) for item in gate.judged
    )
