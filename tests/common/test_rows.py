"""Many rows at once: as the model would write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import IntegrityError, transaction

from apps.common.rows import insert_rows, update_rows
from apps.organization.models import KeySequence, Person

pytestmark = pytest.mark.django_db


def test_rows_are_read_as_they_were_given() -> None:
    at = datetime(2026, 11, 1, 12, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    names = [field.attname for field in Person._meta.concrete_fields if not field.primary_key]
    one = Person(username="ann", name="O'Neil %s", joined_at=at)
    insert_rows(Person, names, [tuple(getattr(one, name) for name in names)])
    found = Person.objects.get(username="ann")
    assert (found.name, found.is_active, found.joined_at) == ("O'Neil %s", True, at)
    update_rows(Person, ["name", "joined_at"], [("Ann", at.astimezone(UTC) + timedelta(days=1), found.pk)])
    found.refresh_from_db()
    assert (found.name, found.joined_at) == ("Ann", at + timedelta(days=1))


def test_a_row_takes_the_place_of_the_one_it_agrees_with() -> None:
    insert_rows(KeySequence, ["prefix", "last"], [("QQ", 1), ("QR", 1)])
    insert_rows(KeySequence, ["prefix", "last"], [("QQ", 7)], instead=["prefix"])
    assert dict(KeySequence.objects.filter(prefix__startswith="Q").values_list("prefix", "last")) == {"QQ": 7, "QR": 1}
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(KeySequence, ["prefix", "last"], [("QQ", 8)])
    insert_rows(KeySequence, ["prefix", "last"], [("QQ", 8), ("QS", 1), ("QQ", 9)], instead=["prefix"])
    assert KeySequence.objects.get(prefix="QQ").last == 9


def test_thousands_of_rows_all_kinds_of_values() -> None:
    told = [(f"Q{number}", number) for number in range(12_001)]
    insert_rows(KeySequence, ["prefix", "last"], told)
    pks = dict(KeySequence.objects.filter(prefix__startswith="Q").values_list("prefix", "pk"))
    update_rows(KeySequence, ["last"], [(2**60 + last, pks[prefix]) for prefix, last in told])
    found = KeySequence.objects.filter(prefix__startswith="Q").values_list("prefix", "last")
    assert sorted(found) == sorted((prefix, 2**60 + last) for prefix, last in told)


def test_no_rows_are_no_statement(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        insert_rows(KeySequence, ["prefix", "last"], [])
        update_rows(KeySequence, ["last"], [])
