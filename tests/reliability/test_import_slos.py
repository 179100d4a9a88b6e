"""Files of SLOs become SLIs and SLOs: all of them, or nothing and every reason why."""

from pathlib import Path

import pytest

from apps.audit.models import Entry
from apps.common.refused import NotAllowed, Refused
from apps.organization import actions as organization
from apps.organization.models import Person, Scope
from apps.reliability import actions, intake
from apps.reliability.actions import ImportedSLOs
from apps.reliability.intake import SLOsRefused
from apps.reliability.models import SLI, SLO, SLOImport
from tests.cast import ScopeFactory, ServiceFactory
from tests.reliability.world import World

SLOTH = """
version: prometheus/v1
service: shop
slos:
- name: requests
  objective: 99.9
  description: Whoever asks is answered.
  sli:
    events:
      error_query: sum(rate(http{code=~"5.."}[{{.window}}]))
      total_query: sum(rate(http[{{.window}}]))
  alerting: {name: Shop, page_alert: {disable: true}, ticket_alert: {disable: true}}
"""
OPENSLO = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: latency, displayName: Fast answers}
spec:
  service: The Shop
  indicatorRef: speed
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
  - {displayName: Good, target: 0.99}
  - {displayName: Best, target: 0.9}
"""
INDICATOR = """
apiVersion: openslo/v1
kind: SLI
metadata: {name: speed}
spec:
  ratioMetric:
    counter: true
    good: {metricSource: {type: Prometheus, spec: {query: sum(fast)}}}
    total: {metricSource: {type: Prometheus, spec: {query: sum(all)}}}
"""


@pytest.fixture
def shop(world: World) -> Scope:
    return ServiceFactory.create(key="shop", title="The Shop", team__scope__parent=world.cast.initiative).scope


def imported(*texts: str, by: Person, scope: str = "", days: int = 30) -> ImportedSLOs:
    files = [(f"{place}.yaml", text.encode()) for place, text in enumerate(texts, 1)]
    return actions.import_slos(taken=intake.take(files, period_days=days), by=by, scope_key=scope)


def refused(*texts: str, by: Person, scope: str = "") -> list[str]:
    before = (SLI.objects.count(), SLO.objects.count(), Entry.objects.count())
    with pytest.raises(SLOsRefused) as found:
        imported(*texts, by=by, scope=scope)
    assert (SLI.objects.count(), SLO.objects.count(), Entry.objects.count()) == before
    assert not SLOImport.objects.exists()
    return [str(one) for one in found.value.problems]


def test_sloth(world: World, shop: Scope) -> None:
    done = imported(SLOTH, by=world.priya)
    (slo,) = done.slos
    assert (done.documents, done.created, done.changed) == (1, 1, 0)
    assert (slo.scope, slo.title, str(slo.target), slo.window) == (shop, "requests", "0.999000000", "30d")
    total = "sum(rate(http[{{.window}}]))"
    assert (slo.sli.source, slo.sli.total_query) == (SLI.Source.PROMETHEUS, total)
    assert slo.sli.good_query == f'({total}) - (sum(rate(http{{code=~"5.."}}[{{{{.window}}}}])))'
    assert slo.sli.good_means == "Whoever asks is answered."
    assert slo.versions.get().rationale.endswith("Imported from a file, as “requests” of shop.")
    assert (slo.source.unmeasured, slo.source.document, slo.source.objective) == ("", 1, 0)
    events = [entry.event for entry in Entry.objects.order_by("index")][-3:]
    assert events == ["sli.created", "slo.created", "slos.imported"]


def test_objectives_share_an_indicator_of_another_file(world: World, shop: Scope) -> None:
    done = imported(OPENSLO, INDICATOR, by=world.priya)
    assert [(slo.title, slo.sli.title) for slo in done.slos] == [
        ("Fast answers, Good", "Fast answers"),
        ("Fast answers, Best", "Fast answers"),
    ]
    assert len({slo.sli_id for slo in done.slos}) == 1
    assert {slo.source.unmeasured for slo in done.slos} == {intake.NO_WINDOW_IN_QUERIES}
    assert done.slos[0].sli.source == SLI.Source.PUSHED
    assert done.slos[0].source.name == "latency-0"


def test_the_same_again_changes_nothing(world: World, shop: Scope) -> None:
    imported(SLOTH, OPENSLO, INDICATOR, by=world.priya)
    before = Entry.objects.count()
    again = imported(SLOTH, OPENSLO, INDICATOR, by=world.priya)
    assert (again.created, again.changed, again.is_new) == (0, 0, False)
    assert (Entry.objects.count(), SLOImport.objects.count()) == (before, 1)


def test_another_target_is_another_version(world: World, shop: Scope) -> None:
    (first,) = imported(SLOTH, by=world.priya).slos
    done = imported(SLOTH.replace("99.9", "99.95"), by=world.priya)
    (slo,) = done.slos
    assert (done.created, done.changed) == (0, 1)
    assert (slo.pk, slo.version, str(slo.target)) == (first.pk, 2, "0.999500000")
    assert slo.versions.get(number=1).rationale != slo.versions.get(number=2).rationale
    slo.source.refresh_from_db()
    assert slo.source.imported == SLOImport.objects.latest("pk")


def test_another_query_is_another_definition(world: World, shop: Scope) -> None:
    imported(SLOTH, by=world.priya)
    done = imported(SLOTH.replace("5..", "[45].."), by=world.priya)
    assert (done.changed, done.slos[0].version) == (1, 1)
    assert "[45].." in SLI.objects.latest("pk").good_query


def test_an_archived_one_is_defined_anew(world: World, shop: Scope) -> None:
    (first,) = imported(SLOTH, by=world.priya).slos
    actions.archive_slo(slo_key=first.key, reason="Nobody asks.", by=world.priya)
    done = imported(SLOTH, by=world.priya)
    assert (done.created, done.slos[0].key) == (1, "SLO-3")


def test_on_what_is_said(world: World) -> None:
    assert [slo.scope.key for slo in imported(SLOTH, by=world.priya, scope="E-1").slos] == ["E-1"]
    with pytest.raises(Refused, match="no service, epic or team E-9"):
        imported(SLOTH, by=world.priya, scope="E-9")


def test_what_has_no_window_is_kept_and_said(world: World, shop: Scope) -> None:
    taken = intake.take([("", OPENSLO.replace("4w", "1M").encode()), ("", INDICATOR.encode())])
    done = actions.import_slos(taken=taken, by=world.priya)
    assert (done.documents, done.slos, done.is_new) == (2, [], True)
    assert [one.reason for one in taken.unkept] == ["a rolling window of 1M has no fixed number of days"]
    assert not actions.import_slos(taken=taken, by=world.priya).is_new


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (SLOTH.replace("shop", "other"), "1.yaml, document 1, service: there is no service “other” here."),
        (OPENSLO.replace("The Shop", "x"), "1.yaml, document 1, spec.service: there is no service “x” here."),
        (SLOTH + "---\na: &b {}\n", "1.yaml, document 2: Line 14: aliases refused"),
        ("---\na: &b {}\n", "1.yaml, document 1: Line 2: aliases refused"),
        ("# nothing\n", "1.yaml, document 1: there is no document in it."),
        (SLOTH + "extra: 1\n", "1.yaml, document 1, extra: the specification knows no such field."),
        (SLOTH.replace("99.9", "99.99999999"), "1.yaml, document 1, slos[0]: A target has at most 7 digits"),
        (SLOTH + "---" + SLOTH, "1.yaml, document 2: the SLO “requests” of shop stands in document 1 already."),
    ],
)
def test_refused(world: World, shop: Scope, text: str, problem: str) -> None:
    (only,) = refused(text, by=world.priya)
    assert only.startswith(problem)


def test_all_that_is_wrong_is_told_by_file(world: World, shop: Scope) -> None:
    told = refused(SLOTH, SLOTH, SLOTH + "extra: 1\n", OPENSLO.replace("The Shop", "x"), by=world.priya)
    assert [one.partition(":")[0] for one in told] == [
        "3.yaml, document 1, extra",
        "2.yaml, document 1",
        "4.yaml, document 1, spec.service",
    ]
    assert "stands in document 1 of 1.yaml already" in told[1]


def test_a_title_of_several(world: World, shop: Scope) -> None:
    ServiceFactory.create(key="shop-2", title="The Shop", team__scope__parent=world.cast.initiative)
    (only,) = refused(OPENSLO, by=world.priya)
    assert "“The Shop” is the title of shop, shop-2. Use one of their keys" in only


def test_who_may_not(world: World, shop: Scope) -> None:
    for person in (world.cast.nobody, world.cast.adam):
        with pytest.raises(NotAllowed):
            imported(SLOTH, by=person)
        with pytest.raises(NotAllowed, match="None of your seats"):
            imported(INDICATOR, by=person)
    stranger = ScopeFactory.create(kind=Scope.Kind.SERVICE, key="far", title="Far", parent=world.cast.elsewhere)
    with pytest.raises(NotAllowed, match="Defining SLIs and SLOs of far"):
        imported(SLOTH, by=world.priya, scope=stranger.key)
    assert not SLOImport.objects.exists()


def test_a_pipeline_may(world: World, shop: Scope) -> None:
    assert imported(SLOTH, by=organization.actor_named("importer")).created == 1


def test_a_failing_entry_rolls_all_back(world: World, shop: Scope, failing_log: None) -> None:
    with pytest.raises(Exception, match="."):
        imported(SLOTH, by=world.priya)
    assert not SLOImport.objects.exists()


def test_files_of_others(world: World, real_data: Path) -> None:
    """All examples of Sloth, and of the specification of OpenSLO, one by one."""
    examples = sorted((real_data / "slo-sloth/examples").glob("*.y*ml"))
    examples += sorted((real_data / "slo-openslo/spec/examples").rglob("*.yaml"))
    names = set()
    for path in examples:
        taken = intake.take([(path.name, path.read_bytes())])
        done = actions.import_slos(taken=taken, by=world.priya, scope_key="E-1")
        assert done.documents == len(taken.documents)
        assert len(done.slos) == len(taken.slos)
        names |= {(slo.service, slo.full_name) for slo in taken.slos}
    assert len(names) == SLO.objects.count() - 1 == 19  # some files say the same as others
    unmeasured = SLO.objects.filter(source__isnull=False).exclude(source__unmeasured="")
    assert unmeasured.filter(source__unmeasured__contains="slices of time").exists()
