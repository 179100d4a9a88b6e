"""Keys between tables point down the floors, as imports do."""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Field, ForeignKey, ManyToManyField, Model

from tests.architecture.house import floors

# "room.Model.field" to the reason why it may be otherwise.
NAMED_REVERSE: dict[str, str] = {}


def keys() -> Iterator[tuple[str, type[Model], Field, str, str]]:
    """Every key of a room's model: its name, model, field, its own room and the room it points at."""
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.startswith("apps."):
            for field in model._meta.get_fields(include_hidden=True):
                if isinstance(field, ForeignKey | ManyToManyField) and field.model is model:
                    room, other = model._meta.app_label, field.related_model._meta.app_label
                    yield f"{room}.{model.__name__}.{field.name}", model, field, room, other


def test_there_are_keys_to_look_at() -> None:
    assert len(list(keys())) > 20


def test_keys_point_at_the_same_room_or_down() -> None:
    upwards = [name for name, _, _, room, other in keys() if other in floors() and floors()[other] > floors()[room]]
    assert upwards == []


def test_keys_do_not_join_rooms_of_one_floor() -> None:
    level = [
        name
        for name, _, _, room, other in keys()
        if other in floors() and other != room and floors()[other] == floors()[room]
    ]
    assert level == []


def test_a_key_that_crosses_a_floor_has_no_way_back() -> None:
    """A reverse accessor is an import in disguise."""
    named = {
        name
        for name, model, field, room, other in keys()
        if other != room and other in floors() and not model._meta.auto_created
        if field.remote_field is not None and not field.remote_field.hidden
    }
    assert named == NAMED_REVERSE.keys()


def test_no_room_s_table_hangs_on_a_package_s() -> None:
    foreign = {name for name, _, _, _, other in keys() if other not in floors()}
    assert foreign == set()
