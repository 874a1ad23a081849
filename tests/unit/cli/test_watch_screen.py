"""What the watcher's screen shows: a state, some room, and the very lines."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from gofigure.cli.area import row
from gofigure.cli.terminal import MARKS, PLAIN_MARKS, Paint, cells
from gofigure.cli.watch_screen import View, lay_out, newest_failed
from gofigure.watch.state import JobState, State

NOW = 1_790_000_000 * 1_000_000_000
AT = time.strftime("%H:%M:%S", time.localtime(NOW / 1e9))
PASSED = JobState("check", "passed", "a.py changed", 3, NOW, 1.2)
REUSED = JobState("docs", "reused", "proven by run 2", 5, NOW, 0.01)
FAILED = JobState("unit", "failed", "b.py changed", 4, NOW - 1, 62.5, failed=("go",), excerpt=("one", "two"))
RUNNING = FAILED._replace(running=("go", "lint"), since_ns=NOW - 3_400_000_000)
STALE = PASSED._replace(job="stale", stale=("a.py", "b.py"))
HELD = PASSED._replace(job="held", held="two tools disagree on a.py\nadd: outputs = ['a.py']")
KEYS = "r run  c cancel  p pause  l log  q quit  ? help"


def state(*jobs: JobState, **more: Any) -> State:
    given = {"branch": "main", "backend": "inotify", "ready": True, **more}
    return State(12, "/home/me/repo", jobs=jobs, **given)


def text(state: State, columns: int = 80, room: int = 23, view: View | None = None, marks: Any = MARKS) -> list[str]:
    lines = lay_out(state, view or View(), marks, columns, room, NOW)
    return [row(pieces, columns, Paint(on=False), marks.more)[0].rstrip() for pieces in lines]


def test_one_line_per_job_then_what_failed_then_the_keys() -> None:
    assert text(state(PASSED, REUSED, FAILED, JobState("new"))) == [
        "/home/me/repo (main)  inotify",
        f"  ✓ check  passed           1.2 s  {AT}  a.py changed",
        f"  ↺ docs   reused                  {AT}  proven by run 2",
        f"  ✗ unit   failed       1 min 2 s  {AT}  b.py changed",
        "  − new    not run yet",
        "",
        "unit failed: go  (run 4)",
        "| one",
        "| two",
        KEYS,
    ]


def test_what_runs_shows_its_stages_and_seconds_and_what_it_was() -> None:
    assert text(state(RUNNING, PASSED._replace(since_ns=NOW + 10**9)))[1:3] == [
        "  ⠸ unit   go, lint  3 s  (was failed)  b.py changed",
        "  ⠋ check  at work  0 s  (was passed)  a.py changed",
    ]
    assert "unit failed: go" in text(state(RUNNING)), "in a run before this one"


def test_stale_and_held() -> None:
    assert text(state(STALE, HELD))[1:-1] == [
        f"  ✓ stale  passed  1.2 s  {AT}  stale: a.py, b.py",
        f"  ✓ held   passed  1.2 s  {AT}  held: two tools disagree on a.py",
        "",
        "held is held: two tools disagree on a.py",
        "add: outputs = ['a.py']",
    ]


def test_what_concerns_all_jobs() -> None:
    said = text(
        state(
            PASSED,
            paused=True,
            degraded="the limit of 8192 watches is reached",
            waiting="git is at work (index.lock)",
            trouble=".gofigure.toml:3: jobs: no\n.gofigure.toml:4: stages: no",
            ready=False,
            notes=("older", "newer"),
            branch="",
        ),
        columns=50,
    )
    assert said[:-2] == [
        "/home/me/repo paused  inotify",
        "trouble: .gofigure.toml:3: jobs: no",
        ".gofigure.toml:4: stages: no",
        "waiting: git is at work (index.lock)",
        "the limit of 8192 watches is reached",
        "looking at everything for the first time",
        "note: newer",
    ]


def test_a_watcher_without_jobs_says_so() -> None:
    assert text(state()) == ["/home/me/repo (main)  inotify", 'no job has on = ["change"]', KEYS]
    assert text(state(ready=False))[1:-1] == ["looking at everything for the first time"]


def test_what_took_too_long_is_said() -> None:
    late = FAILED._replace(timed_out=("go",))
    assert text(state(late))[1:4] == [
        f"  ✗ unit  timed out  1 min 2 s  {AT}  b.py changed",
        "",
        "unit timed out: go  (run 4)",
    ]
    assert "unit failed: lint, go (timed out)  (run 4)" in text(state(late._replace(failed=("lint", "go"))))
    assert "  (was timed out)" in text(state(late._replace(since_ns=NOW)))[1]


def test_the_help_says_what_keys_do() -> None:
    said = text(state(PASSED), view=View(help=True))
    assert "r   run now what is not proven, held or not" in said
    assert "p   pause: a change runs nothing until p again" in said


def test_long_words_are_wrapped_and_never_cut() -> None:
    said = text(state(PASSED, degraded="word " * 30 + "last"), columns=30)
    assert "last" in " ".join(said)
    assert all(cells(line) <= 30 for line in said)


def test_a_chosen_job_and_its_failure() -> None:
    other = FAILED._replace(job="other", run=9, excerpt=("its line",), at_ns=NOW - 2)
    said = text(state(PASSED, FAILED, other), view=View(chosen="other"))
    assert said[3].startswith("> ✗ other")
    assert "other failed: go  (run 9)" in said
    assert said[-1] == f"{KEYS}  other"
    assert "unit failed: go  (run 4)" in text(state(PASSED, FAILED, other))


def test_the_log_is_of_the_chosen_job_or_of_what_failed_last() -> None:
    older = FAILED._replace(job="older", at_ns=1)
    assert newest_failed(state(PASSED, older, FAILED)) == FAILED
    assert newest_failed(state(PASSED, FAILED), "check") == PASSED
    assert newest_failed(state(PASSED), "gone") is None


def test_who_looks_on_says_so() -> None:
    assert text(state(PASSED), view=View(engine=12))[-1] == f"looking at 12  {KEYS}".replace("quit", "close")


def test_help_in_the_place_of_details() -> None:
    said = text(state(FAILED), view=View(help=True))
    assert "?   this, and away again" in said
    assert not any("| one" in line for line in said)


@pytest.mark.parametrize("columns", [1, 2, 10, 19, 20, 40, 79, 200])
@pytest.mark.parametrize("room", [1, 2, 3, 4, 5, 8, 30])
def test_it_always_fits(columns: int, room: int) -> None:
    jobs = [FAILED._replace(job=f"a-job-with-a-name-{number}") for number in range(9)]
    full = state(*jobs, RUNNING, HELD, STALE, degraded="word " * 30, trouble="a\nb", notes=("n",))
    for view in (View(), View(help=True), View(notice="said " * 20), View(chosen=jobs[8].job)):
        said = text(full, columns, room, view)
        assert len(said) <= room
        assert all(cells(line) <= columns for line in said)


def test_more_jobs_than_lines_those_that_matter_come_first() -> None:
    jobs = [PASSED._replace(job=f"job{number}") for number in range(9)]
    said = text(state(*jobs, FAILED, RUNNING._replace(job="now"), backend=""), room=5)
    assert [re.sub(r"  +.*", "", line.strip()) for line in said] == [
        "/home/me/repo (main)",
        "✓ job0",
        "✗ unit",
        "⠸ now",
        "… and 8 more",
    ]
    chosen = text(state(*jobs, FAILED), room=6, view=View(chosen="job7"))
    assert any(line.startswith("> ✓ job7") for line in chosen)
    assert text(state(*jobs, FAILED, RUNNING), room=2)[1] == "11 jobs, 2 failed, 1 running"


def test_a_narrow_pane() -> None:
    assert text(state(PASSED, FAILED, trouble="x"), 19, 2) == ["repo (main)  inoti…", "2 jobs, 1 failed"]
    assert text(state(PASSED, FAILED), 19, 3) == ["repo (main)  inoti…", "  ✓ check  passed …", "  ✗ unit   failed …"]
    assert text(state(FAILED), 19, 5) == [
        "repo (main)  inoti…",
        "  ✗ unit  failed  …",
        "unit failed: go  (…",
        "| one",
        "r run  c cancel  p…",
    ]


HOSTILE = "x\x1b[2J\x1b]0;t\x07\n\x9b3m\u202e日本語\ty\r"


def test_nothing_from_outside_is_obeyed() -> None:
    job = JobState(HOSTILE, HOSTILE, HOSTILE, 1, NOW, 1, (HOSTILE,), 0, (HOSTILE,), HOSTILE, (HOSTILE,), (HOSTILE,))
    bad = job._replace(verdict="failed", held="", stale=())
    evil = State(1, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, jobs=(job, bad), notes=(HOSTILE,))
    for view in (View(), View(chosen=HOSTILE, notice=HOSTILE)):
        assert all(line.isprintable() for line in text(evil, 80, 60, view))
        assert all(line.isprintable() for line in text(evil._replace(jobs=(job._replace(since_ns=1),)), 80, 60, view))


def test_plain_letters() -> None:
    said = text(state(PASSED, REUSED, FAILED, RUNNING, JobState("new")), marks=PLAIN_MARKS)
    assert [line[2] for line in said[1:6]] == ["+", "=", "x", "\\", "-"]
    assert all(line.isascii() for line in said)


def test_a_wide_name_takes_its_columns() -> None:
    said = text(state(PASSED._replace(job="日本語"), FAILED))
    assert said[1].index("passed") == said[2].index("failed") - 3
