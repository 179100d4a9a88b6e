"""People from CSV: all of a file or nothing, every line that needs mending named, twice changes nothing."""

import io
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from apps.common.refused import NotAllowed
from apps.organization import actions, people_csv, queries
from apps.organization.models import Membership, Person, Seat, Service, Team
from apps.organization.people_csv import PeopleRefused
from apps.organization.roles import Role
from tests.cast import Cast, PersonFactory, TeamFactory, signed_in
from tests.organization import log

HEAD = "username,name,email,role,scope,from,until,team\n"
GOOD = (
    HEAD
    + "kim,Kim Park,kim@example.org,Product Owner,I-1,2026-01-05,,checkout\n"
    + "kim,,,BUSINESS_ANALYST,I-2,,,\n"
    + "lee,Lee Ann,,auditor,,,,\n"
    + "maria,Maria Keller,,,,,,checkout\n"
)


def load(cast: Cast, text: str) -> actions.ImportedPeople:
    return actions.import_people(rows=people_csv.parse(text.encode()), digest="0" * 64, by=cast.adam)


def test_people_seats_and_teams_come_in(cast: Cast):
    TeamFactory.create(key="checkout")
    done = load(cast, GOOD)
    assert (done.rows, done.added, done.seats, done.memberships) == (4, 2, 3, 2)
    kim = Person.objects.get(username="kim")
    assert {(seat.role, seat.scope.key) for seat in kim.seats.all()} == {
        ("PRODUCT_OWNER", "I-1"),
        ("BUSINESS_ANALYST", "I-2"),
    }
    assert Seat.objects.get(person__username="lee").scope == cast.organization
    words = "imported a list of people: 2 added, 3 seats given, 2 put into teams"
    assert log.last("people.imported").line.words == words
    assert log.statement("people.imported").digest == "0" * 64


def test_twice_changes_nothing(cast: Cast):
    TeamFactory.create(key="checkout")
    load(cast, GOOD)
    entries, seats = log.size(), Seat.objects.count()
    done = load(cast, GOOD)
    assert not done.changed and done.rows == 4
    assert (log.size(), Seat.objects.count(), Membership.objects.count()) == (entries, seats, 2)


def problems(cast: Cast, text: str) -> dict[int, str]:
    entries, people, seats = log.size(), Person.objects.count(), Seat.objects.count()
    with pytest.raises(PeopleRefused) as refused:
        load(cast, text)
    assert (log.size(), Person.objects.count(), Seat.objects.count()) == (entries, people, seats)
    assert refused.value.sentence.startswith("Nobody was imported: ")
    return {problem.line: problem.reason for problem in refused.value.problems}


def test_every_problem_is_named_and_nothing_is_stored(cast: Cast):
    PersonFactory.create(username="ci", is_service=True)
    PersonFactory.create(username="gone", name="Gone", is_active=False)
    found = problems(
        cast,
        HEAD
        + "kim,Kim Park,kim@example.org,SRE,I-1,,,\n"
        + "lee,,,,,,,\n"
        + "lee,,,SRE,I-1,,,\n"
        + "ana,Ana,maria@example.org,,,,,\n"
        + "maria,Mary,,,,,,\n"
        + "ci,CI,,,,,,\n"
        + "gone,Gone,,SRE,I-1,,,\n"
        + "sam,,,SRE,I-9,,,\n"
        + "sam,,,,,,,nowhere\n"
        + "sam,,,Auditor,I-1,,,\n"
        + "sam,,,SRE,I-1,2026-02-02,2026-02-01,\n"
        + "kim,Kim Other,,,,,,\n",
    )
    assert sorted(found) == [3, 5, 6, 7, 8, 9, 10, 11, 12, 13]
    assert found[3] == "The name is missing."
    assert "maria@example.org belongs to somebody else" in found[5]
    assert "The name of maria is “Maria Keller” here, not “Mary”" in found[6]
    assert found[7] == "“ci” is a service account, not a person."
    assert "Gone (gone) is not active" in found[8]
    assert "There is no “I-9” on which a seat could be held" in found[9]
    assert "There is no team “nowhere”" in found[10]
    assert "held on the organization as a whole" in found[11]
    assert "The last day, 1 Feb 2026, comes before the first" in found[12]
    assert "The name of kim is “Kim Park” here" in found[13]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "there is no row. The first line names the columns: username,name,email"),
        (HEAD, 1, "there is no row"),
        ("username,mail\n", 1, "the column “mail” is unknown"),
        ("username\nkim\n", 1, "the column name is missing"),
        ("username,name,name\n", 1, "a column is named twice"),
        ("username,name\nkim\n", 2, "1 cells where the head names 2 columns"),
        ("username,name\n,Kim\n", 2, "the username is missing"),
        ("username,name,role\nkim,Kim,Boss\n", 2, "“Boss” is no role; there are Technical Product Manager"),
        ("username,name,role,from\nkim,Kim,SRE,5.1.2026\n", 2, "“5.1.2026” is no day such as 2026-11-23"),
        ("username,name,role,from\nkim,Kim,,2026-01-05\n", 2, "no role to hold"),
        ("username,name\nkim," + "x" * 501 + "\n", 2, "the name has more than 500 characters"),
        ('username,name\nkim,"Kim\n', 2, "this is not CSV"),
        ("username,name\n" + "kim,Kim\n" * 5001, 5002, "more than 5,000 rows"),
    ],
)
def test_what_is_no_list_of_people_is_refused_at_its_line(text: str, line: int, words: str):
    with pytest.raises(PeopleRefused) as refused:
        people_csv.parse(text.encode())
    found = {problem.line: problem.reason for problem in refused.value.problems}
    assert words in found[line]
    assert f"Line {refused.value.problems[0].line}: " in refused.value.sentence


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"username,name\nkim,K\x00\n", 2, "NUL character"),
        (b"username,name\nkim,\xff\n", 2, "this is not UTF-8"),
        (b"x" * (1024 * 1024 + 1), 1, "1,048,577 bytes; at most 1,048,576"),
    ],
)
def test_bytes_that_are_no_text(data: bytes, line: int, words: str):
    with pytest.raises(PeopleRefused, match=words) as refused:
        people_csv.parse(data)
    assert refused.value.problems[0].line == line


def test_semicolons_byte_order_marks_and_empty_lines_are_fine():
    rows = people_csv.parse("\ufeffUserName;Name;Role\r\n\r\nkim;Kim; sre  lead \r\n".encode())
    assert [(row.line, row.username, row.role) for row in rows] == [(3, "kim", Role.SRE_LEAD)]


def test_only_administrators_import(cast: Cast):
    with pytest.raises(NotAllowed, match="Only an administrator"):
        actions.import_people(rows=people_csv.parse(GOOD.encode()), digest="0" * 64, by=cast.vera)


def test_the_page_takes_a_file_or_its_lines(cast: Cast):
    TeamFactory.create(key="checkout")
    client = signed_in(cast.adam)
    answer = client.post("/people/import/", {"file": SimpleUploadedFile("people.csv", GOOD.encode()), "text": ""})
    assert "4 rows: 2 people added, 3 seats given, 2 put into teams" in answer.content.decode()
    answer = client.post("/people/import/", {"text": GOOD})
    assert "everything was so already: nothing changed" in answer.content.decode()
    empty = client.post("/people/import/", {"text": " "})
    assert empty.status_code == 400 and "Choose a file, or paste its lines" in empty.content.decode()


def test_the_page_lists_the_problems_and_keeps_the_lines(cast: Cast):
    bad = HEAD + "kim,Kim Park,,Boss,,,,\nlee,,,,,,2026-01-05,\na b,Ab,,,,,,\n"
    answer = signed_in(cast.adam).post("/people/import/", {"file": SimpleUploadedFile("p.csv", bad.encode())})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "“Boss” is no role" in page and "no role to hold" in page
    assert "“a b” cannot be a username" in page, "what only the act can tell stands beside it"
    assert "kim,Kim Park,,Boss,,,," in page, "what was sent stands in the form to be mended"


def test_the_command(cast: Cast, tmp_path: Path):
    TeamFactory.create(key="checkout")
    file, out = tmp_path / "people.csv", io.StringIO()
    file.write_text(GOOD)
    call_command("import_people", str(file), "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"rows": 4, "added": 2, "seats": 3, "memberships": 2, "refused": []}
    assert log.said("people.imported").startswith("The portal imported a list of people")
    out = io.StringIO()
    call_command("import_people", str(file), "--by", "adam", stdout=out)
    assert out.getvalue() == "4 rows; everything was so already, nothing changed.\n"


def test_the_command_refuses_in_words(cast: Cast, tmp_path: Path):
    file, out = tmp_path / "people.csv", io.StringIO()
    file.write_text("username,name,role\nkim,Kim,Boss\n")
    with pytest.raises(CommandError, match="Line 2: “Boss” is no role"):
        call_command("import_people", str(file), "--json", stdout=out)
    assert json.loads(out.getvalue())["refused"][0]["line"] == 2
    file.write_text("username,name\nkim,Kim\n")
    with pytest.raises(CommandError, match="There is nobody with the username ghost"):
        call_command("import_people", str(file), "--by", "ghost")
    with pytest.raises(CommandError, match="Only an administrator"):
        call_command("import_people", str(file), "--by", "maria")
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("import_people", str(tmp_path / "none.csv"))


def field(text: str, name: str) -> str:
    found = re.search(rf"^ *{name}: *(.+)$", text, re.MULTILINE)
    return found[1].strip().strip("\"'") if found else ""


def entities(folder: Path, kind: str) -> list[str]:
    documents = [
        part for file in sorted(folder.rglob("*.yaml")) for part in re.split(r"^---", file.read_text(), flags=re.M)
    ]
    return [text for text in documents if re.search(rf"^kind: {kind}$", text, re.M)]


def test_a_real_organization_comes_in_whole(cast: Cast, real_data: Path):
    folder = real_data / "org-backstage" / "examples"
    expected = json.loads((real_data / "org-backstage" / "EXPECTED.json").read_text())
    groups, users = entities(folder, "Group"), entities(folder, "User")
    assert (len(groups), len(users)) == (expected["kinds"]["Group"], expected["kinds"]["User"])
    for group in groups:
        actions.create_team(key=field(group, "name"), title=field(group, "description"), by=cast.adam)
    lines = []
    for user in users:
        name = field(user, "displayName") or field(user, "name").title()
        member = re.search(r"memberOf: *\[([^\],]*)", user)
        key = member[1].strip().removeprefix("group:default/") if member else ""
        lines.append(f"{field(user, 'name')},{name},{field(user, 'email')},{key}\n")
    done = load(cast, "username,name,email,team\n" + "".join(lines))
    # One of them, a guest, stands there twice, and alike: one person, in one team.
    assert (done.rows, done.added, done.memberships) == (expected["kinds"]["User"], 16, 16)
    twice: Counter[str] = Counter({"team-a": -1})
    for group, count in expected["users_per_group"].items():
        twice[group.removeprefix("group:default/")] += count
    assert Counter(Membership.objects.values_list("team__scope__key", flat=True)) == twice
    assert not load(cast, "username,name,email,team\n" + "".join(lines)).changed

    components = entities(folder, "Component")
    assert len(components) == expected["kinds"]["Component"]
    for component in components:
        team = Team.objects.filter(scope__key=field(component, "owner")).first()
        if team is not None:  # three are owned by a person, which a service here is not
            name, purpose = field(component, "name"), field(component, "description")
            actions.create_service(key=name, title=name, team=team, purpose=purpose, by=cast.adam)
    assert Service.objects.count() == 10
    assert [gap.team.scope.key for gap in queries.platform_gaps()] == ["team-a", "team-b", "team-c", "team-d"]
