"""What cargo and the test programs of Node print."""

from __future__ import annotations

import pytest

from gofigure.reports.cargo import CargoTest
from gofigure.reports.listener import MOST, Listener, Watcher
from gofigure.reports.node import NodeTest

CARGO = """\
   Compiling demo v0.1.0 (/x)
     Running unittests src/lib.rs (target/debug/deps/demo-8348ca7a80742723)

running 5 tests
test tests::good ... ok
test tests::later ... ignored, slow
test tests::bad ... FAILED
test tests::loud ... it prints past the capture
ok
test tests::panics - should panic ... ok

failures:

---- tests::bad stdout ----

thread 'tests::bad' (12007) panicked at src/lib.rs:12:24:
assertion `left == right` failed: sum
  left: 2

failures:
    tests::bad

test result: FAILED. 3 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.12s

     Running tests/it.rs (target/debug/deps/it-a69063779ff8c574)

running 1 test
test tests::bad ... ok

   Doc-tests demo

running 1 test
test src/lib.rs - two (line 5) ... FAILED

---- src/lib.rs - two (line 5) stdout ----
Test executable failed (exit status: 101).

stderr:

thread 'main' panicked at src/lib.rs:5:1:
explicit panic
"""

TAP = """\

> x@1.0.0 test
> node --test

TAP version 13
# Subtest: adds
ok 1 - adds
  ---
  duration_ms: 1.5
  ...
# Subtest: fails
not ok 2 - fails
  ---
  duration_ms: 8
  failureType: 'testCodeFailure'
  error: |-
    Expected values to be strictly equal:

    1 !== 2

  ...
ok 3 - left # SKIP not now
not ok 4 - later # TODO
# Subtest: suite
    # Subtest: inner
    not ok 1 - inner
      ---
      error: 'boom'
      ...
    1..1
not ok 5 - suite
  ---
  type: 'suite'
  failureType: 'subtestsFailed'
  error: '1 subtest failed'
  ...
1..5
"""

SPEC = """\
✔ adds (0.99ms)
✖ fails (1.04ms)
  AssertionError [ERR_ASSERTION]: 1 !== 2
      at x (a.test.js:3:34)

﹣ left (0.09ms) # SKIP
▶ suite
  ✔ inner (0.1ms)
✖ suite (0.37ms)
\u2139 tests 4
✖ failing tests:

✖ fails (1.04ms)
"""

MOCHA = """\

  ✔ top level
  maths
    ✔ adds
    1) fails
    - left
    inner
      ✔ slow (61ms)


  3 passing (77ms)
  1 pending
  1 failing

  1) maths
       fails:

      AssertionError [ERR_ASSERTION]: 1 == 2
      at Context.<anonymous> (m/a.js:2:76)
"""

_Row = tuple[str, str, str, str]


def _rows(listener: Listener, text: str) -> list[_Row]:
    data = text.encode()
    assert listener.feed(data) + listener.flush() == data  # who only listens changes nothing
    assert not listener._gave_up
    return [(case.suite, case.name, case.verdict, case.line) for case in listener.cases]


def test_cargo_crate_by_crate() -> None:
    assert _rows(CargoTest(), CARGO) == [
        ("src/lib.rs", "tests::good", "passed", ""),
        ("src/lib.rs", "tests::later", "skipped", "slow"),
        ("src/lib.rs", "tests::bad", "failed", "assertion `left == right` failed: sum"),
        ("src/lib.rs", "tests::loud", "passed", ""),
        ("src/lib.rs", "tests::panics", "passed", ""),
        ("tests/it.rs", "tests::bad", "passed", ""),
        ("doc-tests demo", "src/lib.rs - two (line 5)", "failed", "explicit panic"),
    ]


def test_tap() -> None:
    assert _rows(NodeTest(), TAP) == [
        ("", "adds", "passed", ""),
        ("", "fails", "failed", "Expected values to be strictly equal:"),
        ("", "left", "skipped", "not now"),
        ("", "later", "skipped", ""),
        ("suite", "inner", "failed", "boom"),
    ]


def test_ticks_of_node() -> None:
    assert _rows(NodeTest(), SPEC) == [
        ("", "adds", "passed", ""),
        ("", "fails", "failed", "AssertionError [ERR_ASSERTION]: 1 !== 2"),
        ("", "left", "skipped", ""),
        ("suite", "inner", "passed", ""),
    ]


def test_ticks_of_mocha() -> None:
    assert _rows(NodeTest(), MOCHA) == [
        ("", "top level", "passed", ""),
        ("maths", "adds", "passed", ""),
        ("maths", "fails", "failed", "AssertionError [ERR_ASSERTION]: 1 == 2"),
        ("maths", "left", "skipped", ""),
        ("maths > inner", "slow", "passed", ""),
    ]


_IN_TAP = "TAP version 13\n" + "ok 1 - works\n# Subtest: g\n    ok 1 - in\nok 2 - g\n  ---\n  type: 'suite'\n" * 2
_IN_TICKS = "✔ works (1ms)\n▶ g\n  ✔ in (1ms)\n✔ g (1ms)\n" * 2 + "\n\u2139 tests 4\n"


@pytest.mark.parametrize("text", [_IN_TAP, _IN_TICKS])
def test_equal_names_in_several_files_stay_several_tests(text: str) -> None:
    rows = _rows(NodeTest(), text)
    assert [(suite, name) for suite, name, *_ in rows] == [
        ("", "works"),
        ("g", "in"),
        ("", "works (2)"),
        ("g", "in (2)"),
    ]


def test_crates_of_a_workspace_stay_several() -> None:
    heads = ("unittests src/lib.rs (target/debug/deps/a-3110576fc3c3c96d)", "tests/it.rs (target/debug/deps/it-0a)")
    more = ("unittests src/lib.rs (target/debug/deps/b_c-d297d743c1d6421f)", "tests/it.rs (target/debug/deps/it-0b)")
    text = "".join(f"     Running {head}\n\nrunning 1 test\ntest works ... ok\n\n" for head in (*heads, *more))
    suites = [suite for suite, *_ in _rows(CargoTest(), text)]
    assert suites == ["src/lib.rs", "tests/it.rs", "b_c src/lib.rs", "it tests/it.rs"]


_BROKEN_TAP = """\
TAP version 13
# /x/z.test.js:1
# const = 3;
# SyntaxError: Unexpected token '='
#     at wrapSafe (node:internal/modules/cjs/loader:1464:18)
# Subtest: /x/z.test.js
not ok 1 - /x/z.test.js
  ---
  duration_ms: 118.701009
  error: 'test failed'
  ...
not ok 2 - /x/y.test.js
  ---
  error: 'test failed'
  ...
"""
_BROKEN_TICKS = """\
/x/z.test.js:1
const = 3;
SyntaxError: Unexpected token '='
    at wrapSafe (node:internal/modules/cjs/loader:1464:18)
✖ /x/z.test.js (210.006602ms)
  'test failed'
✖ /x/y.test.js (210.006602ms)
  'test failed'

\u2139 tests 2
"""


@pytest.mark.parametrize("text", [_BROKEN_TAP, _BROKEN_TICKS])
def test_a_file_that_node_cannot_run_says_why(text: str) -> None:
    assert _rows(NodeTest(), text) == [
        ("", "/x/z.test.js", "failed", "SyntaxError: Unexpected token '='"),
        ("", "/x/y.test.js", "failed", ""),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "> x@1.0.0 test\n> echo ok\n\nok\n",
        "all 3 tests passed\nDone in 3s.\n",
        "steps:\n  1) compile\n  - look\n  ✔ done\n  ✖ not done\n",
    ],
)
def test_other_words_are_no_tests(text: str) -> None:
    assert _rows(NodeTest(), text) == []


def test_there_is_an_end_to_what_is_kept() -> None:
    listener = NodeTest()
    listener.feed(b"TAP version 13\n" + b"".join(b"ok %d - t%d\n" % (at, at) for at in range(MOST + 3)))
    assert (len(listener.cases), listener.left_out) == (MOST, 3)


def test_who_fails_at_a_line_lets_the_output_go_on() -> None:
    class Broken(Listener):
        def hear(self, line: bytes) -> bytes:
            raise ZeroDivisionError

    listener = Broken()
    assert listener.feed(b"a\nb") + listener.feed(b"c\n") + listener.flush() == b"a\nbc\n"


def test_a_line_without_an_end_is_not_held_for_ever() -> None:
    watcher = type("Deaf", (Watcher,), {"hear": lambda _self, _line: b""})()
    for _ in range(5):
        watcher.feed(b"x" * (1 << 20))
    assert len(watcher._begun) <= 1 << 20


@pytest.mark.parametrize("ear", [NodeTest, CargoTest])
@pytest.mark.parametrize("line", ["ok 1 - " + " " * 900_000, "test " + "a ... " * 150_000, "✔ " + " (1" * 300_000])
def test_no_line_takes_long(ear: type[Listener], line: str) -> None:
    """In their square, these would take hours, and the test its ceiling."""
    listener = ear()
    listener.feed(f"TAP version 13\n{line}\n".encode() if line.startswith("ok") else f"{line}\n".encode())
