"""`Idempotency-Key` at the API's door: exactly one effect, however often and by how many at once it is asked for.

The key is taken and the answer kept in the transaction of the act itself: after a crash there are both or neither. Who
asks at the same moment waits for the first. A request that was refused did nothing and keeps nothing: with the same key
it is judged anew.
"""

import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.refused import Refused
from apps.organization.actions.answers import KEPT_FOR, AskedMeanwhile, begin_answer, finish_answer
from apps.organization.models import KeptAnswer, Person
from apps.organization.requests import person_of

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[!-~]{8,200}")


class UnfitKey(Refused):
    """The key is none, or it was used for something else."""

    status = 422


def once(request: Request, act: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """What `act` answers; where the request has a key that was used for it within a day, what it answered then."""
    key = request.headers.get(HEADER)
    if key is None:
        return act()
    if not _KEY.fullmatch(key):
        raise UnfitKey(f"{HEADER} takes 8 to 200 printable characters without spaces, such as a UUID.")
    person, digest = person_of(request), _digest(request)
    if kept := _kept(person, key):
        return _again(kept, digest)
    try:
        with transaction.atomic():
            kept = begin_answer(person=person, key=key, request=digest)
            answer = act()
            body = JSONRenderer().render(answer.data) if isinstance(answer, Response) else b""
            location = answer.headers.get("Location", "")
            finish_answer(kept, status=answer.status_code, location=location, body=body)
            return answer
    except AskedMeanwhile:
        if kept := _kept(person, key):
            return _again(kept, digest)
        raise


def _kept(person: Person, key: str) -> KeptAnswer | None:
    return KeptAnswer.objects.filter(person=person, key=key, at__gte=timezone.now() - KEPT_FOR).first()


def _again(kept: KeptAnswer, digest: str) -> HttpResponse:
    if kept.request != digest:
        raise UnfitKey(f"This {HEADER} was used for another request. Take a new one for each act.")
    headers = {"Idempotent-Replayed": "true", **({"Location": kept.location} if kept.location else {})}
    content_type = "application/json" if kept.body else None
    return HttpResponse(bytes(kept.body), status=kept.status, content_type=content_type, headers=headers)


def _digest(request: Request) -> str:
    """Of method, address and what the body says: the boundaries of a form and the order of keys say nothing."""
    said = {
        "method": request.method,
        "path": request.get_full_path(),
        "body": _said(request.data),
        "files": [[name, file.name, _of_file(file)] for name, file in _files(request)],
    }
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _said(data: Any) -> Any:
    if isinstance(data, QueryDict):
        return sorted((name, [one for one in values if isinstance(one, str)]) for name, values in data.lists())
    if isinstance(data, dict):
        return {name: _of_file(one) if hasattr(one, "seek") else one for name, one in data.items()}
    return data


def _files(request: Request) -> list[tuple[str, UploadedFile]]:
    return [(name, file) for name, files in request.FILES.lists() for file in files]


def _of_file(file: Any) -> str:
    """The SHA-256 of its bytes; it is read from its beginning again afterwards."""
    file.seek(0)
    digest = sha256()
    while piece := file.read(1024 * 1024):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()
