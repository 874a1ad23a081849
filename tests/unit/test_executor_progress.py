"""Which command of a task comes next, and how the task has ended: the rules, without a process."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from gofigure.executor.base import Task, TaskEnded
from gofigure.executor.progress import CommandEnded, Progress

PASSED = CommandEnded(0, 1.0)
FAILED = CommandEnded(3, 2.0)
SILENT = CommandEnded(4, 1.0, wrote=False)
TIMED_OUT = CommandEnded(-15, 5.0, timed_out=True)
NOT_STARTED = CommandEnded(127, 0.0, started=False)


def _task(count: int, *, parts: bool = True, retries: int = 0, timeout: float | None = None) -> Task:
    names = tuple(f"loc{number}" for number in range(1, count + 1))
    commands = tuple(((name,), "/") for name in names)
    return Task("s", commands, {}, "/logs/s", timeout, retries, names if parts else ())


def _play(task: Task, ends: Iterable[CommandEnded]) -> tuple[list[str], TaskEnded]:
    """The commands that were run, and how the task ended; every end must be used."""
    progress = Progress(task, 0.0)
    ran: list[str] = []
    for ended in ends:
        assert not progress.over, f"it is over after {ran}"
        ran.append(str(progress.command[0][0]))
        progress.took(ended, 10.0)
    assert progress.over, f"it goes on after {ran}"
    return ran, progress.end(10.0)


def test_the_commands_of_one_task_stop_at_the_first_failure() -> None:
    ran, end = _play(_task(3, parts=False), [PASSED, FAILED])
    assert ran == ["loc1", "loc2"]
    assert (end.exit_code, end.logs, end.parts) == (3, ("/logs/s~1.log", "/logs/s~2.log"), ())


def test_another_attempt_begins_with_the_first_command() -> None:
    ran, end = _play(_task(2, parts=False, retries=1), [PASSED, FAILED, PASSED, PASSED])
    assert ran == ["loc1", "loc2", "loc1", "loc2"]
    assert (end.exit_code, end.attempts, end.logs[-1]) == (0, 2, "/logs/s~2~try2.log")


def test_a_program_that_cannot_be_started_is_not_tried_again() -> None:
    ran, end = _play(_task(2, parts=False, retries=5), [PASSED, NOT_STARTED])
    assert ran == ["loc1", "loc2"]
    assert end.exit_code == 127


def test_every_part_runs_and_the_first_that_fails_tells() -> None:
    ran, end = _play(_task(4), [PASSED, FAILED, SILENT, PASSED])
    assert ran == ["loc1", "loc2", "loc3", "loc4"]
    assert (end.exit_code, end.timed_out, end.logs) == (3, False, ("/logs/s~2.log",))
    assert [(part.location, part.verdict, part.exit_code, part.seconds, part.log) for part in end.parts] == [
        ("loc1", "passed", 0, 1.0, "/logs/s~1.log"),
        ("loc2", "failed", 3, 2.0, "/logs/s~2.log"),
        ("loc3", "failed", 4, 1.0, None),
        ("loc4", "passed", 0, 1.0, "/logs/s~4.log"),
    ]


def test_the_log_of_another_part_does_not_tell_why_a_silent_one_failed() -> None:
    _, end = _play(_task(2), [SILENT, FAILED])
    assert (end.exit_code, end.logs) == (4, ())


def test_only_parts_that_failed_are_tried_again() -> None:
    ran, end = _play(_task(3, retries=2), [FAILED, PASSED, FAILED, PASSED, FAILED, FAILED])
    assert ran == ["loc1", "loc2", "loc3", "loc1", "loc3", "loc3"]
    assert [part.verdict for part in end.parts] == ["passed", "passed", "failed"]
    assert end.parts[0].log == "/logs/s~1~try2.log"
    assert (end.attempts, end.exit_code, end.logs) == (3, 3, ("/logs/s~3~try3.log",))


def test_a_part_that_cannot_be_started_holds_up_no_other() -> None:
    ran, end = _play(_task(3, retries=1), [NOT_STARTED, FAILED, PASSED, PASSED])
    assert ran == ["loc1", "loc2", "loc3", "loc2"]
    assert [part.verdict for part in end.parts] == ["failed", "passed", "passed"]
    assert end.exit_code == 127


def test_when_the_time_is_up_the_parts_left_are_not_started() -> None:
    ran, end = _play(_task(3, timeout=5.0), [PASSED, TIMED_OUT])
    assert ran == ["loc1", "loc2"]
    assert [(part.verdict, part.reason) for part in end.parts] == [
        ("passed", ""),
        ("timed out", ""),
        ("skipped", "not started: the time was up"),
    ]
    assert end.timed_out


def test_but_another_attempt_has_time_for_them() -> None:
    ran, end = _play(_task(3, timeout=5.0, retries=1), [PASSED, TIMED_OUT, PASSED, PASSED])
    assert ran == ["loc1", "loc2", "loc2", "loc3"]
    assert (end.exit_code, end.timed_out) == (0, False)


def test_a_failure_before_the_time_was_up_is_what_is_told() -> None:
    _, end = _play(_task(2, timeout=5.0), [FAILED, TIMED_OUT])
    assert (end.exit_code, end.timed_out) == (3, False)


def test_the_timeout_is_for_one_attempt_at_all_parts() -> None:
    progress = Progress(_task(2, timeout=5.0, retries=1), 0.0)
    progress.took(FAILED, 4.0)
    assert progress.remaining(4.0) == pytest.approx(1.0)
    progress.took(PASSED, 5.0)
    assert progress.remaining(5.0) == pytest.approx(5.0)


def test_stopped_in_the_middle() -> None:
    progress = Progress(_task(3), 0.0)
    progress.took(FAILED, 1.0)
    assert [(part.verdict, part.reason) for part in progress.parts("not reached", stopped=True)] == [
        ("failed", ""),
        ("interrupted", ""),
        ("skipped", "not reached"),
    ]
