"""Only actions write; acts lock before they check; nothing happens by signal."""

import ast

import pytest

from tests.architecture.house import Module, called, calls, functions, modules

WRITES = {
    "save",
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "set_password",
}
READERS = {"views", "queries", "rules", "forms", "api", "tasks", "context", "templatetags", "backends", "urls"}
# "file:function" to the reason.
WRITES_ELSEWHERE: dict[str, str] = {}
# "room.act" to the reason why there is nothing to lock before the check.
NOTHING_TO_LOCK: dict[str, str] = {
    "audit.erase_values": "one conditional UPDATE; erasing twice erases nothing more",
    "delivery.ask_feature_import": "makes a new row; the import itself locks",
    "delivery.comment_on_epic": "adds a row that depends on nothing but the right to read",
    "delivery.comment_on_story": "adds a row that depends on nothing but the right to read",
    "delivery.create_initiative": "the row does not exist yet",
    "delivery.import_features": "the initiative may not exist yet; stories are locked before they are compared",
    "organization.add_person": "the row does not exist yet; the username is unique in the database",
    "organization.add_service_account": "the row does not exist yet; the username is unique in the database",
    "signatures.sign": "part of the act of the room above, which has locked what is signed",
    "specs._import": "makes a new run; stories are locked before results are compared with their texts",
}
LOCKS = ("lock", "select_for_update")


def names_of_imports(module: Module) -> set[str]:
    found = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def writes(module: Module) -> list[str]:
    """The functions of a module that write rows, as "file:function"."""
    return sorted(
        f"{module.name}:{function.name}"
        for function in functions(module.tree)
        if any(is_write(call) for call in calls(function))
    )


def is_write(call: ast.Call) -> bool:
    """Whether a call looks like one of Django's that write."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    # A query set's update takes names only; what takes something by place is a dictionary's, a set's or a digest's.
    return not (call.func.attr == "update" and call.args)


@pytest.mark.parametrize(
    ("code", "writing"),
    [
        ("epic.save(update_fields=['title'])", True),
        ("Epic.objects.filter(pk=1).update(title='x')", True),
        ("Epic.objects.create(title='x')", True),
        ("epic.stories.all().delete()", True),
        ("asked.update({'page': 2})", False),
        ("digest.update(b'x')", False),
        ("epic.stories.count()", False),
    ],
)
def test_a_write_is_seen(code: str, writing: bool) -> None:
    assert any(is_write(call) for call in calls(ast.parse(code))) is writing


def is_act(function: ast.FunctionDef) -> bool:
    return any(called(mark).rpartition(".")[2] == "act" for mark in function.decorator_list)


def acts() -> list[tuple[str, ast.FunctionDef]]:
    """Every act, as "room.act"."""
    return [
        (f"{module.room}.{function.name}", function)
        for module in modules()
        for function in functions(module.tree)
        if is_act(function)
    ]


def test_readers_do_not_write() -> None:
    found = {where for module in modules() if module.kind in READERS for where in writes(module)}
    assert found == WRITES_ELSEWHERE.keys()


def test_acts_stand_in_actions_alone() -> None:
    elsewhere = [
        f"{module.name}:{function.name}"
        for module in modules()
        if module.kind != "actions"
        for function in functions(module.tree)
        if is_act(function)
    ]
    assert elsewhere == []


def test_there_are_acts_to_look_at() -> None:
    assert len(acts()) > 10


@pytest.mark.parametrize(("name", "function"), acts(), ids=[name for name, _ in acts()])
def test_an_act_takes_names_only(name: str, function: ast.FunctionDef) -> None:
    assert not function.args.args and not function.args.posonlyargs, f"{name} takes something by place"


def checks_before_locking(function: ast.FunctionDef) -> bool:
    """Whether the first `check_…` of an act comes before anything that locks. By line, not by path of the run."""
    for call in calls(function):
        last = called(call).rpartition(".")[2]
        if any(word in last for word in LOCKS):
            return False
        if last.startswith("check_"):
            return True
    return False


def test_acts_lock_before_they_check() -> None:
    early = {name for name, function in acts() if checks_before_locking(function)}
    assert early - NOTHING_TO_LOCK.keys() == set()


def test_no_reason_outlives_its_act() -> None:
    assert NOTHING_TO_LOCK.keys() <= {name for name, _ in acts()}


@pytest.mark.parametrize(
    ("body", "early"),
    [
        ("epic = lock_epic(key)\n    rules.check_may_sign(epic)", False),
        ("epic = Epic.objects.select_for_update().get(key=key)\n    rules.check_may_sign(epic)", False),
        ("rules.check_may_sign(epic)\n    epic = lock_epic(key)", True),
        ("epic.save()", False),
    ],
)
def test_the_order_of_lock_and_check_is_seen(body: str, early: bool) -> None:
    function = next(functions(ast.parse(f"@act\ndef sign(*, key):\n    {body}\n")))
    assert is_act(function)
    assert checks_before_locking(function) is early


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_no_signals_and_no_generic_keys(module: Module) -> None:
    forbidden = (
        "django.db.models.signals",
        "django.dispatch",
        "django.contrib.contenttypes",
        "django.contrib.auth.signals",
    )
    assert [name for name in names_of_imports(module) if name.startswith(forbidden)] == []
