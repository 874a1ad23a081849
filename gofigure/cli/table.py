"""What a run came to, in lines: a row per stage, what failed and how to repeat it, and the sum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gofigure.cli.parts import part_rows
from gofigure.cli.terminal import Marks, Paint, Style, printable
from gofigure.cli.verdicts import ended, way_out
from gofigure.model import FAILED, STOPPED, RunResult, StageResult, Verdict
from gofigure.runner.words import shortened

_MANY = 10  # rows that say the same; more become one
_NAMED = 5
NAME = 40  # columns that a long name may claim in the rows of the others

STYLES: dict[Verdict, Style] = {
    "passed": "good",
    "reused": "reused",
    "failed": "bad",
    "timed out": "bad",
    "interrupted": "warn",
    "superseded": "warn",
    "skipped": "faint",
}


class Look(NamedTuple):
    """How a table is drawn."""

    paint: Paint
    marks: Marks | None = None  # None: verdicts in words, every row there is; else signs, and what is alike in one row
    again: tuple[str, ...] | None = ()  # see RunStarted


def table(result: RunResult, look: Look, told: Iterable[str] = ()) -> list[str]:
    """One line per stage, the first telling lines of each failure, and the sum.

    `told`: stages whose passing the screen has shown already, where there are signs.
    """
    width = max((len(stage.stage) for stage in result.stages), default=0)
    if look.marks is None:
        return [*(line for stage in result.stages for line in _rows(stage, width, look)), *_ends(result, look)]
    shown = [stage for stage in result.stages if not (stage.stage in told and _is_plain_pass(stage))]
    troubled = [stage for stage in shown if stage.verdict in FAILED]
    groups: dict[tuple[str, str], list[StageResult]] = {}
    for stage in shown:
        if stage not in troubled:
            groups.setdefault(_alike(stage), []).append(stage)
    width = min(NAME, width)
    lines: list[str] = []
    for (verdict, why), stages in groups.items():
        if len(stages) > _MANY:
            mark = look.paint(STYLES[stages[0].verdict], mark_of(stages[0].verdict, look.marks))
            lines.append(f"  {mark} {len(stages):,} {verdict}" + look.paint("faint", f"  {why}" if why else ""))
        else:
            lines += [line for stage in stages for line in _rows(stage, width, look)]
    lines += [line for stage in troubled for line in _rows(stage, width, look)]  # last: beside the prompt
    return [*lines, *_ends(result, look)]


def _is_plain_pass(stage: StageResult) -> bool:
    return stage.verdict == "passed" and not stage.note


def _alike(stage: StageResult) -> tuple[str, str]:
    """What one row can say of many: where a proof is from differs, and does not matter then."""
    why = {"passed": stage.note, "skipped": stage.reason}.get(stage.verdict, "")
    return stage.verdict, printable(why)


def _rows(stage: StageResult, width: int, look: Look) -> list[str]:
    name = printable(stage.stage)
    rows = [line_of(stage, width, look), *part_rows(stage, width, seconds)]
    if stage.verdict in FAILED:
        before = f"  {'':<{width}}  " if look.marks is None else "      "
        rows += [f"{before}{look.paint('bad', '|')} {line}" for line in stage.excerpt]
        if stage.log:
            rows.append(f"{before}log: {printable(stage.log)}")
        if look.again is not None:
            rows.append(f"{before}repeat: {repeat(name, look.again)}")
    return rows


def repeat(name: str, again: tuple[str, ...]) -> str:
    """The command that runs the stage once more, on the same content."""
    import shlex  # a failure has time for it

    if again[:1] == ("hook",):
        return shlex.join(["gofigure", *again])
    return shlex.join(["gofigure", "run", *again, *(["--"] if name.startswith("-") else []), name])


def line_of(stage: StageResult, width: int, look: Look, remark: str | None = None) -> str:
    """One stage in one line; with another remark than its own if there is one."""
    words = stage.verdict + (", allowed" if stage.allowed else "")
    took = seconds(stage.seconds) if stage.verdict not in ("reused", "skipped") else ""
    style: Style = "warn" if stage.allowed else STYLES[stage.verdict]
    name = f"{printable(stage.stage):<{width}}"
    said = remark_of(stage) if remark is None else remark
    if look.marks is None:
        return f"  {name}  {look.paint(style, f'{words:<11}')} {took:>8}  {said}".rstrip()
    if stage.verdict in STOPPED:
        took = ""  # nobody has measured it
    if words not in ("passed", "reused", "skipped"):
        said = f"{words}: {said}" if said else words
    faint = look.paint("faint" if stage.verdict in ("passed", "reused", "skipped") else None, said)
    mark = look.paint(style, mark_of(stage.verdict, look.marks))
    return f"  {mark} {name}  {took:>8}  {faint}".rstrip()


def mark_of(verdict: Verdict, marks: Marks) -> str:
    return {"passed": marks.passed, "reused": marks.reused, "skipped": marks.skipped}.get(verdict, marks.failed)


def remark_of(stage: StageResult) -> str:
    if stage.verdict in ("reused", "skipped"):
        return printable(stage.reason)
    return "; ".join(word for word in (ended(stage.verdict, stage.exit_code), printable(stage.note)) if word)


def _ends(result: RunResult, look: Look) -> list[str]:
    """What is to be said of the run as a whole."""
    notes = " ".join(stage.note for stage in result.stages)
    unsaid = [printable(name) for name in result.stale if name not in notes]
    lines = [f"  {look.paint('warn', 'stale:')} {shortened(unsaid, _NAMED)} changed while it ran"] if unsaid else []
    if forget := way_out([notes]):
        lines.append(f"  {look.paint('warn', 'flaky:')} {forget}")
    return [*lines, _sum(result, look)]


def _sum(result: RunResult, look: Look) -> str:
    counts: dict[Verdict, int] = {}
    for stage in result.stages:
        counts[stage.verdict] = counts.get(stage.verdict, 0) + 1
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    verdict = look.paint(STYLES[result.verdict], result.verdict)
    return f"{printable(result.job)}: {verdict} ({told}) in {seconds(result.seconds)}"


def seconds(value: float) -> str:
    """A duration for people: "12 ms", "3.4 s", "2 min 5 s"."""
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 60:
        return f"{value:.1f} s"
    return f"{int(value) // 60} min {int(value) % 60} s"
