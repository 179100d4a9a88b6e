"""How the log is written: one line a record, as JSON for machines or as words for people. No Django: settings read it.

Of what a record carries besides its words, only what is named here is written: others pass along whole requests.
"""

import json
from typing import Any

import structlog
from structlog.typing import Processor

STYLES = ("json", "line")
CARRIED = ("method", "path", "status", "ms", "person", "acts")


def logging_config(*, style: str, level: str) -> dict[str, Any]:
    """For `settings.LOGGING`. Raises ValueError for a style that is none of STYLES."""
    if style not in STYLES:
        raise ValueError(f"PORTAL_LOG_FORMAT={style} is neither json nor line")
    # A line for each request, unless nothing but errors is wanted.
    requests = level if level in ("DEBUG", "ERROR", "CRITICAL") else "INFO"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "ours": {
                "()": "structlog.stdlib.ProcessorFormatter",
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_last(style)],
                "foreign_pre_chain": _first(),
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "triad.requests": {"level": requests},
            # Its line says as much; what broke comes at ERROR, with the place.
            "django.request": {"level": "ERROR"},
            # Django's own handler would say it twice, in another form.
            "django": {"handlers": [], "propagate": True},
            "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        },
    }


def _first() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=CARRIED),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]


def _last(style: str) -> list[Processor]:
    if style == "json":
        return [structlog.processors.JSONRenderer(ensure_ascii=False, default=str)]
    return [structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, pad_level=False)]


def readable(line: str) -> str:
    """A line of the log for a person to read, whatever its style."""
    try:
        told = json.loads(line)
        words = f"{told['timestamp']} {told['level']} {told['logger']} {told['event']}"
        return f"{words}\n{told['exception']}" if told.get("exception") else words
    except (ValueError, KeyError, TypeError, RecursionError):
        return line
