"""What a team's CI pulls: `GET /api/v1/features/`."""

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from apps.common.access import member_or_token
from apps.common.conditional import conditional
from apps.common.endpoints import reads
from apps.delivery import queries as delivery
from apps.delivery.models import Epic, Initiative
from apps.organization.requests import person_of
from apps.specs import exports, intake, manifest, queries
from apps.specs.exports import Text

# Texts in one archive; reading as many for the manifest takes seconds.
MAX_TEXTS = 16 * 1024 * 1024
_NARROWER = "Ask for one initiative or one epic: ?initiative=I-1 or ?epic=E-1."


class Archive(JSONRenderer):
    """Lets `Accept: application/zip` in; an archive comes ready, and only problems are rendered."""

    media_type = "application/zip"


@reads(
    None,
    may=member_or_token("specs.export_features"),
    asks={"initiative": "Only of this initiative, by its key.", "epic": "Only of this epic, by its key."},
    gives=("application/zip",),
    renderers=(JSONRenderer, Archive),
    refuses=(404, 413),
)
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
    person, asked = person_of(request), request.query_params
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
