"""What is tied by a task's name: each ring and each beat entry finds its task."""

import ast
from importlib import import_module

import pytest
from django.conf import settings

from portal.celery import app
from tests.architecture.house import called, calls, floors, modules

for _room in floors():
    try:
        import_module(f"apps.{_room}.tasks")
    except ModuleNotFoundError as error:
        if error.name != f"apps.{_room}.tasks":
            raise

TASKS = {name for name in app.tasks if not name.startswith("celery.")}


def rings() -> list[tuple[str, str]]:
    """Every `ring("name", …)`, as (file, name); the name is "" where it is not written out."""
    found = []
    for module in modules():
        for call in calls(module.tree):
            if called(call).rpartition(".")[2] == "ring" and call.args:
                first = call.args[0]
                name = first.value if isinstance(first, ast.Constant) else ""
                found.append((module.name, str(name)))
    return found


def test_every_ring_is_heard() -> None:
    assert [(file, name) for file, name in rings() if name not in TASKS] == []


@pytest.mark.parametrize("entry", settings.CELERY_BEAT_SCHEDULE)
def test_every_beat_entry_names_a_task(entry: str) -> None:
    assert settings.CELERY_BEAT_SCHEDULE[entry]["task"] in TASKS


def test_a_task_is_named_after_its_room() -> None:
    strangers = {name for name in TASKS if app.tasks[name].__module__ != f"apps.{name.split('.')[0]}.tasks"}
    assert strangers == set()
