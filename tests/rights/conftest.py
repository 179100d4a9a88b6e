"""The world in which rights are asked for: made once a file, in a database of its own, each request undone."""

import logging
from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings
from pytest_django.plugin import DjangoDbBlocker

from tests.committed_db import own_database
from tests.rights.world import World, make_world, suites

NOON = "2026-11-23T12:00:00Z"


@pytest.fixture(scope="module")
def world(
    migrated_template: str, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Everybody and everything, at an instant that stands still: what was confirmed stays fresh."""
    folder = tmp_path_factory.mktemp("rights")
    with pytest.MonkeyPatch.context() as patch, own_database(migrated_template, django_db_blocker, folder):
        patch.setattr(settings, "SUITES", suites())
        patch.setattr(settings, "TRUSTED_SUITES", frozenset())
        logging.disable()  # a line for each of thousands of requests
        try:
            with time_machine.travel(NOON, tick=False):
                yield make_world()
        finally:
            logging.disable(logging.NOTSET)
