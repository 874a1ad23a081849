"""The rows of parts on the screen."""

from __future__ import annotations

from gofigure.cli.parts import part_rows
from gofigure.model import Part, StageResult

PARTS = (
    Part("services/api", "passed", 0.5, 0, "/l/1"),
    Part("", "failed", 1.0, 3, "/l/2"),
    Part("web", "failed", 2.0, -9, "/l/3"),
    Part("go\n", "failed", reason="no file in go matches x"),
    Part("late", "skipped", reason="not started: the time was up"),
)


def _duration(value: float) -> str:
    return f"{value} s"


def test_one_row_each_with_what_the_stage_does_not_say_itself() -> None:
    stage = StageResult("unit", "failed", "", exit_code=3, log="/l/2", parts=PARTS)
    assert part_rows(stage, 4, _duration) == [
        "    services/api  passed         0.5 s",
        "    .             failed         1.0 s  exit code 3",
        "    web           failed         2.0 s  ended by signal 9; log: /l/3",
        "    go\\n          failed                no file in go matches x",
        "    late          skipped               not started: the time was up",
    ]


def test_they_line_up_with_a_long_name_above() -> None:
    stage = StageResult("a-stage-with-a-long-name", "failed", "", parts=PARTS[:2])
    assert part_rows(stage, 24, _duration)[0].index("passed") == 2 + 24 + 2


def test_one_part_is_the_stage_itself() -> None:
    assert part_rows(StageResult("unit", "failed", "", parts=PARTS[3:4]), 4, _duration) == []
    assert part_rows(StageResult("unit", "passed", ""), 4, _duration) == []
