"""One thing by its key, or 404: the same for what is unknown and for what one may not read."""

from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.http import Http404

Row = TypeVar("Row", bound=Model)


def found(readable: QuerySet[Row], **named: object) -> Row:
    """The one of `readable` with these columns. Raises Http404 with a sentence."""
    try:
        return readable.get(**named)
    except (ObjectDoesNotExist, ValueError, OverflowError) as error:  # PostgreSQL takes no NUL
        name = readable.model._meta.verbose_name
        raise Http404(f"There is no such {name} that you may read.") from error
