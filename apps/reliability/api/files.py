"""SLOs as files, in and out."""

from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from typing import Any, TypedDict

from django.http import HttpResponse
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from apps.common.access import Member
from apps.common.conditional import conditional
from apps.common.endpoints import Key, answered_once, reads, writes
from apps.common.endpoints.body import TooLargeBody
from apps.common.refused import BadInput
from apps.organization.requests import person_of
from apps.reliability import actions, intake, queries, writing
from apps.reliability.api.slos import readable_slo
from apps.reliability.formats.sloth import PERIOD_DAYS
from apps.reliability.models import SLO

YAML = "text/yaml"
_MOST = intake.MAX_BYTES + 1024 * 1024  # of a request, with what is around its files


class FileParser(BaseParser):
    """The file itself as the body, of whatever type."""

    media_type = "*/*"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, BytesIO]:
        data = stream.read(_MOST + 1)
        _check_size(len(data))
        return {"body": BytesIO(data)}


class YAMLRenderer(JSONRenderer):
    """Lets `Accept: text/yaml` in; the text comes ready, and only problems are rendered."""

    media_type = YAML


class SLOsImported(TypedDict):
    """What the files held; `keys` are all SLOs that they name, `unmeasured` says by name what is not measured here."""

    documents: int
    slos: int
    keys: list[Key]
    created: int
    changed: int
    unmeasured: dict[str, str]


_ASKS = {
    "scope": "On what all stand, by its key; else each on the service that it names.",
    "days": "The period that Sloth was told, in days; 30 unless said.",
}
_FILE = {"schema": {"type": "string", "format": "binary"}}
_FORM = {
    "schema": {
        "type": "object",
        "properties": {
            "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
            **{name: {"type": "string", "description": words} for name, words in _ASKS.items()},
        },
        "required": ["file"],
    }
}


@writes(
    SLOsImported,
    may=Member,
    asks=_ASKS,
    takes={"application/yaml": _FILE, "multipart/form-data": _FORM},
    parsers=(MultiPartParser, FileParser),
    parses_first=True,
)
def slo_import(request: Request) -> Any:
    """Import SLOs of OpenSLO or Sloth: all of them, or nothing and every reason by document and field.

    The body is the file itself, with `?scope=&days=`; or multipart with `file`, once or several times, and the same
    fields. What a file named before gets a new version where it says something else. At most 1 MiB a file and 4 MiB in
    all.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    _check_size(int(length[:20]) if length.isascii() and length.isdigit() else 0)
    person = person_of(request)
    taken = intake.take(_files(request), period_days=days_of(_field(request, "days")))

    def act() -> SLOsImported:
        done = actions.import_slos(taken=taken, by=person, scope_key=_field(request, "scope"))
        return {
            "documents": done.documents,
            "slos": len(done.slos),
            "keys": [slo.key for slo in done.slos],
            "created": done.created,
            "changed": done.changed,
            "unmeasured": taken.unmeasured,
        }

    return answered_once(request, act)


@reads(None, gives=(YAML,), renderers=(JSONRenderer, YAMLRenderer), refuses=(409,))
def slo_openslo(request: Request, key: str) -> HttpResponse:
    """The SLO as OpenSLO, with what it refers to: as its file came, with what was changed since."""
    return _as_file(request, readable_slo(request, key), writing.OPENSLO)


@reads(None, gives=(YAML,), renderers=(JSONRenderer, YAMLRenderer), refuses=(409,))
def slo_rules(request: Request, key: str) -> HttpResponse:
    """Prometheus's recording and alert rules of the SLO; 409 where it has no queries that say their window."""
    return _as_file(request, readable_slo(request, key), writing.PROMETHEUS)


def _as_file(request: Request, slo: SLO, format: str) -> HttpResponse:
    text = writing.written(queries.defined([slo]), format).encode()
    response = HttpResponse(text, content_type=f"{YAML}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slo.key.lower()}-{format}.yaml"'
    return conditional(request, response, digest=sha256(text).hexdigest())


def days_of(text: str) -> int:
    """Whole days from 1 to 365. Raises BadInput."""
    if not text:
        return PERIOD_DAYS
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= 365):
        raise BadInput("“days” is a whole number of days from 1 to 365.")
    return int(text)


def _field(request: Request, name: str) -> str:
    given = request.query_params.get(name)
    if given is None and _is_form(request):
        given = _data(request).get(name)
    return given if isinstance(given, str) else ""


def _data(request: Request) -> Any:
    """What the parsers read: a QueryDict, or a dictionary."""
    return request.data


def _is_form(request: Request) -> bool:
    return (request.content_type or "").startswith("multipart/form-data")


def _files(request: Request) -> list[tuple[str, bytes]]:
    if not _is_form(request):
        # Without a body, REST framework gives an empty dictionary of its own
        body = _data(request).get("body")
        if body is None:
            raise BadInput("The body is empty. Send the file as the body, with its Content-Length.")
        return [("", body.getvalue())]
    files = request.FILES.getlist("file")
    if not files:
        raise BadInput("There is no “file” in the form. Send each file as “file”.")
    _check_size(sum(file.size or 0 for file in files))
    names = [(file.name or "")[:200] if len(files) > 1 else "" for file in files]
    return [(name, file.read()) for name, file in zip(names, files, strict=True)]


def _check_size(size: int) -> None:
    if size > _MOST:
        raise TooLargeBody(f"The request has more than {intake.MAX_BYTES // 1024**2} MiB. Send the files one by one.")
