"""The tree of scopes: who sits where, and what is missing."""

from typing import Literal, TypedDict

from django.http import Http404
from rest_framework.request import Request

from apps.common.endpoints import Day, Key, day, on_its_page, reads
from apps.organization import queries
from apps.organization.mentions import PersonMention, mention
from apps.organization.models import Scope
from apps.organization.queries import Cell, Finding, Holder
from apps.organization.requests import person_of
from apps.organization.roles import Role


class HolderRow(TypedDict):
    """Who sits there; `place` is where the seat is held if not on the scope itself, `delegates` act in it."""

    person: PersonMention
    place: str
    until_on: Day | None
    delegates: list[PersonMention]


class CellRow(TypedDict):
    """One of the nine seats; `is_expected`: on such a scope somebody should hold it."""

    role: Role
    is_expected: bool
    holders: list[HolderRow]


class FindingRow(TypedDict):
    """What is wrong: a seat that nobody holds, or somebody on both sides of one sign-off."""

    state: Literal["VACANT", "CONFLICT"]
    words: str
    scope: Key
    roles: list[Role]


class TriadRow(TypedDict):
    """The nine seats of a scope and what is missing about them."""

    scope: Key
    title: str
    kind: Scope.Kind
    cells: list[CellRow]
    findings: list[FindingRow]


def readable_scope(request: Request, key: str) -> Scope:
    """The scope, or 404."""
    try:
        return queries.readable_scope(person_of(request), key)
    except (Scope.DoesNotExist, ValueError) as error:
        raise Http404("There is no such scope that you may read.") from error


@reads(TriadRow)
def triad_read(request: Request, key: str) -> TriadRow:
    """Three layers by three columns of one scope, with the seats of the team that works on it."""
    scope = readable_scope(request, key)
    triad = queries.triad(scope)
    return {
        "scope": scope.key,
        "title": scope.title,
        "kind": Scope.Kind(scope.kind),
        "cells": [_cell_row(cell) for _, cells in triad.rows for cell in cells],
        "findings": [_finding_row(finding) for finding in triad.findings],
    }


def _cell_row(cell: Cell) -> CellRow:
    holders = [_holder_row(holder) for holder in cell.holders]
    return {"role": cell.role, "is_expected": cell.expected, "holders": holders}


def _holder_row(holder: Holder) -> HolderRow:
    return {
        "person": mention(holder.person),
        "place": holder.place,
        "until_on": day(holder.seat.until_on),
        "delegates": [mention(one) for one in holder.delegates],
    }


def _finding_row(finding: Finding) -> FindingRow:
    return {
        "state": finding.state,  # type: ignore[typeddict-item]  # one of the two
        "words": finding.words,
        "scope": finding.scope.key,
        "roles": list(finding.roles),
    }


seat_grant = on_its_page(readable_scope, "Seats are handed out on the scope's page, /scopes/…/triad/, in person.")


class OrganizationRow(TypedDict):
    """The organization as a whole; its triad is at /api/v1/scopes/{key}/triad/."""

    key: Key
    title: str
    people: int
    teams: int
    services: int


@reads(OrganizationRow)
def organization_read(request: Request) -> OrganizationRow:
    """How many people, teams and services there are."""
    root, counts = queries.organization_scope(), queries.counts()
    return {
        "key": root.key,
        "title": root.title,
        "people": counts["people"],
        "teams": counts["teams"],
        "services": counts["services"],
    }
