"""The house as data: its rooms with their floors, its files, its functions."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def floors() -> dict[str, int]:
    """Room to floor, the higher number above, from import-linter's contract: one truth for both."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["name"].startswith("Floors"))
    return {room.strip(): floor for floor, layer in enumerate(reversed(layers)) for room in layer.split("|")}


def tracked_files() -> list[Path]:
    """Every file that git keeps or would keep; every file but hidden ones where this is no repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return [path for path in ROOT.rglob("*") if path.is_file() and "/." not in str(path)]
    return [path for name in listed.splitlines() if (path := ROOT / name).is_file()]


@dataclass(frozen=True)
class Module:
    """One Python file of a room."""

    room: str
    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its path from the project's root."""
        return str(self.path.relative_to(ROOT))

    @property
    def kind(self) -> str:
        """The piece of furniture it belongs to: "actions" for actions.py and for actions/epics.py."""
        return self.path.relative_to(ROOT / "apps" / self.room).parts[0].removesuffix(".py")


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file of every room, migrations left out."""
    return tuple(
        Module(path.relative_to(ROOT).parts[1], path, ast.parse(path.read_text()))
        for path in sorted((ROOT / "apps").glob("*/**/*.py"))
        if "migrations" not in path.parts
    )


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """Every function in `tree`."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call in `tree`, in the order of the source."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return iter(sorted(found, key=lambda node: (node.lineno, node.col_offset)))


def called(node: ast.Call | ast.expr) -> str:
    """The dotted name of what is called: "rules.check_may_sign", "lock_epic"; "" where it has none."""
    target = node.func if isinstance(node, ast.Call) else node
    if isinstance(target, ast.Attribute):
        before = called(target.value)
        return f"{before}.{target.attr}" if before else target.attr
    if isinstance(target, ast.Call):
        return called(target)
    return target.id if isinstance(target, ast.Name) else ""
