"""What of two states is news: for lines, for JSON, for the desktop."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from gofigure.cli import watch_news
from gofigure.cli.watch_news import Desktop, news
from gofigure.cli.watch_plain import PlainWatch
from gofigure.triggers import notification
from gofigure.watch.state import JobState, State

READY = State(1, "/r", "main", "inotify", ready=True, jobs=(JobState("check"),))
NO_JOBS = 'no job has on = ["change"]'
PASSED = JobState("check", "passed", "a.py changed", 3, 30, 1.2)
FAILED = JobState("check", "failed", "a.py changed", 4, 40, 0.5, failed=("go",), excerpt=("E  1",))
LATE = FAILED._replace(timed_out=("go",))


def after(*jobs: JobState, **more: Any) -> State:
    return READY._replace(jobs=jobs, **more)


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (State(0, ""), READY, ["watching /r (inotify)"]),
        (State(0, ""), READY._replace(ready=False), ["watching /r (inotify)"]),
        (READY._replace(ready=False, branch=""), READY, []),
        (READY, READY, []),
        (READY, after(JobState("check")), []),
        (READY, after(PASSED), ["check passed in 1.2 s (a.py changed)"]),
        (after(PASSED), after(PASSED._replace(since_ns=1, running=("go",))), []),
        (after(PASSED), after(FAILED), ["check failed in 500 ms: go (a.py changed)", "  | E  1"]),
        (after(FAILED), after(FAILED._replace(excerpt=("other",))), []),
        (after(PASSED), after(PASSED._replace(at_ns=31)), []),
        (after(PASSED), after(PASSED._replace(run=4)), ["check passed in 1.2 s (a.py changed)"]),
        (after(PASSED), after(LATE), ["check timed out in 500 ms: go (a.py changed)", "  | E  1"]),
        (
            after(PASSED),
            after(LATE._replace(failed=("go", "lint"), excerpt=())),
            ["check failed in 500 ms: go (timed out), lint (a.py changed)"],
        ),
        (READY, after(), [NO_JOBS]),
        (after(), after(), []),
        (State(0, ""), after(), ["watching /r (inotify)", NO_JOBS]),
        (State(0, ""), State(1, "/r"), []),
        (after(), after(paused=True), ["paused"]),
        (READY, after(PASSED._replace(verdict="reused", reason="")), ["check reused"]),
        (after(PASSED), after(PASSED._replace(stale=("a.py", "b"))), ["check is stale: a.py, b"]),
        (after(PASSED), after(PASSED._replace(held="why\nadd this")), ["check is held: why", "add this"]),
        (READY, READY._replace(trouble="line 1\nline 2"), ["trouble: line 1", "line 2"]),
        (READY._replace(trouble="line 1"), READY, ["the trouble is over"]),
        (READY, READY._replace(waiting="git is at work"), ["waiting: git is at work"]),
        (READY._replace(waiting="git is at work"), READY, []),
        (READY, READY._replace(degraded="a limit"), ["degraded: a limit"]),
        (READY, READY._replace(backend="inotify, 9 folders"), []),
        (READY, READY._replace(paused=True), ["paused"]),
        (READY._replace(paused=True), READY, ["not paused any more"]),
        (READY, READY._replace(branch="other"), ["on branch other"]),
        (READY, READY._replace(branch=""), ["on no branch"]),
        (READY._replace(notes=("a",)), READY._replace(notes=("a", "b")), ["note: b"]),
        (READY, after(PASSED._replace(reason="x\x1b[2Jy\nz")), ["check passed in 1.2 s (xy z)"]),
    ],
)
def test_news(before: State, now: State, said: list[str]) -> None:
    assert news(before, now) == said


def test_plain_lines_have_the_time_and_are_flushed_one_by_one() -> None:
    stream = io.StringIO()
    screen = PlainWatch(stream, as_json=False, clock_ns=lambda: 0)
    screen.show(READY)
    at = stream.getvalue().partition(" ")[0]
    assert len(at.split(":")) == 3
    screen.show(after(PASSED))
    screen.show(after(PASSED))
    assert stream.getvalue() == f"{at} watching /r (inotify)\n{at} check passed in 1.2 s (a.py changed)\n"


def test_a_json_value_in_each_line() -> None:
    stream = io.StringIO()
    screen = PlainWatch(stream, as_json=True)
    under_way = after(PASSED._replace(since_ns=1, under_way=7))
    states = (
        READY,
        after(PASSED),
        under_way,
        after(under_way.jobs[0]._replace(running=("go",))),
        after(FAILED),
        after(FAILED, JobState("new")),
        after(JobState("new")),
        after(),
    )
    for state in states:
        screen.show(state)
    screen.notice("no line of JSON")
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [[(job["job"], job["verdict"], job["under_way"]) for job in one["jobs"]] for one in found] == [
        [("check", "", 0)],
        [("check", "passed", 0)],
        [("check", "passed", 7)],
        [("check", "failed", 0)],
        [("check", "failed", 0), ("new", "", 0)],
        [("new", "", 0)],
        [],
    ]


def test_the_desktop_hears_of_a_change_of_verdict_only(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(notification, "begin", lambda title, text, _environ: told.append((title, text)))
    desktop = Desktop({})
    reused = PASSED._replace(verdict="reused", reason="proven")
    for job in (
        JobState("check"),
        FAILED,  # as it was found
        FAILED._replace(run=5),
        PASSED._replace(verdict="superseded"),
        FAILED._replace(run=6, verdict="timed out"),
        PASSED._replace(since_ns=1),  # under way
        PASSED,
        reused,
        PASSED,
        PASSED._replace(verdict="interrupted"),
        FAILED._replace(since_ns=1),
        FAILED._replace(failed=("go\x1b[2J",)),
        reused,
        LATE,
    ):
        desktop.show(after(job))
    assert told == [
        ("gofigure: check passed again", "a.py changed (in r)"),
        ("gofigure: check failed", "go (in r)"),
        ("gofigure: check passed again", "proven (in r)"),
        ("gofigure: check timed out", "go (in r)"),
    ]


def test_a_desktop_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging:
        killed = False

        def ended(self) -> bool:
            return False

        def kill(self) -> None:
            self.killed = True

    hanging = Hanging()
    monkeypatch.setattr(notification, "begin", lambda *_: hanging)
    monkeypatch.setattr(watch_news, "_PATIENCE", -1.0)
    desktop = Desktop({})
    for job in (PASSED, FAILED):
        desktop.show(after(job))
    assert not hanging.killed
    assert not desktop.filenos(), "the engine asks for these before it waits"
    assert hanging.killed
