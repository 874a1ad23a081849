"""Reports in files: JUnit XML, and the JSON of Jest."""

from __future__ import annotations

import json
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gofigure.model import Case, CaseVerdict, RunResult, StageResult
from gofigure.reports.jest import read_jest
from gofigure.reports.junit import read_junit
from gofigure.reports.written import Suite, junit_of, suites_of

PYTEST = b"""<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" tests="5">
<testcase classname="tests.test_a" name="test_ok" time="0.001" />
<testcase classname="tests.test_a.TestC" name="test_par[a &lt;b&gt;]" time="0.5"><failure
 message="AssertionError: #x1B[31mred
second">def test(): ...</failure></testcase>
<testcase classname="tests.test_a" name="test_skip" time="0"><skipped type="pytest.skip"
 message="later">x</skipped></testcase>
<testcase classname="" name="tests.broken" time="odd"><error message="">
  ImportError: no module</error></testcase>
<testcase classname="" name="tests.worse"><error message="collection failure">ImportError while importing
tests/worse.py:1: in module
E   ModuleNotFoundError: No module named 'x'</error></testcase>
</testsuite></testsuites>"""


def test_what_pytest_writes() -> None:
    cases, left_out, is_whole = read_junit(PYTEST)
    assert is_whole
    assert cases == [
        Case("tests.test_a", "test_ok", "passed", 0.001),
        Case("tests.test_a.TestC", "test_par[a <b>]", "failed", 0.5, "AssertionError: red second"),
        Case("tests.test_a", "test_skip", "skipped", 0.0, "later"),
        Case("", "tests.broken", "failed", None, "ImportError: no module"),
        Case("", "tests.worse", "failed", None, "ModuleNotFoundError: No module named 'x'"),
    ]
    assert left_out == 0


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + at, b"&%c;" % (97 + at) * 10) for at in range(9))
    + b']><testsuites><testcase name="&j;"/></testsuites>'
)


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><testcase name="x"/>',
        b"<a>" * 100_000,
        b"",
        b"\0" * 100,
        b'<?xml version="1.0" encoding="no-such"?><testcase name="x"/>',
        b"\xff\xfe<\0a\0",
    ],
)
def test_what_is_no_report_tells_nothing(data: bytes) -> None:
    assert read_junit(data) == ([], 0, False)


def test_of_a_report_that_is_cut_off_the_beginning_counts() -> None:
    assert [case.name for case in read_junit(PYTEST[: PYTEST.index(b"test_skip") + 20])[0]] == [
        "test_ok",
        "test_par[a <b>]",
    ]


@given(st.binary(max_size=300), st.integers(0, 1000))
def test_no_bytes_raise(data: bytes, at: int) -> None:
    read_junit(data)
    read_junit(PYTEST[:at] + data + PYTEST[at:])
    read_jest(data, "/x")


def test_what_jest_writes() -> None:
    told = {
        "testResults": [
            {
                "name": "/x/a.test.js",
                "status": "failed",
                "assertionResults": [
                    {"ancestorTitles": ["maths"], "title": "adds", "status": "passed", "duration": 2},
                    {
                        "ancestorTitles": [],
                        "title": "fails",
                        "status": "failed",
                        "duration": None,
                        "failureMessages": ["Error: 1 is not 2\n  at x"],
                    },
                    {"ancestorTitles": [], "title": "later", "status": "todo"},
                ],
            },
            {
                "name": "/x/b.test.js",
                "status": "failed",
                "assertionResults": [],
                "message": "  ● Test suite failed to run\n\n    SyntaxError: odd",
            },
        ]
    }
    assert read_jest(json.dumps(told).encode(), "/x")[0] == [
        Case("a.test.js > maths", "adds", "passed", 0.002),
        Case("a.test.js", "fails", "failed", None, "Error: 1 is not 2"),
        Case("a.test.js", "later", "skipped", None),
        Case("b.test.js", "[failed to run]", "failed", None, "SyntaxError: odd"),
    ]


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(_JSON, _JSON, _JSON)
def test_no_json_raises(one: object, two: object, three: object) -> None:
    for told in (one, {"testResults": two}, {"testResults": [{"assertionResults": [three], "name": one}, two]}):
        read_jest(json.dumps(told).encode(), "/x")


def test_no_depth_raises() -> None:
    assert read_jest(b"[" * 1_000_000, "/x") == ([], 0)


_VERDICTS: list[CaseVerdict] = ["passed", "failed", "skipped"]
_CASES = st.builds(
    Case,
    st.text(min_size=1, max_size=30),
    st.text(max_size=30),
    st.sampled_from(_VERDICTS),
    st.floats(0, 1e6),
    st.text(max_size=30),
    st.sampled_from(["", "a", "b c"]),
)


def _held(text: str) -> str:
    """What of a text XML can hold."""
    return "".join(
        char
        if char in "\t\n\r" or "\x20" <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd" or char >= "\U00010000"
        else "\ufffd"
        for char in text
    )


@given(st.lists(_CASES, max_size=8), st.text(max_size=10), st.sampled_from(["passed", "failed", "reused"]))
def test_what_is_written_is_read_again(cases: list[Case], stage: str, verdict: str) -> None:
    result = StageResult(stage, verdict, "a reason", 1.5, exit_code=1, cases=tuple(cases))  # type: ignore[arg-type]
    written = junit_of(suites_of(RunResult(1, "job", "passed", (result,))))
    again, *_ = read_junit(written)
    tests = [case for case in again if not (case.suite == "job" and case.name == _held(stage))]
    by_location = sorted(
        cases, key=lambda case: list(dict.fromkeys(one.location for one in cases)).index(case.location)
    )
    if not any((case.suite, case.name) == ("job", stage) for case in cases):
        assert [(case.suite, case.name, case.verdict) for case in tests] == [
            (_held(case.suite), _held(case.name), case.verdict) for case in by_location
        ]


def _attributes(data: bytes) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, values: found.append((name, values))
    parser.Parse(data, True)
    return found


def test_a_stage_without_tests_is_one_case_and_the_sums_are_right() -> None:
    stages = (
        StageResult("lint", "failed", "", 2.0, exit_code=1, excerpt=("a.py:1: bad <tag>",)),
        StageResult("old", "reused", "proven in run 1", 9.0),
        StageResult("ship", "skipped", "lint did not pass"),
        StageResult("unit", "failed", "", 3.0, exit_code=2, cases=(Case("s", "t", "passed", 1.0),)),
    )
    found = _attributes(junit_of(suites_of(RunResult(1, "check", "failed", stages))))
    top = found[0][1]
    assert (top["tests"], top["failures"], top["errors"], top["skipped"]) == ("5", "0", "2", "1")
    assert [values["name"] for name, values in found if name == "testsuite"] == [
        "check/lint", "check/old", "check/ship", "check/unit"
    ]  # fmt: skip
    assert [values["name"] for name, values in found if name == "testcase"] == ["lint", "old", "ship", "unit", "t"]
    assert [values["message"] for name, values in found if name == "error"] == [
        "failed; exit code 1", "failed; exit code 2"
    ]  # fmt: skip


def test_each_location_is_a_suite() -> None:
    cases = (Case("s", "t", "passed", 1.0, "", "api"), Case("s", "t", "failed", 1.0, "no", "web"))
    suite = Suite("check", StageResult("unit", "failed", "", 2.0), cases)
    names = [values["name"] for name, values in _attributes(junit_of([suite])) if name == "testsuite"]
    assert names == ["check/unit in api", "check/unit in web"]
