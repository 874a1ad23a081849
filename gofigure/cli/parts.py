"""The rows of a stage's parts, below its own row on the screen."""

from __future__ import annotations

from collections.abc import Callable

from gofigure.cli.terminal import printable
from gofigure.cli.verdicts import ended
from gofigure.model import STOPPED, Part, StageResult
from gofigure.snapshot.select import as_bytes, show


def part_rows(stage: StageResult, width: int, duration: Callable[[float], str]) -> list[str]:
    """One row per part of a stage that has several. `width`: of the column of names; `duration`: seconds in words."""
    if len(stage.parts) < 2:
        return []
    names = [show(as_bytes(part.location) or b".") for part in stage.parts]
    column = max(width - 2, *map(len, names))
    return [
        f"    {name:<{column}}  {part.verdict:<11} {_took(part, duration):>8}  {_remark(part, stage)}".rstrip()
        for name, part in zip(names, stage.parts, strict=True)
    ]


def _took(part: Part, duration: Callable[[float], str]) -> str:
    return "" if part.exit_code is None else duration(part.seconds)


def _remark(part: Part, stage: StageResult) -> str:
    """How it ended, and where its log is, unless the stage's own lines name that."""
    if part.verdict == "passed":
        return ""
    words = [printable(part.reason), ended(part.verdict, part.exit_code)]
    if part.log and (part.log != stage.log or stage.verdict in STOPPED):
        words.append(f"log: {printable(part.log)}")
    return "; ".join(word for word in words if word)
