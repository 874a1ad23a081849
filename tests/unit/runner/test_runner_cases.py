from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gofigure.model import Case, Counts
from gofigure.runner.cases import both_ways, counted, failure_lines, flaky, last_of, tidied, within


def test_names_and_lines_are_made_fit_to_be_shown_and_stored() -> None:
    cases = [Case("s\x1b[31m", "a\nb\0\udc80", "failed", float("nan"), "secret \x1b]0;title\x07" + "x" * 1000)]
    (case,) = tidied(cases, lambda text: text.replace("secret", "***"))
    assert (case.suite, case.name, case.seconds) == ("s", "a b?", None)
    assert case.line.startswith("*** xxx")
    assert len(case.line) == 400


@given(st.lists(st.builds(Case, st.text(), st.text(), st.just("failed"), st.floats(), st.text())))
def test_whatever_the_words_they_can_be_stored(cases: list[Case]) -> None:
    for case in tidied(cases, str):
        for text in (case.suite, case.name, case.line):
            text.encode()
            assert text.isprintable() or not text.isascii()
            assert "\0" not in text
            assert "\n" not in text


def test_a_test_that_is_told_twice_counts_once_by_the_worse() -> None:
    told = tidied([Case("s", "t", "failed", 1.0, "no"), Case("s", "t", "passed", 2.0)], str)
    assert told == [Case("s", "t", "failed", 3.0, "no")]


def test_long_names_that_begin_alike_stay_two() -> None:
    first, second = tidied([Case("s", "x" * 3000 + end, "passed") for end in "ab"], str)
    assert len(first.name) == len(second.name) == 500
    assert first.name != second.name
    (exact,) = tidied([Case("s", "x" * 500, "passed")], str)
    assert exact.name == "x" * 500


def test_the_last_attempt_counts_and_both_verdicts_are_seen() -> None:
    cases = [Case("s", "t", "failed"), Case("s", "u", "passed"), Case("s", "t", "passed", attempt=2)]
    assert [case.verdict for case in last_of(cases)] == ["passed", "passed"]
    assert counted(cases, 5) == Counts(7, 2, 0, 0, 5)
    assert both_ways(cases) == ["t"]
    assert flaky(["u", "t", "t"]) == "flaky: t, u passed and failed on this content"
    assert flaky([]) == ""
    assert counted([], 0) is None


def test_failures_are_kept_first_where_room_is_short() -> None:
    cases = [Case("", str(at), "failed" if at == 8 else "passed") for at in range(10)]
    assert [case.name for case in within(cases, 3)] == ["0", "1", "8"]


def test_what_failed_in_few_lines() -> None:
    cases = [Case("s", f"t{at}", "failed", None, "no") for at in range(20)] + [Case("s", "ok", "passed")]
    lines = failure_lines(cases, Counts(21, 1, 20, 0))
    assert lines[0] == "20 of 21 tests failed: t0, t1, t2, t3, t4 and 15 more"
    assert lines[1] == "s::t0: no"
    assert len(lines) == 8
    assert failure_lines([Case("s", "ok", "passed")], Counts(1, 1, 0, 0)) == []
