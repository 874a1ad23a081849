from __future__ import annotations

import pytest

from gofigure.cli.harmless import RESET, Harmless


def _through(data: bytes, step: int = 1 << 20, *, colours: bool = True) -> str:
    cleaner = Harmless(colours=colours)
    told = "".join(cleaner.feed(data[at : at + step]) for at in range(0, len(data), step))
    return told + cleaner.end()


CASES = [
    (b"plain\ttext\n", "plain\ttext\n"),
    ("ümläut → 漢\n".encode(), "ümläut → 漢\n"),
    (b"\x1b[1;31mred\x1b[0m\n", "\x1b[1;31mred\x1b[0m\n" + RESET),
    (b"\x1b[38:5:1mred\n", "\x1b[38:5:1mred\n" + RESET),
    (b"a\x1b]0;title\x07b\n", "ab\n"),
    (b"a\x1b]52;c;c3RvbGVu\x1b\\b\n", "ab\n"),  # the clipboard
    (b"a\x1b[2J\x1b[H\x1b[6n\x1b[?1049hb\n", "ab\n"),
    (b"a\x1bcb\x08\x07\n", "ab\n"),
    (b"a\xc2\x9b31mb\n", "a31mb\n"),  # the one-byte introducer
    (b"10 %\r20 %\r\n", "10 %\n20 %\n"),
    ("a\u202eb\n".encode(), "ab\n"),
    (b"\xff\xfe\n", "\\xff\\xfe\n"),
    (b"end in the middle \x1b[3", "end in the middle 3"),
]


@pytest.mark.parametrize("step", [1, 2, 3, 1 << 20])
@pytest.mark.parametrize(("data", "text"), CASES)
def test_colours_stay_and_the_rest_goes_however_it_is_split(data: bytes, text: str, step: int) -> None:
    assert _through(data, step) == text


def test_no_colours_where_none_are_wanted() -> None:
    assert _through(b"\x1b[31mred\x1b[0m\n", colours=False) == "red\n"


@pytest.mark.parametrize("step", [1, 7, 1 << 20])
def test_nothing_that_a_terminal_obeys_comes_through(step: int) -> None:
    data = bytes(range(256)) * 8 + b"".join(b"\x1b" + bytes([byte]) for byte in range(256)) + b"\x1b[" * 400
    told = _through(data, step).removesuffix(RESET)
    assert "\x1b" not in told.replace("\x1b[m", "")
    assert not [char for char in told if (char < " " and char not in "\t\n") or "\x7f" <= char <= "\x9f"]
