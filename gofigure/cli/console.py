"""The screen: a line when a stage starts, then a table; plain when it is not a terminal."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from gofigure.cli.streams import write
from gofigure.events import Event, Note, Progress, RunFinished, RunStarted, StageFinished, StageStarted
from gofigure.model import RunResult, StageResult

_PROGRESS_AFTER = 0.5  # seconds that a step may take before it shows


class Console:
    """An observer of events. Everything it writes goes to one stream; where that fails, it goes on in silence.

    What a run or a commit comes to must not depend on whether somebody can see it.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._began = time.monotonic()
        self._bar = sys.stderr if sys.stderr.isatty() else None
        self._bar_shown = False

    def __call__(self, event: Event) -> None:
        match event:
            case StageStarted(_, stage, reason):
                self._print(f"  {stage}: {reason}")
            case StageFinished():
                pass  # the table says it
            case Progress():
                self._progress(event)
            case Note(text):
                self._print(f"note: {text}")
            case RunStarted(run, job, trigger, content, stages):
                number = f"run {run}, " if run else ""
                many = f"{len(stages)} stage{'s' if len(stages) != 1 else ''}"
                self._print(f"{job}: {number}{many}, on {content} ({trigger})")
            case RunFinished(result):
                self._print("\n".join(table(result)))

    def _progress(self, step: Progress) -> None:
        if self._bar is None or time.monotonic() - self._began < _PROGRESS_AFTER:
            return
        share = f" {100 * step.done // step.total:3d} %" if step.total else ""
        of = f" of {step.total:,}" if step.total else ""
        write(self._bar, f"\r\x1b[K{step.label} {step.done:,}{of}{share}")
        self._bar_shown = True

    def _clear_bar(self) -> None:
        if self._bar_shown and self._bar is not None:
            write(self._bar, "\r\x1b[K")
            self._bar_shown = False

    def _print(self, text: str) -> None:
        self._clear_bar()
        write(self._stream, f"{text}\n")


def table(result: RunResult) -> list[str]:
    """One line per stage, the first telling lines of each failure, and the sum."""
    width = max((len(stage.stage) for stage in result.stages), default=0)
    lines = [line for stage in result.stages for line in _rows(stage, width)]
    return [*lines, _sum(result)]


def _rows(stage: StageResult, width: int) -> list[str]:
    words = stage.verdict + (", allowed" if stage.allowed else "")
    took = seconds(stage.seconds) if stage.verdict not in ("reused", "skipped") else ""
    rows = [f"  {stage.stage:<{width}}  {words:<11} {took:>8}  {_remark(stage)}".rstrip()]
    if stage.verdict in ("failed", "timed out"):
        rows += [f"  {'':<{width}}  | {line}" for line in stage.excerpt]
        if stage.log:
            rows.append(f"  {'':<{width}}  log: {stage.log}")
    return rows


def _remark(stage: StageResult) -> str:
    match stage.verdict:
        case "reused" | "skipped":
            return stage.reason
        case "failed" if stage.exit_code is not None and stage.exit_code < 0:
            ended = f"ended by signal {-stage.exit_code}"
        case "failed":
            ended = f"exit code {stage.exit_code}"
        case _:
            ended = ""
    return "; ".join(word for word in (ended, stage.note) if word)


def _sum(result: RunResult) -> str:
    counts: dict[str, int] = {}
    for stage in result.stages:
        counts[stage.verdict] = counts.get(stage.verdict, 0) + 1
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    return f"{result.job}: {result.verdict} ({told}) in {seconds(result.seconds)}"


def seconds(value: float) -> str:
    """A duration for people: "12 ms", "3.4 s", "2 min 5 s"."""
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 60:
        return f"{value:.1f} s"
    return f"{int(value) // 60} min {int(value) % 60} s"
