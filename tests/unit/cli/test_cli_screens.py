"""What the screens write, with a clock that the test turns."""

from __future__ import annotations

import io

import pyte
import pytest

from gofigure.cli import live
from gofigure.cli.area import Area, row
from gofigure.cli.live import Live
from gofigure.cli.parts import part_rows
from gofigure.cli.plain import Plain
from gofigure.cli.table import Look, repeat, table
from gofigure.cli.terminal import MARKS, Paint, cells, cut, fit, is_terminal, paint_for, printable
from gofigure.events import Note, Progress, RunFinished, RunStarted, StageFinished, StageOutput, StageStarted, Tick
from gofigure.model import Part, RunResult, StageResult

OFF = Paint(on=False)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Screen(io.StringIO):
    """Counts its writes; a terminal where it says so."""

    def __init__(self, *, tty: bool = True) -> None:
        super().__init__()
        self.writes = 0
        self._tty = tty

    def write(self, text: str) -> int:
        self.writes += 1
        return super().write(text)

    def isatty(self) -> bool:
        return self._tty


def _live(screen: Screen, clock: Clock) -> Live:
    return Live(screen, OFF, wraps_when_narrowed=True, clock=clock)


def test_hundreds_of_stages_a_second_are_drawn_ten_times() -> None:
    screen, clock = Screen(), Clock()
    names = tuple(f"s{number}" for number in range(1000))
    with _live(screen, clock) as observe:
        observe(RunStarted(1, "j", "manual", "the working tree", names))
        for name in names:
            observe(StageStarted(1, name, "why"))
            observe(StageOutput(1, name, "words"))
            observe(StageFinished(1, StageResult(name, "passed", "why")))
            clock.now += 0.001
        observe(RunFinished(RunResult(1, "j", "passed", tuple(StageResult(n, "passed", "why") for n in names))))
    assert screen.writes <= 14
    for name in names:
        assert screen.getvalue().count(f"+ {name} ") == 1, "each scrolls up once, and is not repeated"


def test_what_is_said_before_a_long_wait_is_said_at_once() -> None:
    screen, clock = Screen(), Clock()
    with _live(screen, clock) as observe:
        observe(Note("first"))
        observe(Note("waiting for another run"))
        assert screen.getvalue() == "note: first\nnote: waiting for another run\n"


def test_progress_shows_only_when_it_lasts() -> None:
    screen, clock = Screen(), Clock()
    with _live(screen, clock) as observe:
        observe(Progress("digesting", 1, 4))
        assert screen.getvalue() == ""
        clock.now += live._PROGRESS_AFTER
        observe(Progress("digesting", 2, 4))
        assert "digesting 2 of 4  50 %\n" in screen.getvalue()
        clock.now += 1
        observe(Progress("digesting", 4, 4))
        assert screen.getvalue().endswith("\r\x1b[J\x1b[1A\x1b[K")


def test_a_stage_that_says_nothing_goes_on_being_seen() -> None:
    screen, clock = Screen(), Clock()
    with _live(screen, clock) as observe:
        observe(RunStarted(1, "j", "manual", "x", ("s",)))
        observe(StageStarted(1, "s", "no proof yet"))
        for _ in range(3):
            clock.now += 1
            observe(Tick())
    assert "s     3.0 s  no proof yet\n" in screen.getvalue()


def test_a_stage_that_passed_is_one_line() -> None:
    screen, clock = Screen(), Clock()
    with _live(screen, clock) as observe:
        observe(RunStarted(1, "j", "manual", "x", ("s",)))
        observe(StageStarted(1, "s", "a reason that goes on " * 9))
        observe(StageFinished(1, StageResult("s", "passed", "why")))
    (line,) = [line for line in screen.getvalue().splitlines() if line.startswith("  + s ")]
    assert len(line) == 79
    assert line.endswith("~")


def test_without_a_terminal_progress_is_a_line_every_ten_seconds() -> None:
    screen, clock = Screen(tty=False), Clock()
    observe = Plain(screen, OFF, clock)
    for done in range(1, 26):
        clock.now += 1
        observe(Progress("digesting", done, 100))
    assert screen.getvalue() == "digesting 10 of 100  10 %\ndigesting 20 of 100  20 %\n"


@pytest.mark.parametrize(("wraps", "up"), [(True, 2 + 1 + 1), (False, 3)])
def test_lines_that_the_terminal_has_wrapped_are_erased_too(wraps: bool, up: int) -> None:
    screen = Screen()
    area = Area(screen, wraps_when_narrowed=wraps)
    area.draw((), [("x" * 70, 70), ("y" * 40, 40), ("", 0)], 80)
    area.draw((), [], 40)
    before, _, erased = screen.getvalue().rpartition("\r\x1b[J")
    assert before
    assert erased == "\x1b[1A\x1b[K" * up


class Tmux(pyte.Screen):
    """What is erased from its first cell on goes into its history (screen_write_clearendofscreen)."""

    history = 0

    def erase_in_display(self, how: int = 0, *args: object, **kwargs: object) -> None:
        self.history += (self.cursor.y, self.cursor.x) == (0, 0)
        super().erase_in_display(how, *args, **kwargs)


def test_drawing_at_the_top_of_the_terminal_leaves_nothing_in_the_history() -> None:
    tmux = Tmux(20, 6)
    tmux.set_mode(pyte.modes.LNM)
    screen, watched = Screen(), pyte.Stream(tmux)
    tmux.history = 0  # it was cleared at its beginning
    area = Area(screen, wraps_when_narrowed=False)
    for above, lines in (
        ([], ["first", "second", "third"]),
        ([], ["a", "b"]),
        (["stays"], ["c", "d", "e", "f"]),
        (["too"], []),
    ):
        screen.seek(0)
        screen.truncate()
        area.draw(above, [(line, len(line)) for line in lines], 20)
        watched.feed(screen.getvalue())
        watched.feed("^C")  # the terminal echoes it
    assert [line.rstrip() for line in tmux.display] == ["stays", "too", "^C", "", "", ""]
    assert tmux.history == 0


@pytest.mark.parametrize(
    ("environ", "tty", "colour"),
    [
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "xterm"}, False, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": ""}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
    ],
)
def test_colours(environ: dict[str, str], tty: bool, colour: bool) -> None:
    assert paint_for(Screen(tty=tty), environ).on is colour
    assert is_terminal(Screen(tty=tty), environ) is (tty and environ.get("TERM") == "xterm")


@pytest.mark.parametrize(
    ("text", "columns", "want"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日 …"),
        ("a", 0, ""),
    ],
)
def test_what_does_not_fit_is_cut_by_its_columns(text: str, columns: int, want: str) -> None:
    assert cut(text, columns, "…") == want
    assert cells(fit(text, columns, "…")) == columns
    assert row([(None, text), ("bad", "rest")], columns, OFF, "…")[1] <= columns


def test_nothing_printable_is_a_command() -> None:
    assert printable("a\x1b[2Jb\nc\td\x9b2Je\u202ef\r") == "ab c d2Jef"


def test_nothing_of_a_part_is_a_command() -> None:
    parts = (Part("a", "failed", 1.0, -9, "/x\x1b[2J/a.log", "why\x1b[2J"), Part("b", "passed"))
    rows = part_rows(StageResult("s", "failed", "why", parts=parts), 1, str)
    assert rows[0].endswith("  why; ended by signal 9; log: /x/a.log")


def _result(*stages: StageResult) -> RunResult:
    return RunResult(1, "j", "passed", stages, 1.0)


def test_what_many_have_in_common_is_one_row() -> None:
    stages = [
        *(StageResult(f"r{at}", "reused", f"proven in run {at}") for at in range(11)),
        *(StageResult(f"p{at}", "passed", "why", note="not proven: a.py changed") for at in range(11)),
        *(StageResult(f"k{at}", "skipped", f"x{at % 2} did not pass") for at in range(4)),
        *(StageResult(f"f{at}", "failed", "why", exit_code=1, allowed=at > 0) for at in range(12)),
    ]
    lines = table(_result(*stages), Look(OFF, MARKS))
    assert lines[:2] == ["  ↺ 11 reused", "  ✓ 11 passed  not proven: a.py changed"]
    assert [line.split()[1] for line in lines[2:6]] == ["k0", "k2", "k1", "k3"]
    assert len([line for line in lines if "✗ f" in line]) == 12
    assert "failed, allowed: exit code 1" in lines[-3]
    words = table(_result(*stages), Look(OFF))
    assert all(any(f" {stage.stage} " in line for line in words) for stage in stages)


def test_the_command_to_repeat_can_be_pasted() -> None:
    assert repeat("unit", ("--staged",)) == "gofigure run --staged unit"
    assert repeat("-x", ()) == "gofigure run -- -x"
    assert repeat("jira", ("hook", "commit-msg", "a b")) == "gofigure hook commit-msg 'a b'"
    assert repeat("a b", ()) == "gofigure run 'a b'"
