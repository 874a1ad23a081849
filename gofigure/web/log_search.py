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
from gofigure.web.ansi import plain
from gofigure.web.log_index import open_log
from gofigure.web.page import Apart, Facts, Question

_SECONDS = 0.8  # after which no other run is begun
_LONGEST = 5.0  # after which a log is left
_PATIENCE = 1.5
_KEEPS = 30.0
_RUNS = 100  # asked for at once
_LOGS = 40  # with finds, shown at once
_LINES = 3  # shown of each
_BLOCK = 1024 * 1024
_AROUND = 160  # letters shown on either side of a find
_WORD = re.compile(r"\w+")


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


class Needle:
    """What is looked for: its longest word in the bytes of a block, and all of it in the lines that have that."""

    def __init__(self, words: str) -> None:
        self.pattern = re.compile(re.escape(words), re.IGNORECASE)
        longest = max(_WORD.findall(words) or [words], key=len)
        # bytes.lower() knows the 26 letters only.
        self._variants = {one.encode("utf-8", "replace").lower() for one in (longest, longest.lower(), longest.upper())}

    def next_in(self, block: bytes, at: int) -> int:
        """Where it stands next in a block in small letters; -1: nowhere."""
        return min((found for one in self._variants if (found := block.find(one, at)) >= 0), default=-1)


def question(words: str, wanted: Filter, asked: tuple[tuple[str, str], ...]) -> Question:
    """`asked`: the filter as it was typed, where "2h" is always the same."""
    return Question(("logs", words, asked), partial(_search, words, wanted), _KEEPS, _PATIENCE, lives=False)


def _search(words: str, wanted: Filter, apart: Apart) -> Facts:
    state_dir, needle = apart.project.state_dir, Needle(words)
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
                    _look_into(log, needle, told, until + _LONGEST)
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


def _look_into(log: _Log, needle: Needle, told: dict[str, Any], until: float) -> None:
    found: list[Line] = []
    more = False
    try:
        fd = open_log(log.path)
        try:
            for line in lines_with(fd, needle, until):
                if len(found) == _LINES:
                    more = True
                    break
                found.append(line)
            told["bytes"] += os.fstat(fd).st_size
            told["files"] += 1
        finally:
            os.close(fd)
    except (OSError, _Cut):
        told["unread"] += 1
    if found:
        told["logs"].append(_told(log, found, more=more))


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


def lines_with(fd: int, needle: Needle, until: float) -> Iterator[Line]:
    """The lines of an open log that hold what is looked for. Raises OSError; _Cut at `until` (monotonic)."""
    number, at, held = 1, 0, b""
    while data := os.pread(fd, _BLOCK, at):
        at += len(data)
        data = held + data
        end = data.rfind(b"\n") + 1
        if not end and len(data) < 2 * _BLOCK:  # a longer line is taken for several
            held = data
            continue
        block, held = (data[:end], data[end:]) if end else (data, b"")
        yield from _in_block(block, number, needle)
        number += block.count(b"\n")
        if time.monotonic() > until:
            raise _Cut
    yield from _in_block(held, number, needle)


def _in_block(block: bytes, number: int, needle: Needle) -> Iterator[Line]:
    small = block.lower()
    counted, at = 0, 0
    while (at := needle.next_in(small, at)) >= 0:
        begin, end = block.rfind(b"\n", 0, at) + 1, block.find(b"\n", at)
        end = end if end >= 0 else len(block)
        first, last = max(begin, at - 4 * _AROUND), min(end, at + 4 * _AROUND)
        near = block[first:last]
        text = plain(near.decode("utf-8", "replace").removesuffix("\r"))
        match = needle.pattern.search(text)
        if match:
            number += block.count(b"\n", counted, begin)
            counted = begin
            before, after = text[: match.start()], text[match.end() :]
            cut = "…" if len(before) > _AROUND else ""
            yield Line(number, cut + before[-_AROUND:].lstrip(), match[0], after[:_AROUND].rstrip())
        at = end + 1 if match or (first, last) == (begin, end) else at + 1
