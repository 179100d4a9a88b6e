"""What a team's CI pulls and pushes: `GET /api/v1/features/` and `POST /api/v1/runs/`."""

from collections.abc import Mapping
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from rest_framework.decorators import api_view, parser_classes, permission_classes, renderer_classes
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.access import Member, member_or_token
from apps.common.conditional import conditional
from apps.common.instants import parse_instant
from apps.common.refused import BadInput
from apps.delivery import queries as delivery
from apps.delivery.models import Epic, Initiative
from apps.organization.models import Person
from apps.specs import actions, exports, intake, manifest, queries
from apps.specs.exports import Text
from apps.specs.models import Run

_IN_MEMORY = 1024 * 1024
# Texts in one archive; reading as many for the manifest takes seconds.
MAX_TEXTS = 16 * 1024 * 1024
_NARROWER = "Ask for one initiative or one epic: ?initiative=I-1 or ?epic=E-1."


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


@api_view(["POST"])
@permission_classes([Member])
@parser_classes([MultiPartParser, ReportParser])
def run_create(request: Request) -> Response:
    """Import the results of a test run. 201 for a new run, 200 where the same came before; nothing changes then.

    The body is the report itself, with `?format=&revision=&zone=&initiative=&ran_at=&name=`; or multipart with `file`,
    once or several times, `manifest`, and the same fields. Without `format` it is found out. `ran_at` is an instant
    with its zone, for reports that do not say when they ran. At most 8 MiB a file, 64 MiB for Cucumber Messages, and
    64 MiB in all.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    _check_size(int(length) if length.isdigit() else 0)
    person = cast(Person, request.user)
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
        ran_at=parse_instant(fields["ran_at"]) if fields["ran_at"] else None,
    )
    run = imported.run
    url = request.build_absolute_uri(reverse("specs:run_detail", args=[run.key]))
    body = {"run": run.key, "url": url, "created": imported.created, "counts": run.counts}
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


class Archive(JSONRenderer):
    """Lets `Accept: application/zip` in; an archive comes ready, and only problems are rendered."""

    media_type = "application/zip"


@api_view(["GET", "HEAD"])
@permission_classes([member_or_token("specs.export_features")])
@renderer_classes([JSONRenderer, Archive])
def feature_export(request: Request) -> HttpResponseBase:
    """The current features with their manifest as a ZIP, narrowed by `?initiative=I-1` and `?epic=E-3`.

    304 while the texts are the same; 404 where there is none to export; 413 for more than 16 MiB of texts, or than
    8 MiB of manifest, which could not be sent back.
    """
    texts = _texts(request)
    digest = exports.digest_of(texts)
    known = conditional(request, HttpResponse(), digest=digest)
    if known.status_code != 200:
        return known
    files, listed = exports.exported(texts)
    listing = manifest.written(listed)
    if len(listing) > intake.MAX_WHOLE:
        raise intake.TooLarge(f"The manifest of so many scenarios could not be sent back. {_NARROWER}")
    response = FileResponse(
        exports.archive(files, listing), as_attachment=True, filename="features.zip", content_type="application/zip"
    )
    return conditional(request, response, digest=digest)


def _texts(request: Request) -> list[Text]:
    """What is asked for, as far as who asks may read it."""
    person, asked = cast(Person, request.user), request.query_params
    if unknown := sorted(set(asked) - {"initiative", "epic"}):
        raise BadInput(f"“{unknown[0][:50]}” says nothing here. {_NARROWER}")
    initiative = None
    try:
        if key := asked.get("initiative"):
            initiative = delivery.initiative_for(person, key)
        if key := asked.get("epic"):
            delivery.epic_for(person, key)
    except (Initiative.DoesNotExist, Epic.DoesNotExist, ValueError) as error:  # PostgreSQL takes no NUL
        raise Http404("There is no such initiative or epic that you may read.") from error
    texts = queries.texts_to_export(initiative=initiative, epic_key=asked.get("epic") or "", person=person)
    if not texts:
        raise Http404("There is no story with scenarios to export.")
    if sum(len(text.text.encode()) for text in texts) > MAX_TEXTS:
        raise intake.TooLarge(f"These are more than 16 MiB of features. {_NARROWER}")
    return texts
