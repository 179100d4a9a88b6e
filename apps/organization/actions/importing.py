"""The act of importing people: all of a file, or nothing and every reason why."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.audit.acts import act, nothing_changed, record
from apps.common.refused import Refused
from apps.organization import queries, rules
from apps.organization.actions.locks import lock_organization
from apps.organization.actions.people import add_person
from apps.organization.actions.seats import grant_seat
from apps.organization.actions.teams import join_team
from apps.organization.models import Membership, Person, Scope, Seat, Team
from apps.organization.people_csv import PeopleRefused, PersonRow, Problem


@dataclass
class ImportedPeople:
    """What an import did: rows read, and how many of what became of them."""

    rows: int = 0
    added: int = 0
    seats: int = 0
    memberships: int = 0

    @property
    def changed(self) -> bool:
        return bool(self.added or self.seats or self.memberships)


@act
def import_people(
    *,
    rows: Sequence[PersonRow],
    digest: str,
    by: Person | None,
    link_base: str = "",
    unread: Sequence[Problem] = (),
) -> ImportedPeople:
    """Adds the people of the rows, their seats and teams; what is so already stays as it is.

    `digest` is the SHA-256 of the file, `unread` what was wrong with its other lines. Each person, seat and
    membership has its own entry in the log, and the import one more. Raises PeopleRefused, with nothing stored,
    naming every line that is refused; `by` None is the operator at the command line.
    """
    root = lock_organization()
    seat = rules.check_may_manage_people(by)
    importing = _Importing(by=by, root=root, link_base=link_base)
    importing.problems.extend(unread)
    for row in rows:
        importing.take(row)
    if importing.problems:
        raise PeopleRefused(importing.problems)
    done = importing.done
    if not done.changed:
        nothing_changed()
        return done
    record(
        "people.imported",
        subject=root.key,
        title=root.title,
        digest=digest,
        by=by,
        seat=seat,
        facts={"rows": done.rows, "added": done.added, "seats": done.seats, "memberships": done.memberships},
        sentence="imported a list of people: {added} added, {seats} seats given, {memberships} put into teams",
    )
    return done


class _Importing:
    """One run over the rows; nested acts that are refused leave nothing, and the run goes on to find the rest."""

    def __init__(self, *, by: Person | None, root: Scope, link_base: str) -> None:
        self.by, self.root, self.link_base = by, root, link_base
        self.done = ImportedPeople()
        self.problems: list[Problem] = []
        self.people: dict[str, Person | None] = {}

    def take(self, row: PersonRow) -> None:
        """One row: the person, then the seat, then the team."""
        self.done.rows += 1
        try:
            person = self._person(row)
            if person is None:  # refused on an earlier line, and said there
                return
            if row.role is not None:
                self._seat(row, person)
            if row.team:
                self._team(row, person)
        except Refused as refused:
            self.problems.append(Problem(row.line, refused.sentence))

    def _person(self, row: PersonRow) -> Person | None:
        name = row.username.lower()
        if name in self.people:
            person = self.people[name]
            if person is not None:
                self._check_same(row, person)
            return person
        self.people[name] = None
        person = Person.objects.filter(username__iexact=Person.normalize_username(row.username)).first()
        if person is None:
            person = add_person(
                username=row.username, name=row.name, email=row.email, by=self.by, link_base=self.link_base
            )
            self.done.added += 1
        else:
            self._check_same(row, person)
        self.people[name] = person
        return person

    def _check_same(self, row: PersonRow, person: Person) -> None:
        if person.is_service:
            raise Refused(f"“{person.username}” is a service account, not a person.")
        if not person.is_active:
            raise Refused(f"{person.name} ({person.username}) is not active. Reactivate the account first.")
        given = {"name": " ".join(row.name.split()), "mail address": row.email.lower()}
        stored = {"name": person.name, "mail address": person.email}
        for what, said in given.items():
            if said and said != stored[what]:
                raise Refused(
                    f"The {what} of {person.username} is “{stored[what]}” here, not “{said}”. Mend the line, or edit"
                    " the person first."
                )

    def _seat(self, row: PersonRow, person: Person) -> None:
        scope = self.root if not row.scope else Scope.objects.filter(key__iexact=row.scope).first()
        if scope is None:
            raise Refused(f"There is no “{row.scope}” on which a seat could be held.")
        if self._holds(row, person, scope):
            return
        grant_seat(
            person=person,
            role=row.role or "",
            scope=scope,
            from_on=row.from_on,
            until_on=row.until_on,
            by=self.by,
        )
        self.done.seats += 1

    def _holds(self, row: PersonRow, person: Person, scope: Scope) -> bool:
        held = Seat.objects.filter(person=person, role=row.role, scope=scope, ended_at=None)
        if row.from_on is None:
            held = held.filter(until_on=row.until_on) if row.until_on else held.held_on(queries.today())
        else:
            held = held.filter(from_on=row.from_on, until_on=row.until_on)
        return held.exists()

    def _team(self, row: PersonRow, person: Person) -> None:
        team = Team.objects.filter(scope__key__iexact=row.team).first()
        if team is None:
            raise Refused(f"There is no team “{row.team}”. Create it first.")
        today = queries.today()
        mine = Membership.objects.filter(team=team, person=person)
        if any(one.is_open_on(today) for one in mine):
            return
        join_team(team=team, person=person, by=self.by)
        self.done.memberships += 1
