"""What a team's CI pushes: `POST /api/v1/runs/`."""

from collections.abc import Mapping
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO, TypedDict, cast

from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.access import Member
from apps.common.endpoints import Address, Key, answered_once, writes
from apps.common.instants import parse_instant
from apps.common.refused import BadInput
from apps.delivery import queries as delivery
from apps.delivery.models import Initiative
from apps.organization.models import Person
from apps.organization.requests import person_of
from apps.specs import actions, intake
from apps.specs.models import Run

_IN_MEMORY = 1024 * 1024


class ReportParser(BaseParser):
    """The report itself as the body, of whatever type: kept on disk where it is large."""

    media_type = "*/*"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, IO[bytes]]:
        # Closed by the interpreter once the request is gone.
        kept = cast("IO[bytes]", SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115
        size = 0
        while piece := stream.read(_IN_MEMORY):
            size += len(piece)
            _check_size(size)
            kept.write(piece)
        kept.seek(0)
        return {"body": kept}


class RunCreated(TypedDict):
    """The run that a report became; `created` is false where the same came before."""

    run: Key
    url: Address
    created: bool
    counts: dict[str, int]


_ASKS = {
    "format": "behave-json, cucumber-json, cucumber-messages or junit; without it, it is found out.",
    "revision": "Of the product that was tested, such as a commit: at most 100 characters.",
    "zone": "Of times that name none, such as Europe/Berlin.",
    "initiative": "Only stories of this initiative, by its key.",
    "ran_at": "When it ran, an instant with its zone, for reports that do not say it.",
    "name": "The report's file name.",
}
_REPORT = {"schema": {"type": "string", "format": "binary"}}
_FORM = {
    "schema": {
        "type": "object",
        "properties": {
            "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
            "manifest": {"type": "string", "format": "binary"},
            **{name: {"type": "string", "description": words} for name, words in _ASKS.items() if name != "name"},
        },
        "required": ["file"],
    }
}


@writes(
    RunCreated,
    status=201,
    also=(200,),
    may=Member,
    asks=_ASKS,
    takes={"application/octet-stream": _REPORT, "multipart/form-data": _FORM},
    parsers=(MultiPartParser, ReportParser),
    parses_first=True,
)
def run_create(request: Request) -> Any:
    """Import the results of a test run. 201 for a new run, 200 where the same came before; nothing changes then.

    The body is the report itself, with `?format=&revision=&zone=&initiative=&ran_at=&name=`; or multipart with `file`,
    once or several times, `manifest`, and the same fields. Without `format` it is found out. `ran_at` is an instant
    with its zone, for reports that do not say when they ran. At most 8 MiB a file, 64 MiB for Cucumber Messages, and
    64 MiB in all.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    _check_size(int(length[:20]) if length.isascii() and length.isdigit() else 0)
    person = person_of(request)
    fields = {name: _field(request, name) for name in ("format", "revision", "zone", "initiative", "ran_at")}
    if len(fields["revision"]) > 100:
        raise BadInput("The revision has more than 100 characters.")
    initiative = _initiative(person, fields["initiative"]) if fields["initiative"] else None
    files, manifest = _files(request)
    taken = intake.take(
        files,
        format=fields["format"],
        manifest_file=manifest,
        revision=fields["revision"],
        zone=intake.zone_named(fields["zone"]),
        initiative=initiative.key if initiative else "",
    )
    ran_at = parse_instant(fields["ran_at"]) if fields["ran_at"] else None

    def act() -> Response:
        imported = actions.import_results(
            reports=taken.reports,
            format=taken.format,
            source=taken.source,
            revision=fields["revision"],
            channel=Run.Channel.API,
            by=person,
            digest=taken.digest,
            manifest=taken.manifest,
            initiative=initiative,
            reports_digest=taken.reports_digest,
            ran_at=ran_at,
        )
        return _created(request, imported)

    return answered_once(request, act)


def _created(request: Request, imported: actions.Imported) -> Response:
    run = imported.run
    url = request.build_absolute_uri(reverse("specs:run_detail", args=[run.key]))
    body: RunCreated = {"run": run.key, "url": url, "created": imported.created, "counts": run.counts}
    return Response(body, status=201 if imported.created else 200, headers={"Location": url})


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


def _files(request: Request) -> tuple[list[intake.Incoming], intake.Incoming | None]:
    if not _is_form(request):
        # Without a body, REST framework gives an empty dictionary of its own
        body: BinaryIO | None = _data(request).get("body")
        if body is None:
            raise BadInput("The body is empty. Send the report as the body, with its Content-Length.")
        name = request.query_params.get("name", "") or "report"
        return [intake.Incoming(name[:200], body)], None
    files = [_incoming(file) for file in request.FILES.getlist("file")]
    if not files:
        raise BadInput("There is no “file” in the form. Send each report as “file”.")
    manifest = request.FILES.get("manifest")
    return files, _incoming(manifest) if manifest else None


def _incoming(file: UploadedFile) -> intake.Incoming:
    return intake.Incoming(file.name or "report", cast(BinaryIO, file.file))


def _initiative(person: Person, key: str) -> Initiative:
    try:
        return delivery.initiative_for(person, key)
    except Initiative.DoesNotExist as error:
        raise BadInput(f"There is no initiative {key[:20]} that you may read.") from error


def _check_size(size: int) -> None:
    if size > intake.MAX_ALL + _IN_MEMORY:
        raise intake.TooLarge("The request has more than 64 MiB. Send the files as several runs.")
