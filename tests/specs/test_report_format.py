"""Which format a file is in."""

from pathlib import Path

import pytest

from apps.specs.formats import report_format
from apps.specs.report import NotAReport


@pytest.mark.parametrize(
    ("data", "format"),
    [
        (b'[{"elements": [{"steps": [{"step_type": "given", "location": "a:1"}]}]}]', "behave-json"),
        (b'\xef\xbb\xbf \n[{"location": "features/a.feature:1", "keyword": "Feature"}]', "behave-json"),
        (b'[{"description": "the \\"uri\\": here", "location": "a.feature:1"}]', "behave-json"),
        (b'[{"line": 1, "elements": [], "uri": "a.feature"}]', "cucumber-json"),
        (b'[{"description": "the \\"step_type\\": x", "uri": "a.feature"}]', "cucumber-json"),
        (b'{"meta":{"protocolVersion":"33.0.4"}}\n{"source"', "cucumber-messages"),
        (b'<?xml version="1.0"?><testsuites/>', "junit"),
        (b"[]", None),
        (b"", None),
        (b'{"a": 1}', None),
        (b"\xff\xfe", None),
    ],
)
def test_a_file_is_known_by_its_beginning(data: bytes, format: str | None) -> None:
    assert report_format.detect(data) == format


def test_readers_by_name() -> None:
    assert list(report_format.READERS) == ["behave-json", "cucumber-json", "cucumber-messages", "junit"]
    assert report_format.read(b"<testsuite/>", "junit").format == "junit"


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(NotAReport) as refused:
        report_format.read(b"", "tap")
    assert str(refused.value) == (
        "“tap” is not a format of reports. Known are behave-json, cucumber-json, cucumber-messages, junit."
    )


def test_real_files(real_data: Path) -> None:
    run = real_data / "behave/generated-run"
    assert report_format.detect((run / "behave-report.json").read_bytes()) == "behave-json"
    assert {report_format.detect(file.read_bytes()) for file in (run / "junit").glob("*.xml")} == {"junit"}
    kit = (real_data / "cck/devkit/samples").glob("*/*.ndjson")
    assert {report_format.detect(file.read_bytes()) for file in kit} == {"cucumber-messages"}
