"""Imports of feature files: asked for with a ZIP, done by a worker, followed here."""

from datetime import UTC
from typing import Any, TypedDict

from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from apps.common.access import member_or_token
from apps.common.endpoints import Instant, Key, Page, answered_once, found, instant, listed, reads, reads_list, writes
from apps.common.endpoints.asked import form_of
from apps.delivery import actions, queries
from apps.delivery.import_forms import FeatureImportForm
from apps.delivery.models import FeatureImport
from apps.organization.mentions import PersonMention, mention
from apps.organization.requests import person_of


class FeatureImportRow(TypedDict):
    """How far an import is: WAITING and RUNNING become DONE, or REFUSED with `problem` in words."""

    key: Key
    initiative: Key | None
    initiative_title: str
    source: str
    state: FeatureImport.State
    files_total: int
    files_read: int
    problem: str
    asked_by: PersonMention
    asked_at: Instant
    finished_at: Instant | None


def _row(asked: FeatureImport) -> FeatureImportRow:
    return {
        "key": asked.key,
        "initiative": asked.initiative.key if asked.initiative else None,
        "initiative_title": asked.initiative_title,
        "source": asked.source,
        "state": FeatureImport.State(asked.state),
        "files_total": asked.files_total,
        "files_read": asked.files_read,
        "problem": asked.problem,
        "asked_by": mention(asked.asked_by),
        "asked_at": instant(asked.asked_at),
        "finished_at": instant(asked.finished_at),
    }


class FeatureImportDetail(FeatureImportRow):
    """One import with what came of it: counts, and files that could not be stories."""

    result: dict[str, Any]


@reads_list(FeatureImportRow)
def feature_import_list(request: Request) -> Page[FeatureImportRow]:
    """Imports that one may read, the newest first."""
    return listed(request, queries.imports_for(person_of(request)), _row, order=("-pk",))


@reads(FeatureImportDetail)
def feature_import_read(request: Request, key: str) -> FeatureImportDetail:
    """How far an import is, and what came of it."""
    asked = found(queries.imports_for(person_of(request)), key=key)
    return {**_row(asked), "result": asked.result}


_TAKES = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "properties": {
                "initiative": {"type": "string", "maxLength": 200, "description": "Its title; started where new."},
                "upload": {"type": "string", "format": "binary", "description": "A ZIP, or feature files."},
                "skip_refused": {"type": "boolean", "description": "Skip files that cannot be stories."},
                "text_at": {"type": "string", "description": "Since when the texts hold (UTC)."},
            },
            "required": ["initiative", "upload"],
        }
    }
}


@writes(
    FeatureImportRow,
    status=201,
    may=member_or_token("delivery.import_features"),
    takes=_TAKES,
    parsers=(MultiPartParser,),
    parses_first=True,
)
def feature_import_create(request: Request) -> Any:
    """Import a ZIP of feature files, or some files of it. A worker does it: follow it by its key.

    A ZIP stands for the whole folder: stories whose files are gone are archived.
    """
    asked = form_of(request, FeatureImportForm)
    name, archive, whole = asked.packed()
    text_at = asked.cleaned_data["text_at"]
    return answered_once(
        request,
        lambda: _row(
            actions.ask_feature_import(
                initiative_title=asked.cleaned_data["initiative"],
                source=name,
                archive=archive,
                is_whole=whole,
                skip_refused=asked.cleaned_data["skip_refused"],
                text_at=text_at.replace(tzinfo=UTC) if text_at else None,
                by=person_of(request),
            )
        ),
        status=201,
    )
