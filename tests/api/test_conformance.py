"""Whatever the schema allows, and what it does not: never a 500, never an answer that the schema does not know.

By a token and by a person in a session, over the demo in a database of this file's own.
"""

from typing import Any

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.common.endpoints.openapi import schema
from tests.api.conftest import Demo
from tests.api.test_every_address import filled

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
CSRF = "c" * 32
FEW = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
MANY = settings(FEW, max_examples=40, derandomize=False)

SCHEMA = schemathesis.openapi.from_dict(schema())
SCHEMA.app = WSGIHandler()
# Who asks is said here: what a session without its cookie gets is for the other tests.
SCHEMA.config.generation.update(with_security_parameters=False)
OPERATIONS = [(method.upper(), path) for path, found in schema()["paths"].items() for method in found]
every_operation = pytest.mark.parametrize(("method", "path"), OPERATIONS)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """As often as it takes."""
    monkeypatch.setattr(django_settings, "API_RATE", "1000000/min")


def by_token(demo: Demo) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {demo.secret}"}}


def in_session(demo: Demo) -> dict[str, Any]:
    session = demo.browser("adam").cookies[django_settings.SESSION_COOKIE_NAME].value
    cookies = {django_settings.SESSION_COOKIE_NAME: session, django_settings.CSRF_COOKIE_NAME: CSRF}
    return {"headers": {"X-CSRFToken": CSRF}, "cookies": cookies}


def known_keys(path: str) -> dict[str, str]:
    """What stands in the address for something of the demo."""
    asked = zip(path.strip("/").split("/"), filled(path).strip("/").split("/"), strict=True)
    return {name.strip("{}"): value for name, value in asked if name.startswith("{")}


def ask(method: str, path: str, who: dict[str, Any], times: settings) -> None:
    """What the schema allows, and where something can be wrong, what it does not."""
    operation = SCHEMA[path][method]
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        if mode == GenerationMode.NEGATIVE and not (operation.body or operation.query):
            continue

        @times
        @given(case=operation.as_strategy(generation_mode=mode), known=st.integers(0, 3))
        def asked(case: Any, known: int) -> None:
            if known:  # chance alone would hit no key
                case.path_parameters = known_keys(path)
            case.call_and_validate(checks=CHECKS, **who)

        asked()


@every_operation
def test_a_token_is_answered_as_the_schema_says(demo: Demo, method: str, path: str) -> None:
    ask(method, path, by_token(demo), FEW)


@pytest.mark.long
@every_operation
def test_a_person_is_answered_as_the_schema_says(demo: Demo, method: str, path: str) -> None:
    ask(method, path, in_session(demo), FEW)


@pytest.mark.long
@every_operation
def test_many_times(demo: Demo, method: str, path: str) -> None:
    ask(method, path, by_token(demo), MANY)
    ask(method, path, in_session(demo), MANY)
