"""`go test -json` becomes the text of `go test`, and rows."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gofigure.reports.go import GoTest
from gofigure.reports.hearing import EARS
from gofigure.reports.listener import Listener

P = "example.com/x"


def _events(*told: tuple[str, str, str], package: str = P) -> bytes:
    """(action, test, output) as go writes them."""
    lines = []
    for action, test, output in told:
        event: dict[str, object] = {"Time": "2026-01-02T03:04:05Z", "Action": action, "Package": package}
        if test:
            event["Test"] = test
        if action == "output":
            event["Output"] = output
        elif action in ("pass", "fail", "skip"):
            event["Elapsed"] = 0.25
        lines.append(json.dumps(event).encode() + b"\n")
    return b"".join(lines)


FAILS = _events(
    ("start", "", ""),
    ("run", "TestOk", ""),
    ("output", "TestOk", "=== RUN   TestOk\n"),
    ("output", "TestOk", "printed\n"),
    ("output", "TestOk", "    a_test.go:3: logged by one that passes\n"),
    ("output", "TestOk", "--- PASS: TestOk (0.25s)\n"),
    ("pass", "TestOk", ""),
    ("run", "TestBad", ""),
    ("output", "TestBad", "=== RUN   TestBad\n"),
    ("output", "TestBad", "    a_test.go:4: a log\n"),
    ("run", "TestBad/sub", ""),
    ("output", "TestBad/sub", "=== RUN   TestBad/sub\n"),
    ("output", "TestBad/sub", "    a_test.go:5: sub is bad\n"),
    ("output", "TestBad", "--- FAIL: TestBad (0.25s)\n"),
    ("output", "TestBad/sub", "    --- FAIL: TestBad/sub (0.25s)\n"),
    ("fail", "TestBad/sub", ""),
    ("fail", "TestBad", ""),
    ("output", "TestSkip", "    a_test.go:7: not now\n"),
    ("output", "TestSkip", "--- SKIP: TestSkip (0.00s)\n"),
    ("skip", "TestSkip", ""),
    ("output", "", "FAIL\n"),
    ("output", "", f"FAIL\t{P}\t0.005s\n"),
    ("fail", "", ""),
)
PASSES = _events(
    ("output", "TestB", "    b_test.go:3: a log\n"),
    ("output", "TestB", "--- PASS: TestB (0.00s)\n"),
    ("pass", "TestB", ""),
    ("output", "", "PASS\n"),
    ("output", "", f"ok  \t{P}/b\t(cached)\n"),
    ("pass", "", ""),
    package=f"{P}/b",
)


def _heard(data: bytes, listener: Listener, size: int = 1 << 20) -> bytes:
    return b"".join(listener.feed(data[at : at + size]) for at in range(0, len(data), size)) + listener.flush()


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_what_is_shown_is_what_go_would_have_printed(size: int) -> None:
    listener = GoTest()
    shown = _heard(FAILS + PASSES, listener, size).decode()
    assert shown == (
        "printed\n"
        "--- FAIL: TestBad (0.25s)\n"
        "    a_test.go:4: a log\n"
        "    --- FAIL: TestBad/sub (0.25s)\n"
        "        a_test.go:5: sub is bad\n"
        "FAIL\n"
        f"FAIL\t{P}\t0.005s\n"
        f"ok  \t{P}/b\t(cached)\n"
    )
    assert [(case.suite, case.name, case.verdict, case.line) for case in listener.cases] == [
        (P, "TestOk", "passed", ""),
        (P, "TestBad/sub", "failed", "a_test.go:5: sub is bad"),
        (P, "TestBad", "failed", "a_test.go:4: a log"),
        (P, "TestSkip", "skipped", "a_test.go:7: not now"),
        (f"{P}/b", "TestB", "passed", ""),
    ]
    assert listener.cases[0].seconds == 0.25


def test_with_v_all_is_shown_at_once_and_with_json_the_events_themselves() -> None:
    first, rest = FAILS.split(b"\n", 3)[2] + b"\n", b""
    verbose = GoTest(verbose=True)
    assert verbose.feed(first) == b"=== RUN   TestOk\n"
    assert _heard(FAILS + PASSES + rest, GoTest(raw=True)) == FAILS + PASSES


def test_a_package_that_was_not_built_is_a_row_of_its_own() -> None:
    listener = GoTest()
    line = b"FAIL\texample.com/x/broken [build failed]\n"
    assert _heard(b"# example.com/x/broken\nb_test.go:3:28: undefined: y\n" + line, listener).endswith(line)
    assert [(case.suite, case.name, case.verdict, case.line) for case in listener.cases] == [
        ("example.com/x/broken", "[build failed]", "failed", "b_test.go:3:28: undefined: y")
    ]


def test_what_imports_a_package_that_was_not_built_says_why() -> None:
    listener = GoTest()
    _heard(b"# x/a\na.go:1: no a\na.go:2: no\n# x/c [x/c.test]\nc.go:1: no c\nFAIL\tx/b [build failed]\n", listener)
    _heard(b"FAIL\tx/c [build failed]\n", listener)
    assert [case.line for case in listener.cases] == ["a.go:1: no a", "c.go:1: no c"]


def test_newer_go_tells_of_the_build_in_events() -> None:
    begin = b'{"ImportPath":"example.com/x [example.com/x.test]","Action":"build-output","Output":"'
    events = begin + b'# example.com/x [example.com/x.test]\\n"}\n' + begin + b'a.go:1: undefined: y\\n"}\n'
    listener = GoTest()
    assert _heard(events, listener).endswith(b"a.go:1: undefined: y\n")
    _heard(_events(("output", "", "FAIL\texample.com/x [build failed]\n"), package="example.com/x"), listener)
    assert listener.cases[0].line == "a.go:1: undefined: y"


def test_a_panic_is_the_first_line_of_its_test() -> None:
    events = _events(
        ("output", "TestX", "=== RUN   TestX\n"),
        ("output", "TestX", "--- FAIL: TestX (0.00s)\n"),
        ("output", "TestX", "panic: boom [recovered]\n"),
        ("fail", "TestX", ""),
    )
    listener = GoTest()
    assert b"panic: boom" in _heard(events, listener)
    assert listener.cases[0].line == "panic: boom [recovered]"


def test_of_a_run_that_was_cut_off_all_that_was_held_is_shown() -> None:
    cut = FAILS[: FAILS.index(b'"FAIL\\n"') - 100]
    assert b"sub is bad" in _heard(cut, GoTest())


@given(st.binary(max_size=400), st.integers(1, 50), st.sampled_from(sorted(EARS)))
def test_whatever_is_printed_nothing_raises(data: bytes, size: int, ear: str) -> None:
    listener = EARS[ear]("/run/r")  # type: ignore[index]
    if listener is not None:
        shown = _heard(data, listener, size)
        if not data.lstrip().startswith(b"{") and b"\n{" not in data:
            assert shown == data


_EVENT = st.fixed_dictionaries(
    {"Action": st.sampled_from(["output", "pass", "fail", "skip", "run", "build-output", "odd"])},
    optional={
        "Package": st.sampled_from(["p", "q", ""]) | st.none(),
        "Test": st.sampled_from(["T", "T/a", "T/a/b", "U"]) | st.integers(),
        "Output": st.text(max_size=20) | st.none(),
        "Elapsed": st.floats() | st.text(max_size=3) | st.booleans(),
    },
)


@given(st.lists(_EVENT, max_size=30), st.booleans())
def test_whatever_the_events_nothing_raises_and_no_listener_gives_up(events: list[dict[str, object]], v: bool) -> None:
    listener = GoTest(verbose=v)
    _heard("".join(json.dumps(event) + "\n" for event in events).encode(), listener)
    assert not listener._gave_up
