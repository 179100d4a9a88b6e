"""The page for a team's CI: its commands are taken from the page and run, against the portal that showed them."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from apps.organization import actions as organization
from apps.specs import ci
from apps.specs.models import Result, Run
from tests.cast import Cast, in_days, make_cast, signed_in
from tests.committed_db import CommittedDatabase
from tests.signoff.promises import Promise, make_promise
from tests.specs.evidence import make_epic

NAMES = [tool.name for tool in ci.TOOLS]
# Steps of the texts that `promises.text_of` makes.
BEHAVE = """
from behave import given, then, when

@given("a basket with 2 items")
def basket(context):
    context.items = 2

@when("the customer pays")
def pays(context):
    context.paid = context.items == 2

@then("the order is placed")
def placed(context):
    assert context.paid{but}
"""
PYTEST_BDD = """
from pytest_bdd import given, then, when

@given("a basket with 2 items", target_fixture="order")
def basket():
    return {{"items": 2}}

@when("the customer pays")
def pays(order):
    order["paid"] = order["items"] == 2

@then("the order is placed")
def placed(order):
    assert order["paid"]{but}
"""


def blocks(page: str) -> dict[str, str]:
    """What stands to be copied, by the id of its place: read as text, without a script."""
    found = re.findall(r'<pre class="source exact" id="([a-z]+)-command"[^>]*>(.*?)</pre>', page, re.DOTALL)
    return {name: unescape(text) for name, text in found}


def shown(client: Client, query: str = "") -> str:
    answer = client.get(f"/ci/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


# --- the commands, run


@pytest.fixture
def curl() -> None:
    """The test is skipped where curl or git is absent."""
    for program in ("curl", "git"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed: apt-get install {program}")


@pytest.fixture
def promise(curl: None, committed_db: CommittedDatabase) -> Promise:
    """An epic of two stories that never ran, for other threads to see."""
    return make_promise(make_cast())


@pytest.fixture
def server(promise: Promise) -> Iterator[str]:
    live = LiveServer("127.0.0.1")
    yield live.url
    live.stop()


class Checkout:
    """What a CI has: a clone of the team's code, the secret, and a shell."""

    def __init__(self, promise: Promise, server: str, folder: Path, tool: str) -> None:
        self.folder, self.tool = folder, tool
        cast = promise.cast
        account = organization.add_service_account(username="ci", name="CI", by=cast.adam)
        self.secret = organization.create_token(person=account, name="ci", expires_on=in_days(9), by=cast.adam)[1]
        page = signed_in(cast.maria).get(f"/ci/?tool={tool}&epic={promise.epic.key}", HTTP_HOST=server.split("/")[-1])
        self.commands = blocks(page.content.decode())
        folder.mkdir()
        if "file" in self.commands:
            (folder / "test_features.py").write_text(self.commands["file"])
        self.write_steps()
        for command in ("git init -q .", "git -c user.name=x -c user.email=x@x commit -q --allow-empty -m first"):
            assert self.shell(command).returncode == 0

    def write_steps(self, but: str = "") -> None:
        if self.tool == "behave":
            (self.folder / "features" / "steps").mkdir(parents=True, exist_ok=True)
            (self.folder / "features" / "steps" / "shop_steps.py").write_text(BEHAVE.format(but=but))
        else:
            (self.folder / "conftest.py").write_text(PYTEST_BDD.format(but=but))

    def shell(self, command: str, token: str = "") -> subprocess.CompletedProcess[str]:
        # As a workflow does: it stops at the first command that fails. No setting of this process leaks in.
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "TRIAD_TOKEN": token or self.secret,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def do(self, name: str) -> subprocess.CompletedProcess[str]:
        return self.shell(self.commands[name])


@pytest.mark.parametrize("tool", ["behave", "pytest-bdd"])
def test_the_commands_do_what_the_page_says(promise: Promise, server: str, tmp_path: Path, tool: str) -> None:
    checkout = Checkout(promise, server, tmp_path / "code", tool)
    assert f'"{server}/api/v1/features/?epic={promise.epic.key}"' in checkout.commands["pull"]

    for name in ("pull", "run", "push"):
        done = checkout.do(name)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"

    counts = Run.objects.get().counts
    assert (counts["cases"], counts["passed"], counts["unknown"], counts["stale"]) == (2, 2, 0, 0)
    assert set(Result.objects.values_list("matched_by", flat=True)) == {"MANIFEST"}
    assert [str(story.state) for story in promise.fresh()] == ["PASSING", "PASSING"]
    head = checkout.shell("git rev-parse HEAD").stdout.strip()
    assert Run.objects.get().revision == head

    refused = checkout.do("gate")
    assert refused.returncode == 1
    assert f"{promise.epic.key} is not signed | Maria Keller\n" in refused.stdout
    assert "0 of 2 stories signed at their current text" in refused.stdout

    promise.sign_stories()
    promise.sign()
    allowed = checkout.do("gate")
    assert (allowed.returncode, allowed.stdout.strip(), allowed.stderr) == (0, "", "")

    # A red run is pushed too; the gate shuts again.
    checkout.write_steps(but=" is None")
    assert checkout.do("pull").returncode == 0
    assert checkout.do("run").returncode == 1
    assert checkout.do("push").returncode == 0
    shut = checkout.do("gate")
    assert shut.returncode == 1
    assert "has regressed since it was accepted" in shut.stdout


@pytest.mark.parametrize("tool", ["cucumber-jvm", "cucumber-js"])
def test_the_gate_of_a_shell_or_of_node_fails_and_passes(
    promise: Promise, server: str, tmp_path: Path, tool: str
) -> None:
    if tool == "cucumber-js" and not shutil.which("node"):
        pytest.skip("Node.js is not installed: node")
    checkout = Checkout(promise, server, tmp_path / "code", tool)
    shut = checkout.do("gate")
    assert shut.returncode == 1
    assert f"{promise.epic.key} is not signed" in shut.stdout
    promise.prove()
    promise.sign_stories()
    promise.sign()
    open_now = checkout.do("gate")
    assert (open_now.returncode, open_now.stdout) == (0, "")


@pytest.mark.parametrize("name", ["pull", "push", "gate"])
def test_a_wrong_token_fails_the_command(promise: Promise, server: str, tmp_path: Path, name: str) -> None:
    checkout = Checkout(promise, server, tmp_path / "code", "behave")
    for before in ("pull", "run"):
        assert checkout.do(before).returncode == 0
    done = checkout.shell(checkout.commands[name], token="triad_wrong")
    assert done.returncode != 0
    assert "401" in done.stdout + done.stderr


def test_pulling_again_takes_away_what_is_gone(promise: Promise, server: str, tmp_path: Path) -> None:
    checkout = Checkout(promise, server, tmp_path / "code", "behave")
    assert checkout.do("pull").returncode == 0
    folder = tmp_path / "code" / "features"
    gone = folder / "triad" / "left.feature"
    gone.write_text("Feature: Left over\n")
    assert checkout.do("pull").returncode == 0
    assert not gone.exists()
    assert (folder / "steps" / "shop_steps.py").exists()


# --- the page


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_each_tool_has_its_page_without_scripts(cast: Cast, name: str) -> None:
    tool = ci.tool_named(name)
    assert tool is not None
    page = shown(signed_in(cast.maria), f"?tool={name}")

    found = blocks(page)
    assert {"pull", "run", "push", "gate", "github", "gitlab"} <= found.keys()
    assert f'href="?tool={name}" aria-current="page"' in page
    assert "http://testserver/api/v1/features/?epic=E-12" in found["pull"]
    assert "http://testserver/api/v1/runs/" in found["push"]
    assert f"-F format={tool.format} " in found["push"]
    assert "http://testserver/api/v1/epics/E-12/gate/" in found["gate"]
    assert f"-F file=@{tool.report}" in found["push"]
    assert tool.report in found["run"]
    assert f"@{tool.folder}/manifest.json" in found["push"]
    assert tool.tried in unescape(page)
    copied = [unescape(text) for text in re.findall(r'data-copy="([^"]*)"', page)]
    assert copied == list(found.values())  # the button copies what is read


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_the_pipelines_hold_the_same_commands(cast: Cast, name: str) -> None:
    found = blocks(shown(signed_in(cast.maria), f"?tool={name}"))
    for pipeline in (found["github"], found["gitlab"]):
        flat = " ".join(pipeline.split())
        for command in ("pull", "run", "push", "gate"):
            assert " ".join(found[command].split()) in flat
        assert "\t" not in pipeline


def test_the_examples_are_yaml_as_they_are_meant() -> None:
    addresses = ci.Addresses(
        "https://triad.example.org/f", "https://triad.example.org/r", "https://triad.example.org/g"
    )
    made = ci.commands(ci.TOOLS[0], addresses)
    steps = re.findall(r"^      - (?:name|uses): (.*)$", made.github, re.MULTILINE)
    assert steps == [
        "actions/checkout@v4",
        "actions/setup-python@v5",
        "Install",
        "Pull the features",
        "Run them",
        "Push the results, of a red run too",
        "May it ship?",
    ]
    assert "        if: ${{ !cancelled() }}\n        run: |\n          curl --fail-with-body" in made.github
    assert "  TRIAD_TOKEN: ${{ secrets.TRIAD_TOKEN }}\n" in made.github
    assert "    - |\n      behave features/triad" in made.gitlab
    assert "|| failed=$?\n" in made.gitlab
    assert made.gitlab.index("exit ${failed:-0}") < made.gitlab.index("release:")


@pytest.mark.django_db
def test_an_epic_is_filled_in(cast: Cast) -> None:
    epic = make_epic(cast)
    page = shown(signed_in(cast.maria), f"?tool=pytest-bdd&epic={epic.key}")
    assert f"/api/v1/features/?epic={epic.key}" in blocks(page)["pull"]
    assert f"/api/v1/epics/{epic.key}/gate/" in blocks(page)["gate"]
    assert f'href="?tool=behave&amp;epic={epic.key}"' in page
    assert f'<option value="{epic.key}" selected>' in page


@pytest.mark.django_db
def test_what_is_not_there_is_404_restricted_epics_too(cast: Cast) -> None:
    epic = make_epic(cast)
    client = signed_in(cast.nobody)
    assert client.get("/ci/?tool=cobol").status_code == 404
    assert client.get("/ci/?epic=E-99").status_code == 404
    cast.initiative.restricted = True
    cast.initiative.save()
    assert client.get(f"/ci/?epic={epic.key}").status_code == 404
    assert epic.title not in shown(client)


@pytest.mark.django_db
def test_who_may_make_a_token_gets_there_and_others_are_told_who_may(cast: Cast) -> None:
    assert 'href="/service-accounts/new/"' in shown(signed_in(cast.adam))
    page = shown(signed_in(cast.maria))
    assert 'href="/service-accounts/new/"' not in page
    assert "Only an administrator may manage service accounts and their tokens." in page


@pytest.mark.django_db
def test_a_token_over_plain_http_is_warned_of(cast: Cast) -> None:
    client = signed_in(cast.maria)
    assert "This address is without TLS" in shown(client)
    secure = client.get("/ci/", secure=True).content.decode()
    assert "https://testserver/api/v1/features/" in secure
    assert "This address is without TLS" not in secure


@pytest.mark.django_db
def test_a_tab_leads_there_from_the_runs(cast: Cast) -> None:
    assert 'href="/ci/"' in signed_in(cast.maria).get("/runs/").content.decode()
    assert '<a href="/ci/" aria-current="page">For your CI</a>' in shown(signed_in(cast.maria))


@pytest.mark.django_db
def test_one_must_be_signed_in(client: Client) -> None:
    assert client.get("/ci/").status_code == 302
