"""Writes JUnit XML: one suite for each stage, or each of its locations, and one case for each test.

A stage of which no test is known is one case of its own; so is the failure of a stage of which no test has failed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gofigure.model import FAILED, STOPPED, Case, RunResult, StageResult

# What XML 1.0 can hold (2.2); a lone surrogate is none of it.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITIES = {'"': "&quot;", "&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
_BAD = (*FAILED, *STOPPED)


class Suite(NamedTuple):
    """What is written of one stage of a run: how it ended, and its tests as far as they are known."""

    job: str
    stage: StageResult
    cases: Sequence[Case]


class _Row(NamedTuple):
    """One <testcase>; `kind`: "failure", "error" or "skipped", and "" for one that has passed."""

    suite: str
    name: str
    seconds: float
    kind: str = ""
    message: str = ""
    text: str = ""


def suites_of(result: RunResult) -> list[Suite]:
    return [Suite(result.job, stage, stage.cases) for stage in result.stages]


def junit_of(suites: Iterable[Suite]) -> bytes:
    written: list[str] = []
    totals = [0, 0, 0, 0]
    seconds = 0.0
    for suite in suites:
        for name, rows in _named(suite):
            counts = (len(rows), *(sum(row.kind == kind for row in rows) for kind in ("failure", "error", "skipped")))
            totals = [total + count for total, count in zip(totals, counts, strict=True)]
            took = sum(row.seconds for row in rows)
            seconds += took
            written.append(f"  <testsuite name={_quoted(name)}{_counted(counts, took)}>\n")
            written += map(_written, rows)
            written.append("  </testsuite>\n")
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="gofigure"{_counted(totals, seconds)}>\n'
    return "".join([head, *written, "</testsuites>\n"]).encode()


def _named(suite: Suite) -> list[tuple[str, list[_Row]]]:
    """The suites of one stage, by name: of several locations, one for each."""
    stage, name = suite.stage, f"{suite.job}/{suite.stage.stage}"
    by_location: dict[str, list[_Row]] = {}
    for case in suite.cases:
        by_location.setdefault(case.location, []).append(_row(case, stage.stage))
    has_failed = any(row.kind == "failure" for rows in by_location.values() for row in rows)
    if not by_location or (stage.verdict in _BAD and not has_failed):
        by_location.setdefault("", []).insert(0, _whole(suite))
    return [(f"{name} in {location}" if location else name, rows) for location, rows in by_location.items()]


def _row(case: Case, stage: str) -> _Row:
    kind = {"passed": "", "failed": "failure", "skipped": "skipped"}[case.verdict]
    return _Row(case.suite or stage, case.name, case.seconds or 0.0, kind, case.line, case.line)


def _whole(suite: Suite) -> _Row:
    """The stage itself as a case."""
    stage = suite.stage
    took = 0.0 if stage.verdict in ("reused", "skipped") else stage.seconds
    row = _Row(suite.job, stage.stage, 0.0 if suite.cases else took)
    if stage.verdict == "skipped":
        return row._replace(kind="skipped", message=stage.reason)
    if stage.verdict not in _BAD:
        return row
    how = f"exit code {stage.exit_code}" if stage.exit_code is not None else ""
    message = "; ".join(word for word in (stage.verdict, how, stage.note) if word)
    return row._replace(kind="error", message=message, text="\n".join(stage.excerpt))


def _written(row: _Row) -> str:
    begin = f"    <testcase classname={_quoted(row.suite)} name={_quoted(row.name)} time={_time(row.seconds)}"
    if not row.kind:
        return f"{begin}/>\n"
    told = f"<{row.kind} message={_quoted(row.message)}"
    told += f">{_escaped(row.text)}</{row.kind}>" if row.text and row.kind != "skipped" else "/>"
    return f"{begin}>\n      {told}\n    </testcase>\n"


def _counted(counts: Sequence[int], seconds: float) -> str:
    words = zip(("tests", "failures", "errors", "skipped"), counts, strict=True)
    return "".join(f' {word}="{count}"' for word, count in words) + f" time={_time(seconds)}"


def _time(seconds: float) -> str:
    return f'"{seconds:.6f}"'


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return "".join(_ENTITIES.get(char, char) for char in _FORBIDDEN.sub("\ufffd", text))
