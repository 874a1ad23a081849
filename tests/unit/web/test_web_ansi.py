"""What of a terminal's language is understood, and that nothing else comes through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gofigure.web.ansi import Painter


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
