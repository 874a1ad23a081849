"""Words in the logs of many runs, newest first, for as long as a person waits; then it says how far it has come."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from gofigure.events import ignore
from gofigure.process.log_files import LogFile, folders, runs_folder
from gofigure.queries import looking_up
from gofigure.runner.logs import StageLogs, with_logs
from gofigure.store.history import Filter
from gofigure.store.ledger import RunRow
from gofigure.web.logs.finding import Find, finds, pattern_of
from gofigure.web.logs.index import open_log
from gofigure.web.page import Apart, Facts, Question

_SECONDS = 0.8  # after which no other run is begun
_LONGEST = 5.0  # after which a log is left
_PATIENCE = 1.5
_KEEPS = 30.0
_RUNS = 100  # asked for at once
_LOGS = 40  # with finds, shown at once
_LINES = 3  # shown of each
_AROUND = 160  # letters shown on either side of a find


class Line(NamedTuple):
    number: int  # from 1
    before: str
    found: str
    after: str


class _Log(NamedTuple):
    run: RunRow
    of_stage: StageLogs
    at: int  # of the stage in its run
    file: int
    path: str


class _Cut(Exception):  # noqa: N818 - no error
    """There is no time for the rest of a log."""


def question(words: str, wanted: Filter, asked: tuple[tuple[str, str], ...]) -> Question:
    """`asked`: the filter as it was typed, where "2h" is always the same."""
    return Question(("logs", words, asked), partial(_search, words, wanted), _KEEPS, _PATIENCE, lives=False)


def _search(words: str, wanted: Filter, apart: Apart) -> Facts:
    state_dir, pattern = apart.project.state_dir, pattern_of(words)
    kept = {number for number, _ in folders(state_dir)}
    told: dict[str, Any] = {"logs": [], "runs": 0, "files": 0, "bytes": 0, "removed": 0, "unread": 0, "before": None}
    with looking_up(apart.project, ignore) as (store, _):
        until = time.monotonic() + _SECONDS
        while runs := store.history.runs(wanted, _RUNS):
            stages = store.history.stages([run.id for run in runs])
            for run in runs:
                if time.monotonic() > until or len(told["logs"]) >= _LOGS:
                    return told
                logs = (
                    []
                    if _has_none(run, [one.log for one in stages[run.id]], kept, state_dir)
                    else (with_logs(stages[run.id], state_dir, run))
                )
                told["removed"] += any(one.log is not None for one in stages[run.id]) and not any(
                    one.files for one in logs
                )
                for log in _logs(run, logs, wanted.stage):
                    _look_into(log, pattern, told, until + _LONGEST)
                told["runs"] += 1
                told["before"] = run.id
            wanted = wanted._replace(before=runs[-1].id)
    told["before"] = None  # that was all
    return told


def _has_none(run: RunRow, logs: list[str | None], kept: set[int], state_dir: str) -> bool:
    """Whether a run has no logs for sure: to look for a folder that is not there means to list all of them."""
    elsewhere = any(log is not None and not log.startswith(runs_folder(state_dir)) for log in logs)
    return run.id not in kept and not elsewhere


def _logs(run: RunRow, logs: list[StageLogs], stage: str | None) -> Iterator[_Log]:
    for at, one in enumerate(logs):
        if stage is None or one.stage.stage == stage:
            files: tuple[LogFile, ...] = one.files
            for number, file in enumerate(files):
                yield _Log(run, one, at, number, file.path)


def _look_into(log: _Log, pattern: re.Pattern[str], told: dict[str, Any], until: float) -> None:
    found: list[Line] = []
    more = False
    try:
        fd = open_log(log.path)
        try:
            size = os.fstat(fd).st_size
            for find in finds(fd, size, pattern, partial(_in_time, until)):
                if len(found) == _LINES:
                    more = True
                    break
                found.append(_line(find))
            told["bytes"] += size
            told["files"] += 1
        finally:
            os.close(fd)
    except (OSError, _Cut):
        told["unread"] += 1
    if found:
        told["logs"].append(_told(log, found, more=more))


def _in_time(until: float) -> None:
    if time.monotonic() > until:
        raise _Cut


def _told(log: _Log, found: list[Line], *, more: bool) -> Facts:
    return {
        "run": log.run.id,
        "job": log.run.job,
        "started_ns": log.run.started_ns,
        "stage": log.of_stage.stage.stage,
        "verdict": log.of_stage.stage.state,
        "at": log.at,
        "file": log.file,
        "attempt": log.of_stage.files[log.file].attempt,
        "lines": [line._asdict() for line in found],
        "more": more,
    }


def _line(find: Find) -> Line:
    text, match = find.text, find.match
    end = text.find("\n", match.end())
    after = text[match.end() : min(match.end() + _AROUND, end if end >= 0 else len(text))]
    first = max(find.begin, match.start() - _AROUND)
    before = text[first : match.start()].lstrip()
    return Line(find.line + 1, ("…" if first > find.begin else "") + before, match[0], after.rstrip())
