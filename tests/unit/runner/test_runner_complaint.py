"""What is a complaint, and what only has a name like one."""

from __future__ import annotations

import time

import pytest

from gofigure.runner.complaint import complains, finds


@pytest.mark.parametrize(
    "line",
    [
        "ValueError: x",
        "AssertionError",
        "  TypeError: x is not a function",
        "requests.exceptions.ConnectionError: no route",
        "Exception: boom",
        "Caused by: java.lang.IllegalStateException: closed",
        "Uncaught ReferenceError: a is not defined",
        "AssertionError [ERR_ASSERTION]: 1 == 2",
        "Traceback (most recent call last):",
        "E       assert 1 == 2",
        "FAILED tests/test_a.py::test_b - assert 1",
        "error: could not compile `a`",
        "error[E0308]: mismatched types",
        "thread 'main' panicked at src/main.rs:2:5:",
        "src/a.ts(3,5): error TS2322: Type 'x' is not assignable",
        "a.c:3:5: error: expected ';'",
        "src/a.c:3: fatal error: x",
        "./main.go:3:5: undefined: x",
        "--- FAIL: TestX (0.00s)",
        "panic: runtime error: index out of range",
        "fatal: not a git repository",
        "Error: Cannot find module 'x'",
    ],
)
def test_a_complaint(line: str) -> None:
    assert complains(line)


@pytest.mark.parametrize(
    "line",
    [
        "on_error is called 3 times",
        "showerror ok",
        "def test_raises_ValueError passed",
        "tests/test_errors.py::test_KeyError PASSED",
        "ok handleException, logError",
        "on_error: retry",
        "showError: off",
        "compiling error_handler.o",
        "12 | except OSError as error:",
        "   | raise ValueError: x",
        "a.c:3:5: warning: unused variable",
        "tests/a.py:12: DeprecationWarning: old",
        "a.rs:3:5: note: here",
    ],
)
def test_none(line: str) -> None:
    assert not complains(line)


def test_a_linters_warning_is_a_finding() -> None:
    assert finds("a.sh:3:5: warning: quote this")
    assert finds("F401 [*] `os` imported")


@pytest.mark.parametrize(
    "unit", ["a.", "A", "Error", " ", "a.a", "error[w", "E ", ":1", "1", "x.a:1: ", "[", "Error [A"]
)
@pytest.mark.parametrize("after", ["", "!"])
def test_a_line_is_read_once(unit: str, after: str) -> None:
    """By the square of its length, eight times as long would take 64 times."""

    def cost(times: int) -> float:
        began = time.thread_time()
        complains(unit * times + after)
        finds(unit * times + after)
        return time.thread_time() - began

    small, large = (min(cost(times) for _ in range(5)) for times in (1_000, 8_000))
    assert large < 28 * small
