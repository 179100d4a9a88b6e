"""The parser of bodies in JSON."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from apps.common import strict_json
from apps.common.refused import Refused

MOST = 1024 * 1024


class TooLargeBody(Refused):
    """More than any body of JSON needs."""

    status = 413


class StrictJSONParser(BaseParser):
    """UTF-8, no key twice, no NaN, not deep, at most 1 MiB."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        data = stream.read(MOST + 1)
        if len(data) > MOST:
            raise TooLargeBody("The body has more than 1 MiB.")
        try:
            return strict_json.parse(data)
        except strict_json.NotStrictJson as error:
            raise ParseError(f"The body is not JSON. {error}") from error
