"""docs/api.md: every command in it is run, in its order, and answered as it says."""

import json
import re
import shlex
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.test import Client

from apps.delivery.models import Comment
from apps.organization import actions as organization
from apps.organization.models import Scope
from tests.api.asking import API
from tests.cast import in_days, signed_in
from tests.delivery.work import CART, Work, make_epic, work  # noqa: F401, a fixture
from tests.reliability.world import make_sli, make_slo
from tests.specs.evidence import behave_json

GUIDE = settings.BASE_DIR / "docs" / "api.md"
HOST = "https://portal.example.org"
BLOCK = re.compile(r"^```(sh|json \d{3})\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Example:
    """A command, and what it is answered with; None where the guide does not say."""

    command: str
    status: int = 200
    answer: Any = None


@dataclass
class Curl:
    """The options of curl that the guide uses."""

    method: str = ""
    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    cookies: str = ""
    data: bytes | None = None
    form: dict[str, Any] = field(default_factory=dict)
    output: str = ""


def examples() -> list[Example]:
    found: list[Example] = []
    for kind, text in BLOCK.findall(GUIDE.read_text()):
        if kind == "sh":
            found.append(Example(text.replace("\\\n", " ").strip()))
        else:
            found[-1].status, found[-1].answer = int(kind.partition(" ")[2]), json.loads(text)
    return found


def read_command(command: str, variables: dict[str, str], folder: Path) -> Curl:
    """What a command of the guide says; whatever else is in it fails."""
    program, *words = shlex.split(re.sub(r"\$(\w+)", lambda found: variables[found[1]], command))
    assert program == "curl"
    curl, rest = Curl(), iter(words)
    for word in rest:
        match word:
            case "-H":
                name, _, value = next(rest).partition(": ")
                curl.headers[name] = value
            case "-X":
                curl.method = next(rest)
            case "-b":
                curl.cookies = next(rest)
            case "-d":
                curl.data = next(rest).encode()
            case "--data-binary":
                curl.data = (folder / next(rest).removeprefix("@")).read_bytes()
            case "-F":
                name, _, value = next(rest).partition("=")
                curl.form[name] = (folder / value[1:]).open("rb") if value.startswith("@") else value
            case "-o":
                curl.output = next(rest)
            case _:
                assert word.startswith(HOST), f"{word} is no option that this test knows"
                curl.url = word.removeprefix(HOST)
    curl.method = curl.method or ("POST" if curl.data is not None or curl.form else "GET")
    return curl


def ask(curl: Curl) -> Any:
    client = Client(headers=curl.headers, enforce_csrf_checks=True)
    for cookie in filter(None, curl.cookies.split("; ")):
        name, _, value = cookie.partition("=")
        client.cookies[name] = value
    assert curl.url.startswith(API)
    if curl.form:
        return client.post(curl.url, curl.form)
    kind = curl.headers.get("Content-Type", "application/octet-stream")
    return client.generic(curl.method, curl.url, curl.data or b"", content_type=kind)


def agrees(said: Any, given: Any) -> bool:
    """Whether an answer is as the guide says: “…” stands for whatever there is, and an object may hold more."""
    if isinstance(said, str) and "…" in said:
        pattern = ".*".join(re.escape(part) for part in said.split("…"))
        return said == "…" or re.fullmatch(pattern, str(given)) is not None
    if isinstance(said, dict) and isinstance(given, dict):
        return all(name in given and agrees(value, given[name]) for name, value in said.items())
    if isinstance(said, list) and isinstance(given, list):
        return len(said) == len(given) and all(map(agrees, said, given))
    return bool(said == given)


@pytest.mark.parametrize(
    ("said", "given", "is_so"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": "…"}, {"a": []}, True),
        ({"a": "…/x"}, {"a": "https://y/x"}, True),
        ({"a": "…/x"}, {"a": "https://y/z"}, False),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {}, False),
        ([1], [1, 2], False),
    ],
)
def test_an_answer_that_differs_is_noticed(said: Any, given: Any, is_so: bool) -> None:
    assert agrees(said, given) is is_so


@pytest.mark.django_db
def test_every_command_is_answered_as_the_guide_says(work: Work, tmp_path: Path) -> None:  # noqa: F811
    make_epic(work.cast, title="Another")
    make_slo(make_sli(Scope.objects.get(key="E-1"), work.priya), work.priya, target="0.999")
    (tmp_path / "report.json").write_bytes(behave_json(CART))
    account = organization.add_service_account(username="ci", name="CI", by=work.adam)
    _, secret = organization.create_token(person=account, name="ci", expires_on=in_days(30), by=work.adam)
    session = signed_in(work.maria).cookies[settings.SESSION_COOKIE_NAME].value
    variables = {"TRIAD": HOST, "TOKEN": secret, "SESSION": session, "CSRF": "c" * 32}
    found = examples()
    assert len(found) > 12
    for example in found:
        curl = read_command(example.command, variables, tmp_path)
        answer = ask(curl)
        assert answer.status_code == example.status, (example.command, answer)
        if curl.output:
            (tmp_path / curl.output).write_bytes(b"".join(answer.streaming_content))
        if example.answer is not None:
            assert agrees(example.answer, answer.json()), (example.command, answer.json())
    assert Comment.objects.get().text == "When may it *ship*?"
    assert set(ZipFile(BytesIO((tmp_path / "features.zip").read_bytes())).namelist()) >= {"manifest.json"}
