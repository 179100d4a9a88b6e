"""Each rule, right, door and filter is needed: without it somebody is answered otherwise than the table says."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from apps.organization import queries as organization
from apps.organization import rights
from apps.organization.roles import GRID, Role
from tests.rights import table
from tests.rights.asking import ask
from tests.rights.routes import Row, routes
from tests.rights.taking_out import (
    allowing,
    doors,
    filters,
    noting,
    replaced,
    rules,
    seeing_all,
    without_door,
)
from tests.rights.world import SHORT, World, everybody

pytestmark = [pytest.mark.long, pytest.mark.sqlite]
ADDRESSES = dict(routes())
Cell = tuple[Row, str]
# So many places are looked at before a rule is said to be idle.
TRIES = 12

# Rules of acts that no route does, or that stand behind another that says the same; each has its test.
RULES_ELSEWHERE = {
    "audit.check_may_erase_values": "no page yet: tests/audit/test_erase_values.py",
    "delivery.check_may_measure": "what is measured, not persons: tests/delivery/test_nfr_predicates.py",
    "delivery.check_may_need": "circles, not persons: tests/delivery/test_threads.py",
    "delivery.check_may_prove": "what stands in a text, not persons: tests/delivery/test_nfr_predicates.py",
    "organization.check_may_delegate_seat": "behind check_may_start_delegation, which the page asks first",
    "organization.no_seat": "words of a refusal, which who asks for a seat raises: tests/delivery/test_epics.py",
    "organization.check_may_hand_over": "behind it each seat is asked for by itself: tests/organization",
    "delivery.check_may_promise_slo": "targets, not persons: tests/delivery/test_epic_slos.py",
    "reliability.check_may_follow_decision": "what was decided, not persons: tests/reliability/test_expire_decision.py",
    "reliability.check_may_import_slos": "behind it each SLO is asked for: tests/reliability/test_import_slos.py",
    "reliability.check_may_open_decision": "the portal opens them: tests/reliability/test_open_decision.py",
    "signatures.check_can_confirm": "people without a password: tests/signatures/test_sign.py",
    "signatures.check_may_sign": "who did not confirm lately: tests/signatures/test_sign.py",
    "specs.check_may_import_results": "behind it each story is asked for by itself: tests/specs/test_import_results.py",
}
RIGHTS_ELSEWHERE = {
    "reliability.sign_decision": "signed after confirming who one is: tests/reliability/test_sign_decision.py",
    "audit.erase_values": "no page yet",
    "signoff.read_gate": "asked of tokens alone: every member reads",
    "specs.export_features": "asked of tokens alone: every member reads",
}


# The API's own sign-in, taken out below; and what asks a token for a right that every token has, as the table has it.
IDLE = {"Member", "MemberOrToken"}


def cells(outcomes: Iterable[str]) -> Iterator[Cell]:
    """Cells of the table with one of these outcomes: of each relation the named and one of the others."""
    for row, told in table.read().items():
        if not row.route.startswith(("account_", "mfa_")):
            yield from ((row, name) for name in table.sample(row, told) if table.told_of(told, name) in outcomes)


def _acts_of_all(outcomes: Iterable[str]) -> Iterator[Cell]:
    """The same of everybody, where a route has several acts: one of them may be another matter for one role."""
    rows = [(row, told) for row, told in table.read().items() if row.act and row.method != "GET"]
    yield from ((row, name) for row, told in rows for name in everybody() if table.told_of(told, name) in outcomes)


def is_needed(world: World, found: Iterable[Cell]) -> bool:
    """Whether one of these cells is answered otherwise now."""
    told = table.read()
    tried = list(dict.fromkeys(found))[:TRIES]
    return any(ask(world, name, row, ADDRESSES[row.route]) != table.told_of(told[row], name) for row, name in tried)


def spread(found: Iterable[Cell]) -> list[Cell]:
    """One of each route first: the same route again seldom tells more."""
    by_route: dict[str, list[Cell]] = defaultdict(list)
    for cell in found:
        by_route[cell[0].route].append(cell)
    return [cell for turn in range(4) for cells in by_route.values() for cell in cells[turn : turn + 1]]


@contextmanager
def all_noted(
    functions: dict[str, Callable[..., object]], note: Callable[[str], Callable[[], None]], *, when_refused: bool
) -> Iterator[None]:
    with ExitStack() as stack:
        for name, function in functions.items():
            by = noting(function, note(name), when_refused=when_refused)  # type: ignore[arg-type]
            stack.enter_context(replaced(function, by))  # type: ignore[arg-type]
        yield


def noted_in(
    world: World, functions: dict[str, Callable[..., object]], asked: Iterable[Cell], *, when_refused: bool
) -> dict[str, list[Cell]]:
    """In which cells each function was asked, or refused."""
    found: dict[str, list[Cell]] = defaultdict(list)
    now: list[Cell] = []
    with all_noted(functions, lambda name: lambda: found[name].append(now[-1]), when_refused=when_refused):
        for row, name in asked:
            now.append((row, name))
            ask(world, name, row, ADDRESSES[row.route])
    return found


@pytest.fixture(scope="module")
def refusals(world: World) -> dict[str, list[Cell]]:
    """Where each rule refuses somebody; behind doors that refuse before it, too."""
    refused = [*cells({"403"}), *_acts_of_all({"403"})]
    found = noted_in(world, dict(rules()), refused, when_refused=True)
    with ExitStack() as stack:
        for door in doors() - IDLE:
            stack.enter_context(without_door(door))
        behind = noted_in(world, dict(rules()), refused, when_refused=True)
    return {name: [*found[name], *behind[name]] for name in rules()}


@pytest.mark.parametrize("name", sorted(rules()))
def test_a_rule(world: World, refusals: dict[str, list[Cell]], name: str) -> None:
    rule = rules()[name]
    with replaced(rule, allowing(rule)):
        needed = is_needed(world, spread(refusals[name]))
        if not needed:
            with ExitStack() as stack:
                for door in doors() - IDLE:
                    stack.enter_context(without_door(door))
                needed = is_needed(world, spread(refusals[name]))
    assert needed != (name in RULES_ELSEWHERE), f"{name}: {len(refusals[name])} refusals in the table"


@pytest.mark.parametrize("door", sorted(doors() - IDLE))
def test_a_door(world: World, door: str) -> None:
    """A right that a page asks of whoever opens it, a permission of the API."""
    with without_door(door):
        assert any(is_needed(world, [cell]) for cell in cells({"403"}))


def test_signing_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages' door and the API's."""
    anonymous = [cell for cell in cells({"login", "401"}) if cell[1] == "anonymous"]
    monkeypatch.setattr("django.contrib.auth.middleware.LoginRequiredMiddleware.process_view", lambda *args: None)
    monkeypatch.setattr("tests.rights.asking._SITES", [])  # it is read when the site is loaded
    assert is_needed(world, spread(cell for cell in anonymous if not cell[0].is_api))
    api = spread(cell for cell in anonymous if "-api:" in cell[0].route)
    assert not is_needed(world, api)
    monkeypatch.setattr("apps.common.access.Member.has_permission", lambda *args: True)
    assert is_needed(world, api)


@pytest.fixture(scope="module")
def asked(world: World) -> dict[str, list[Row]]:
    """Which acts and pages ask for which right, of those that refuse anybody."""
    found: dict[str, list[Row]] = defaultdict(list)
    with pytest.MonkeyPatch.context() as patch:
        now: list[Row] = []

        class Noting(dict[str, frozenset[Role]]):
            def get(self, name: str, other: object = None) -> frozenset[Role]:
                found[name].append(now[-1])
                return super().get(name, frozenset())

        patch.setattr("apps.organization.queries.seats.RIGHTS", Noting(rights.RIGHTS))
        for row, told in table.read().items():
            if row.thing != "restricted" and "403" in " ".join(told.values()):
                for name in ("own PO", "administrator"):
                    now.append(row)
                    ask(world, name, row, ADDRESSES[row.route])
    return {
        name: sorted(dict.fromkeys(rows), key=lambda row: not row.route.startswith(name.partition(".")[0]))
        for name, rows in found.items()
    }


@pytest.mark.parametrize("right", sorted(rights.RIGHTS))
def test_a_right(world: World, asked: dict[str, list[Row]], right: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each role that has it is needed, and each that has it not is kept out."""
    idle = []
    usual = rights.RIGHTS[right]
    for role in Role:
        people = [f"{place} {SHORT[role]}" for place in ("own", "above", "team")] if role in GRID else [role.lower()]
        found = [(row, name) for row in asked.get(right, []) for name in people]
        monkeypatch.setitem(rights.RIGHTS, right, usual ^ {role})
        if not any(is_needed(world, [cell]) for cell in found[: 3 * TRIES]):
            idle.append(role)
    monkeypatch.setitem(rights.RIGHTS, right, usual)
    assert (idle == []) == (right not in RIGHTS_ELSEWHERE), idle


@pytest.mark.parametrize("right", sorted(rights.TOKEN_RIGHTS))
def test_a_token_s_right(world: World, right: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.organization.queries.seats.TOKEN_RIGHTS", rights.TOKEN_RIGHTS - {right})
    programs = [cell for cell in cells({"ok", "done"}) if cell[1] == "service" and cell[0].is_api]
    assert any(is_needed(world, [cell]) for cell in programs)


# Filters behind others that leave out the same, each with its test.
FILTERS_ELSEWHERE = {
    "delivery.demands_of": "of an epic that may be read: tests/delivery/test_plan_demand.py",
    "desk.overview": "numbers alone: tests/desk/test_desk.py",
    "desk.requests_of": "asked of somebody whose seat ended: tests/desk/test_desk.py",
    "reliability.case_body": "dependencies, which stand on no initiative: tests/reliability/test_nine_case.py",
    "reliability.decisions_waiting": "of a seat on the team: tests/desk/test_decisions_due.py",
    "reliability.needed_by": "services, which stand on no initiative: tests/reliability/test_slo_nines.py",
    "reliability.planned_for": "for epics of others: tests/reliability/test_headroom_pages.py",
    "reliability.resources_on": "of what an epic that may be read uses: tests/delivery/test_plan_demand.py",
    "reliability.tally": "numbers alone: tests/reliability/test_slos.py",
    "specs.counts_outside": "numbers alone: tests/specs/test_pages.py",
}


@pytest.fixture(scope="module")
def filtered(world: World) -> dict[str, list[Cell]]:
    """What asks each filter."""
    found: dict[str, list[Cell]] = defaultdict(list)
    blind = [
        (row, name)
        for row in table.read()
        if not row.route.startswith(("account_", "mfa_"))
        for name in ("other PO", "other TPM", "team BA", "member")
    ]
    for name, cells in noted_in(world, dict(filters()), blind, when_refused=False).items():
        found[name] = cells
    return found


@pytest.mark.parametrize("name", sorted(filters()))
def test_a_filter(world: World, filtered: dict[str, list[Cell]], name: str) -> None:
    query = filters()[name]
    with replaced(query, seeing_all(query)):
        needed = any(is_needed(world, [cell]) for cell in filtered[name])
    assert needed != (name in FILTERS_ELSEWHERE), f"{name}: asked in {len(filtered[name])} cells"


def test_what_is_hidden_at_all(world: World) -> None:
    with replaced(organization.hidden_scope_ids, lambda person: set()):  # type: ignore[arg-type]
        assert is_needed(world, spread(cell for cell in cells({"404"}) if cell[0].thing == "restricted"))
