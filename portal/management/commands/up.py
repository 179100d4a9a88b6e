"""`manage.py up`: everything on one machine."""

import ipaddress
import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand

from portal.up.start import Wishes, up


def _host(text: str) -> str:
    if text == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is not an address such as 127.0.0.1") from error


def _port(text: str) -> int:
    if not text.isdigit() or not 0 <= int(text) <= 65535:
        raise ArgumentTypeError(f"{text} is not a port from 0 (any free one) to 65535")
    return int(text)


class Command(BaseCommand):
    """Starts broker, worker and web, prints the address, and stops them together."""

    help = "Run the whole portal on this machine, with a demo organization where there is no database yet."
    # What it starts checks itself.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", type=_host, default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=_port, default=8000, help="port to listen on; 0 takes a free one")
        parser.add_argument("--empty", action="store_true", help="no demo organization in a new database")
        parser.add_argument(
            "--check",
            action="store_true",
            help="start with state of its own, prove sign-in, pages, a task, a signature and the log, stop",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wishes = Wishes(host=options["host"], port=options["port"], empty=options["empty"], check=options["check"])

        def say(words: str) -> None:
            self.stdout.write(words)
            self.stdout.flush()

        sys.exit(up(wishes, say))
