"""JUnit XML as behave, pytest and Surefire write it."""

import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.specs.formats import junit
from apps.specs.report import Case, NotAReport, Status
from tests.specs import hostile

BEHAVE = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="shop.basket.Basket v1.2" tests="3" timestamp="2026-03-01T12:00:00.500000" hostname="a">
 <testcase classname="shop.basket.Basket v1.2" name="Put in" status="passed" time="0.25">
  <system-out><![CDATA[ @scenario.begin ]]></system-out>
 </testcase>
 <testcase classname="shop.basket.Basket v1.2" name="Take out 1 -- @1.2 Few" status="failed" time="1,000.5">
  <failure type="AssertionError" message="one is left"><![CDATA[Failing step: Then none is left]]></failure>
 </testcase>
 <testcase classname="shop.basket.Basket v1.2" name="Pay" status="undefined" time="0">
  <failure type="undefined" message="Undefined Step: pay"/>
 </testcase>
</testsuite>
"""


def suite(*inside: str, **attributes: str) -> bytes:
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<testsuites><testsuite{given}>{''.join(inside)}</testsuite></testsuites>".encode()


def cases(data: bytes | str) -> tuple[Case, ...]:
    return junit.read(data.encode() if isinstance(data, str) else data).cases


def one(inside: str = "", attributes: str = "") -> Case:
    return cases(suite(f'<testcase classname="c" name="n" {attributes}>{inside}</testcase>'))[0]


def test_reads_what_behave_writes() -> None:
    put_in, take_out, pay = cases(BEHAVE)
    assert (put_in.name, put_in.status, put_in.duration_ns) == ("Put in", Status.PASSED, 250_000_000)
    assert (take_out.status, take_out.row, take_out.duration_ns) == (Status.FAILED, (1, 2), 1_000_500_000_000)
    assert take_out.message == "one is left"
    assert pay.status is Status.UNDEFINED
    assert put_in.steps is None and put_in.run_digest is None and put_in.uri == ""


def test_a_class_name_may_be_file_and_feature_cut_at_any_dot() -> None:
    assert cases(BEHAVE)[0].origins == (
        ("", "shop.basket.Basket v1.2"),
        ("shop", "basket.Basket v1.2"),
        ("shop.basket", "Basket v1.2"),
        ("shop.basket.Basket v1", "2"),
    )


def test_a_start_without_a_zone_is_read_in_the_zone_given() -> None:
    utc = datetime(2026, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)
    assert junit.read(BEHAVE.encode()).started_at == utc
    east = junit.read(BEHAVE.encode(), zone=ZoneInfo("Asia/Tokyo"))
    assert east.started_at == utc.replace(hour=3)
    assert {case.started_at for case in east.cases} == {east.started_at}
    own = suite('<testcase name="n"/>', timestamp="2026-03-01T12:00:00.5+02:00")
    assert junit.read(own, zone=ZoneInfo("Asia/Tokyo")).started_at == utc.replace(hour=10)


def test_each_suite_has_its_own_start() -> None:
    inner = '<testsuite timestamp="2026-03-02T00:00:00Z"><testcase name="b"/></testsuite><testcase name="c"/>'
    found = junit.read(suite('<testcase name="a"/>', inner, timestamp="2026-03-01T00:00:00Z"))
    assert [case.started_at.day for case in found.cases if case.started_at] == [1, 2, 1]
    assert found.started_at == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("inside", "attributes", "status"),
    [
        ("", "", Status.PASSED),
        ("", 'status="run"', Status.PASSED),
        ("", 'status="notrun"', Status.SKIPPED),
        ("", 'status="untested"', Status.SKIPPED),
        ("", 'status="hook_error"', Status.ERROR),
        ("", 'status="failed"', Status.FAILED),
        ("<failure/>", "", Status.FAILED),
        ("<error/>", "", Status.ERROR),
        ("<skipped/>", "", Status.SKIPPED),
        ("<skipped/><error/><failure/>", "", Status.FAILED),
        ("<failure/>", 'status="passed"', Status.FAILED),
        ("<skipped/>", 'status="passed"', Status.SKIPPED),
        ("<error/>", 'status="pending"', Status.PENDING),
        ("<failure/>", 'status="undefined"', Status.UNDEFINED),
        ("<properties><failure/></properties>", "", Status.PASSED),
        ("<system-out>failure</system-out>", "", Status.PASSED),
    ],
)
def test_status_from_children_or_its_own_word(inside: str, attributes: str, status: Status) -> None:
    assert one(inside, attributes).status is status


def test_the_message_is_the_attribute_else_the_text_of_the_first_failure() -> None:
    assert one('<failure message="short">long</failure><error message="other"/>').message == "short"
    assert one("<failure> long\n text </failure>").message == "long\n text"
    assert len(one(f"<failure>{'é' * 9000}</failure>").message.encode()) <= 4096
    assert one('<skipped message="not today"/>').message == "not today"


def test_reruns_are_attempts() -> None:
    flaky = one('<flakyFailure message="first"><stackTrace/></flakyFailure>')
    assert (flaky.status, flaky.attempts, flaky.message) == (Status.PASSED, 2, "")
    broken = one('<failure message="a"/><rerunFailure message="b"/><rerunError message="c"/>')
    assert (broken.status, broken.attempts, broken.message) == (Status.FAILED, 3, "a")


def test_a_file_of_features_is_where_its_line_counts() -> None:
    feature = one(attributes='file="features/a.feature" line="7"')
    assert (feature.uri, feature.line) == ("features/a.feature", 7)
    python = one(attributes='file="tests/test_a.py" line="7"')
    assert (python.uri, python.line) == ("tests/test_a.py", None)


def test_namespaces_do_not_count() -> None:
    found = cases('<s:testsuite xmlns:s="urn:a"><s:testcase name="n"><s:failure/></s:testcase></s:testsuite>')
    assert [case.status for case in found] == [Status.FAILED]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Line 1: is not XML: no element found (column 1)."),
        (b"<a/>", "Line 1: <a> is not where a JUnit report begins; expected <testsuites>."),
        (b"<testsuite>\n<testcase/></testsuite>", "Line 2: a test case has no name."),
        (
            suite('\n<testcase name="a">\n<testcase name="b"/></testcase>'),
            "Line 3: a test case stands within another.",
        ),
        (
            suite('\n<testcase name="a" status="green"/>'),
            "Line 2: “green” is not a status that is known here.",
        ),
        (suite('<testcase name="a" time="soon"/>'), "Line 1: “soon” is not a time in seconds."),
        (suite(timestamp="noon"), "Line 1: “noon” is not an instant as in 2026-03-01T12:00:00."),
        (
            b"<testsuite>\n<testcase name='&a;'/></testsuite>",
            "Line 2: is not XML: undefined entity (column 1).",
        ),
        (b"<testsuite>" * 100, "Line 1: is nested deeper than 32 levels."),
        (
            b'<?xml version="1.0" encoding="x-none"?><a/>',
            "Line 1: is not XML in an encoding that is read here.",
        ),
    ],
)
def test_refuses_in_words_with_the_line(data: bytes, words: str) -> None:
    with pytest.raises(NotAReport) as refused:
        junit.read(data)
    assert str(refused.value) == words


ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "type",
    [
        f'<!DOCTYPE a [<!ENTITY a0 "ha">{ENTITIES}]>',
        '<!DOCTYPE a [<!ENTITY a11 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">',
        f'<!DOCTYPE a [<!ENTITY a11 "{"a" * 100_000}">]>',
    ],
)
def test_entities_are_refused_unread(type: str) -> None:
    data = f'{type}<testsuite><testcase name="{"&a11;" * 1000}"/></testsuite>'.encode()
    refused = hostile.answer(junit.read, data)
    assert str(refused) == "Line 1: a document type and entities are not read."


@pytest.mark.parametrize(
    "data",
    [
        b"<testsuite>" + b"<a>" * 3_000_000,
        b"<testsuite " + b"".join(b"a%d='' " % n for n in range(200_000)) + b"/>",
        b"<testsuite name='" + b"a" * 20_000_000,
        b"<testsuite><!--" + b"- " * 10_000_000,
        b"<testsuite>" + b"&#0;" * 1000,
    ],
)
def test_hostile_documents_take_no_time(data: bytes) -> None:
    found = hostile.answer(junit.read, data)
    assert isinstance(found, NotAReport) or not found.cases


def test_what_tests_printed_is_not_held() -> None:
    found = one(f"<system-out>{'x' * 5_000_000}</system-out><failure>{'y ' * 2_000_000}</failure>")
    assert len(found.message) <= 4096


def test_cut_off_anywhere_it_is_refused() -> None:
    for data in hostile.cuts(BEHAVE.strip().encode(), 300):
        assert isinstance(hostile.answer(junit.read, data), NotAReport)


def test_changed_bytes_are_refused_or_read() -> None:
    chance = random.Random(7)
    for _ in range(500):
        data = bytearray(BEHAVE.encode())
        for _ in range(3):
            data[chance.randrange(len(data))] = chance.randrange(256)
        hostile.answer(junit.read, bytes(data))


@given(st.binary() | st.text(alphabet="<>/&;!?[]'\"= testcasuifmn\x00").map(str.encode))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    hostile.answer(junit.read, data)
    hostile.answer(junit.read, b"<testsuite><testcase name='a'>" + data + b"</testcase></testsuite>")


def test_the_real_run(real_data: Path) -> None:
    files = sorted((real_data / "behave/generated-run/junit").glob("*.xml"))
    found = [case for file in files for case in junit.read(file.read_bytes()).cases]
    assert len(files) == 47
    assert Counter(case.status for case in found) == {Status.PASSED: 306}
    assert all(case.started_at for case in found)


def test_the_real_run_names_its_files(real_data: Path) -> None:
    for file in (real_data / "behave/generated-run/junit").glob("*.xml"):
        stem = file.stem.removeprefix("TESTS-")
        assert all(stem in dict(case.origins) for case in junit.read(file.read_bytes()).cases)
