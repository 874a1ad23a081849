"""Words in a log, in any case, as people see it: matched in the text without what a terminal would obey."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gofigure.web.logs.ansi import plain

# The commonest by far, and nothing of a line goes with it that is not its own. Whatever else is odd in a line is
# left to `plain`, which is slow.
_CODES = re.compile(r"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]")
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# The same in bytes: deleting is the quickest way to see that there is none.
_CONTROLS = bytes((*range(9), *range(11, 13), *range(14, 32), 127))
_ODD_BYTES = re.compile(rb"\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]")
_BLOCK = 1024 * 1024
_OVERLAP = 4096  # bytes of a line that is taken in pieces


class Find(NamedTuple):
    """The first in a line."""

    line: int  # from 0
    text: str  # many lines
    begin: int  # of the line, in the text
    match: re.Match[str]


def pattern_of(words: str) -> re.Pattern[str]:
    """Each letter in both cases, said letter by letter: by IGNORECASE, re takes ten times as long."""
    return re.compile("".join(_cases(letter) for letter in words))


def _cases(letter: str) -> str:
    both = {one for one in (letter, letter.lower(), letter.upper(), letter.title()) if len(one) == 1}
    both |= {one.lower() for one in both if len(one.lower()) == 1}
    return "[" + "".join(re.escape(one) for one in sorted(both)) + "]" if len(both) > 1 else re.escape(letter)


def text_of(data: bytes) -> str:
    """Many lines as they are seen, each at its place: what `plain` says of every one of them, all at once."""
    text = data.decode("utf-8", "backslashreplace")
    if len(data.translate(None, _CONTROLS)) == len(data) and (data.isascii() or not _ODD_BYTES.search(data)):
        return text.replace("\r", "")
    quick = _CODES.sub("", text) if "\x1b" in text else text
    quick = quick.replace("\r", "")
    if not _ODD.search(quick):
        return quick
    lines = quick.split("\n")
    for at, raw in enumerate(text.split("\n")):
        if _ODD.search(lines[at]):
            lines[at] = plain(raw)
    return "\n".join(lines)


def finds(fd: int, size: int, pattern: re.Pattern[str], go_on: Callable[[], None]) -> Iterator[Find]:
    """In so much of an open log. The pattern matches within a line only; `go_on` may raise. Raises OSError."""
    last = -1
    for number, data in _blocks(fd, size):
        for find in _in_text(text_of(data), number, pattern):
            if find.line > last:
                yield find
            last = find.line
        go_on()


def _blocks(fd: int, size: int) -> Iterator[tuple[int, bytes]]:
    """Whole lines, with the number of the first; a very long line in pieces."""
    number, at, held = 0, 0, b""
    while at < size and (data := os.pread(fd, min(_BLOCK, size - at), at)):
        at += len(data)
        data = held + data
        end = data.rfind(b"\n") + 1
        if not end and len(data) < 2 * _BLOCK:
            held = data
            continue
        block, held = (data[:end], data[end:]) if end else (data, data[-min(_OVERLAP, _BLOCK) :])
        yield number, block
        number += block.count(b"\n")
    if held:
        yield number, held


def _in_text(text: str, line: int, pattern: re.Pattern[str]) -> Iterator[Find]:
    counted, at = 0, 0
    while match := pattern.search(text, at):
        begin = text.rfind("\n", 0, match.start()) + 1
        line += text.count("\n", counted, begin)
        counted = begin
        yield Find(line, text, begin, match)
        at = text.find("\n", match.end()) + 1
        if not at:
            return
