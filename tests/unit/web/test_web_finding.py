"""Words in a log as people see it: what is quick says the same as what is careful."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from gofigure.web.logs import finding
from gofigure.web.logs.ansi import plain
from gofigure.web.logs.finding import finds, pattern_of, text_of

_BYTES = (
    b"a",
    b"FAIL",
    b"\n",
    b"\r",
    b"\t",
    b"\x1b",
    b"\x1b[31m",
    b"\x1b[K",
    b"\x1b]0;",
    b"\x07",
    b"\x1b\\",
    b"[",
    b"m",
)
_LETTERS = ("Ошибка", "\x9b31m", "\x90", "\x9c", "\u202e", "\u2066", "\x0b", "\x1b(B", "\x00", "\x7f", "0")
_PARTS = (*_BYTES, b"\xff", b"\xd0", b"\x9e", *(one.encode() for one in _LETTERS))


@pytest.mark.parametrize("seed", range(200))
def test_all_at_once_is_line_by_line(seed: int) -> None:
    chance = random.Random(seed)
    data = b"".join(chance.choice(_PARTS) for _ in range(chance.randrange(60)))
    lines = data.decode("utf-8", "backslashreplace").split("\n")
    assert text_of(data) == "\n".join(plain(line) for line in lines)


@pytest.mark.parametrize(
    ("words", "line"),
    [("файл", "ФаЙл"), ("FAILED", "failed"), ("[a]", "[A]"), (".", "."), ("ß", "ß"), ("i", "I"), ("\\d", "\\D")],
)
def test_any_case(words: str, line: str) -> None:
    assert pattern_of(words).fullmatch(line)
    assert not pattern_of(words).search("x")


def test_a_word_where_a_long_line_is_cut_in_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "_BLOCK", 64)
    for before in range(300):
        path = tmp_path / "log"
        path.write_bytes(b"one\n" + b"x" * before + b"needle" + b"x" * 400 + b"\nneedle")
        with path.open("rb") as file:
            found = finds(file.fileno(), path.stat().st_size, pattern_of("NEEDLE"), lambda: None)
            assert [find.line for find in found] == [1, 2]
