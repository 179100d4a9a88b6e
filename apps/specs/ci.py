"""Commands with which a team's CI pulls features, runs them, pushes what came of it and asks the gate. Pure.

One text each for the page, for a workflow of GitHub and for a pipeline of GitLab; tests run them as they stand.
"""

import textwrap
from dataclasses import dataclass
from urllib.parse import urlsplit

VARIABLE = "TRIAD_TOKEN"
EXAMPLE_EPIC = "E-12"
_AUTHORIZED = f'-H "Authorization: Bearer ${VARIABLE}"'
_BY_PYTHON = """python3 -c '
import json, sys
gate = json.load(open("gate.json"))
for reason in gate["reasons"]:
    print(reason["words"], reason["owner"], sep=" | ")
sys.exit(not gate["may_ship"])'"""
_BY_NODE = """node -e '
const gate = require("./gate.json")
gate.reasons.forEach((reason) => console.log(reason.words, "|", reason.owner))
process.exit(gate.may_ship ? 0 : 1)'"""
_BY_SHELL = "grep -q '\"may_ship\":true' gate.json || { cat gate.json; exit 1; }"


@dataclass(frozen=True)
class Tool:
    """What runs features: how, and what it writes in which format. `folder` is where pulled features belong."""

    name: str
    title: str
    folder: str
    run: str
    report: str
    format: str
    unpack: str
    gate: str
    # What a workflow needs besides, as lines of YAML and as an image.
    set_up: str
    install: str
    image: str
    # What the run relies on, in words, and as a file where it takes one.
    needs: str
    tried: str
    file_name: str = ""
    file_text: str = ""


_UNZIP = "unzip -q features.zip -d {folder}"
TOOLS = (
    Tool(
        name="behave",
        title="behave",
        folder="features/triad",
        run="behave features/triad --format json --outfile report.json --format progress",
        report="report.json",
        format="behave-json",
        unpack="python3 -m zipfile -e features.zip {folder}",
        gate=_BY_PYTHON,
        set_up='- uses: actions/setup-python@v5\n  with:\n    python-version: "3.12"',
        install="pip install -r requirements.txt",
        image="python:3.12",
        needs="Your steps stay where they are, in features/steps; behave finds them from the folder below.",
        tried="A test of this portal runs these commands as they stand here, with behave 1.3.",
    ),
    Tool(
        name="pytest-bdd",
        title="pytest-bdd",
        folder="features/triad",
        run="pytest --cucumberjson=report.json",
        report="report.json",
        format="cucumber-json",
        unpack="python3 -m zipfile -e features.zip {folder}",
        gate=_BY_PYTHON,
        set_up='- uses: actions/setup-python@v5\n  with:\n    python-version: "3.12"',
        install="pip install -r requirements.txt",
        image="python:3.12",
        needs="One test file takes all pulled features; your steps stand in it or in conftest.py.",
        tried="A test of this portal runs these commands as they stand here, with pytest-bdd 9.",
        file_name="test_features.py",
        file_text='from pytest_bdd import scenarios\n\nscenarios("features/triad")\n',
    ),
    Tool(
        name="cucumber-jvm",
        title="Cucumber-JVM",
        folder="src/test/resources/triad",
        run="mvn clean test -Dcucumber.plugin=message:target/report.ndjson",
        report="target/report.ndjson",
        format="cucumber-messages",
        unpack='mkdir -p {folder} && (cd {folder} && jar xf "$OLDPWD/features.zip")',
        gate=_BY_SHELL,
        set_up='- uses: actions/setup-java@v4\n  with:\n    distribution: temurin\n    java-version: "21"',
        install="",
        image="maven:3-eclipse-temurin-21",
        needs="One class for the JUnit Platform’s suite engine takes all pulled features; its glue is your own package."
        " A suite that names its plugins by annotation takes the one for messages there, not by -D.",
        tried="Written from its documentation, and not run by us.",
        file_name="src/test/java/RunTriadTest.java",
        file_text=(
            "import org.junit.platform.suite.api.ConfigurationParameter;\n"
            "import org.junit.platform.suite.api.IncludeEngines;\n"
            "import org.junit.platform.suite.api.SelectClasspathResource;\n"
            "import org.junit.platform.suite.api.Suite;\n\n"
            "@Suite\n"
            '@IncludeEngines("cucumber")\n'
            '@SelectClasspathResource("triad")\n'
            '@ConfigurationParameter(key = "cucumber.glue", value = "com.example")\n'
            "public class RunTriadTest {\n}\n"
        ),
    ),
    Tool(
        name="cucumber-js",
        title="Cucumber.js",
        folder="features/triad",
        run="npx cucumber-js features/triad --format message:report.ndjson",
        report="report.ndjson",
        format="cucumber-messages",
        unpack=_UNZIP,
        gate=_BY_NODE,
        set_up='- uses: actions/setup-node@v4\n  with:\n    node-version: "20"',
        install="npm ci",
        image="node:20",
        needs="Your steps stay where they are, in features; Cucumber.js finds them by its defaults.",
        tried="Tried by hand with Cucumber.js 12.9; no test of this portal repeats it.",
    ),
)


def tool_named(name: str) -> Tool | None:
    return next((tool for tool in TOOLS if tool.name == name), None)


@dataclass(frozen=True)
class Addresses:
    """The portal's own, absolute."""

    features: str
    runs: str
    gate: str


@dataclass(frozen=True)
class Commands:
    """The four commands of one tool for one epic, for a POSIX shell with $TRIAD_TOKEN."""

    tool: Tool
    pull: str
    run: str
    push: str
    gate: str
    # What a proxy or a browser of the same host would make of a token sent without TLS.
    is_plain: bool

    @property
    def github(self) -> str:
        """A workflow of GitHub Actions: every push is run, the main branch asks the gate."""
        steps = ["- uses: actions/checkout@v4", self.tool.set_up]
        if self.tool.install:
            steps.append(_step("Install", self.tool.install))
        steps += [
            _step("Pull the features", self.pull),
            _step("Run them", self.run),
            _step("Push the results, of a red run too", self.push, only_if="${{ !cancelled() }}"),
        ]
        gate = _step("May it ship?", self.gate)
        return (
            "name: Stories\n"
            "on: push\n"
            "env:\n"
            f"  {VARIABLE}: ${{{{ secrets.{VARIABLE} }}}}\n"
            "jobs:\n"
            "  stories:\n"
            "    runs-on: ubuntu-latest\n"
            "    steps:\n"
            f"{_indented(chr(10).join(steps), 6)}\n"
            "  release:\n"
            "    needs: stories\n"
            "    if: github.ref_name == github.event.repository.default_branch\n"
            "    runs-on: ubuntu-latest\n"
            "    steps:\n"
            f"{_indented(gate, 6)}\n"
            "      # What ships it comes after this step.\n"
        )

    @property
    def gitlab(self) -> str:
        """A pipeline of GitLab CI, which does the same; the token is a masked variable of the project."""
        script = [self.tool.install] if self.tool.install else []
        script += [self.pull, f"{self.run} || failed=$?", self.push, "exit ${failed:-0}"]
        return (
            "stories:\n"
            "  stage: test\n"
            f"  image: {self.tool.image}\n"
            "  script:\n"
            f"{_indented(chr(10).join(map(_item, script)), 4)}\n"
            "release:\n"
            "  stage: deploy\n"
            f"  image: {self.tool.image}\n"
            "  rules:\n"
            "    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n"
            "  script:\n"
            f"{_indented(_item(self.gate), 4)}\n"
            "    # What ships it comes after this line.\n"
        )


def commands(tool: Tool, addresses: Addresses) -> Commands:
    """How to use `tool` with the portal at `addresses`."""
    return Commands(
        tool=tool,
        pull="\n".join(
            [
                f"rm -rf {tool.folder}",
                f"curl -fsS {_AUTHORIZED} \\",
                f'  -o features.zip "{addresses.features}"',
                tool.unpack.format(folder=tool.folder),
            ]
        ),
        run=tool.run,
        push="\n".join(
            [
                f"curl --fail-with-body -sS {_AUTHORIZED} \\",
                f"  -F file=@{tool.report} -F manifest=@{tool.folder}/manifest.json \\",
                f'  -F format={tool.format} -F revision="$(git rev-parse HEAD)" \\',
                f'  "{addresses.runs}"',
            ]
        ),
        gate="\n".join([f"curl -fsS {_AUTHORIZED} \\", f'  -o gate.json "{addresses.gate}"', tool.gate]),
        is_plain=urlsplit(addresses.gate).scheme != "https",
    )


def _step(name: str, command: str, *, only_if: str = "") -> str:
    condition = f"  if: {only_if}\n" if only_if else ""
    return f"- name: {name}\n{condition}  run: |\n{_indented(command, 4)}"


def _item(command: str) -> str:
    return f"- |\n{_indented(command, 2)}"


def _indented(text: str, spaces: int) -> str:
    return textwrap.indent(text, " " * spaces)
