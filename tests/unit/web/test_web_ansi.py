"""What of a terminal's language is understood, and that nothing else comes through."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gofigure.web.logs.ansi import Painter, plain


@pytest.mark.parametrize(
    ("line", "spans"),
    [
        ("plain", [("plain", "")]),
        ("\x1b[31mred\x1b[0m not", [("red", "fg1"), (" not", "")]),
        ("\x1b[1;32mboth\x1b[22mgreen\x1b[39mno", [("both", "bold fg2"), ("green", "fg2"), ("no", "")]),
        ("\x1b[91;44mx", [("x", "fg9 bg4")]),
        ("\x1b[38;5;1mx\x1b[38;5;196my", [("x", "fg1"), ("y", "fg1")]),
        ("\x1b[38;2;0;160;0mx\x1b[mz", [("x", "fg2"), ("z", "")]),
        ("10%\r50%\r100%\n".rstrip("\n"), [("100%", "")]),
        ("done\r", [("done", "")]),
        ("\x1b]0;title\x07text", [("text", "")]),
        ("\x1b]52;c;ZXZpbA==\x1b\\text", [("text", "")]),
        ("\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07", [("link", "")]),
        ("\x1b[2J\x1b[H\x1b[?25lx\x1b(B", [("x", "")]),
        ("a\x08\x00\x9b31mb", [("a", ""), ("b", "fg1")]),
        ("\u202eevil\u2066", [("evil", "")]),
        ("\x1b]0;title\x1b[31mred", [("red", "fg1")]),  # ended by another
        ("\x90\x90\x1bxa\x1bPnever ended", [("a", "")]),
        ("\x1b[38;5m\x1b[48;2;1mx\x1b[999999999mx", [("x", ""), ("x", "")]),
    ],
)
def test_a_line(line: str, spans: list[tuple[str, str]]) -> None:
    assert Painter().spans(line) == spans


def test_a_colour_holds_over_lines() -> None:
    painter = Painter()
    painter.spans("\x1b[31mone")
    assert painter.spans("two") == [("two", "fg1")]


@given(st.text(alphabet=st.sampled_from("\x1b[]0123;mAJ\x07\\<b>\r\x9b\x9d\x00 x"), max_size=60))
def test_nothing_but_text_comes_through(line: str) -> None:
    for text, style in Painter().spans(line):
        assert not {*text} & {*map(chr, range(32)), "\x7f", "\x9b", "\x9d"}
        assert {*style} <= {*"abcdefghijklmnopqrstuvwxyz0123456789 "}


def _cost(line: str) -> float:
    """Seconds of this thread's own work, the least of some tries: whatever else the machine does is not in it."""
    costs = []
    for _ in range(5):
        began = time.thread_time()
        Painter().spans(line)
        plain(line)
        costs.append(time.thread_time() - began)
    return min(costs)


@pytest.mark.parametrize("before", ["", "\x1b]"], ids=repr)
@pytest.mark.parametrize(
    "unit",
    [
        "\x90",
        "\x98",
        "\x9b",
        "\x9d",
        "\x1b",
        "\x1b]",
        "\x1bP",
        "\x1b[",
        "\x1b[0;1",
        "\x1b]\x90\x1bP",
        "0",
        " ",
        "x\r",
        "\x1b[1mx",
    ],
    ids=repr,
)
@pytest.mark.parametrize("after", ["", "\x1bx"], ids=repr)
def test_a_line_of_eight_times_the_length_takes_eight_times_as_long(before: str, unit: str, after: str) -> None:
    """Where it goes by the square that is 64 times."""
    times = 500
    small, large = (_cost(before + unit * many + after) for many in (times, 8 * times))
    assert large < 28 * small


def test_a_line_that_changes_its_colour_without_end_has_so_many_spans() -> None:
    """Each takes some hundred bytes, and 2,000 lines may be asked for."""
    spans = Painter().spans("\x1b[31mx\x1b[32my" * 1000)
    assert len(spans) <= 401
    assert "".join(text for text, _ in spans) == "xy" * 1000
