"""In what two texts differ, line by line, in a moment however long they are."""

from __future__ import annotations

import bisect
import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

Lines = Sequence[str]
_AROUND = 2  # lines
# Beyond, comparing may take minutes: lines that are there once each part the texts, and then the parts count.
_MOST = 5000


class _Piece(NamedTuple):
    """From here to there in either text."""

    tag: str  # "equal", "replace", "delete" or "insert"
    start: int
    end: int
    new_start: int
    new_end: int


def difference(old: str, new: str) -> list[tuple[str, str]]:
    """Lines with a sign each: "+", "-", " ", or "@" for where, and for words."""
    before, after = old.split("\n"), new.split("\n")
    told: list[tuple[str, str]] = []
    matcher = difflib.SequenceMatcher(None, "", "")
    matcher.opcodes = list(_joined(_pieces(before, after)))  # type: ignore[attr-defined] # it groups what is there
    for group in matcher.get_grouped_opcodes(_AROUND):
        first, last = _Piece(*group[0]), _Piece(*group[-1])
        told.append(("@", f"@@ -{_range(first.start, last.end)} +{_range(first.new_start, last.new_end)} @@"))
        for piece in map(_Piece._make, group):
            told += _told(piece, before, after)
    return told


def _told(piece: _Piece, before: Lines, after: Lines) -> Iterator[tuple[str, str]]:
    gone, come = before[piece.start : piece.end], after[piece.new_start : piece.new_end]
    if piece.tag == "equal":
        yield from ((" ", line) for line in gone)
        return
    if _is_long(gone, come):
        yield "@", "too long to be compared line by line: all that was there, and all that comes there"
    yield from (("-", line) for line in gone)
    yield from (("+", line) for line in come)


def _range(start: int, end: int) -> str:
    """As `diff -u` has it."""
    if end - start == 1:
        return str(start + 1)
    return f"{start + (end > start)},{end - start}"


def _pieces(before: Lines, after: Lines) -> Iterator[_Piece]:
    if not _is_long(before, after):
        yield from _compared(before, after, 0, 0)
        return
    at, new_at = 0, 0
    for place, new_place in [*_anchors(before, after), (len(before), len(after))]:
        yield from _trimmed(before[at:place], after[new_at:new_place], at, new_at)
        if place < len(before):
            yield _Piece("equal", place, place + 1, new_place, new_place + 1)
        at, new_at = place + 1, new_place + 1


def _is_long(before: Lines, after: Lines) -> bool:
    return len(before) + len(after) > _MOST


def _trimmed(before: Lines, after: Lines, at: int, new_at: int) -> Iterator[_Piece]:
    """Without the head and the tail that are the same."""
    most = min(len(before), len(after))
    head = next((i for i in range(most) if before[i] != after[i]), most)
    tail = next((i for i in range(most - head) if before[-1 - i] != after[-1 - i]), most - head)
    end, new_end = len(before) - tail, len(after) - tail
    yield _Piece("equal", at, at + head, new_at, new_at + head)
    if _is_long(before[head:end], after[head:new_end]):
        yield _Piece("replace", at + head, at + end, new_at + head, new_at + new_end)
    else:
        yield from _compared(before[head:end], after[head:new_end], at + head, new_at + head)
    yield _Piece("equal", at + end, at + len(before), new_at + new_end, new_at + len(after))


def _compared(before: Lines, after: Lines, at: int, new_at: int) -> Iterator[_Piece]:
    for tag, start, end, new_start, new_end in difflib.SequenceMatcher(None, before, after).get_opcodes():
        yield _Piece(tag, at + start, at + end, new_at + new_start, new_at + new_end)


def _joined(pieces: Iterator[_Piece]) -> Iterator[_Piece]:
    """What is the same in one piece, as context is counted from its ends."""
    last: _Piece | None = None
    for piece in pieces:
        if piece.start == piece.end and piece.new_start == piece.new_end:
            continue
        if last is not None and last.tag == piece.tag == "equal":
            last = last._replace(end=piece.end, new_end=piece.new_end)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _anchors(before: Lines, after: Lines) -> list[tuple[int, int]]:
    """Where lines stand that are in either text once: as many as are in the same order."""
    once, once_new = Counter(before), Counter(after)
    places = {line: at for at, line in enumerate(after) if once_new[line] == 1}
    pairs = [(at, places[line]) for at, line in enumerate(before) if once[line] == 1 and line in places]
    ends: list[int] = []  # the smallest new place at which a row of that length can end
    rows: list[int] = []  # and which pair that is
    above: list[int] = []  # for each pair the one before it in its row
    for number, (_, place) in enumerate(pairs):
        length = bisect.bisect_left(ends, place)
        above.append(rows[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        rows[length : length + 1] = [number]
    found: list[tuple[int, int]] = []
    number = rows[-1] if rows else -1
    while number >= 0:
        found.append(pairs[number])
        number = above[number]
    return found[::-1]
