"""What one change of a text has in common with another, line by line, as git merges.

A line counts together with the `[section]` that it stands in: `on = ["pre-commit"]` in another job is another line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_SAYS_NOTHING = re.compile(rb"[\s\[\](){},'\"]*")  # brackets and quotes: any two texts have them


class Line(NamedTuple):
    section: bytes
    text: bytes


class Change(NamedTuple):
    """What a text has that was not there before, and the other way round."""

    added: frozenset[Line]
    removed: frozenset[Line]


def lines_of(text: bytes) -> frozenset[Line]:
    section, found = b"", []
    for raw in text.split(b"\n"):
        line = raw.strip()
        if _SAYS_NOTHING.fullmatch(line):
            continue
        if line.startswith(b"["):
            section = line
        found.append(Line(section, line))
    return frozenset(found)


def all_lines(texts: Iterable[bytes]) -> frozenset[Line]:
    return frozenset[Line]().union(*map(lines_of, texts))


def has_in_common(mine: Change, theirs: Change, known: frozenset[Line]) -> bool:
    """Whether some of their change is in mine too; `known`: lines that say nothing, as they have been approved."""
    return _both_added(mine.added - known, theirs.added - known, known) or _both_removed(mine, theirs)


def _both_added(mine: frozenset[Line], theirs: frozenset[Line], known: frozenset[Line]) -> bool:
    """The same line in the same section; or in any, if it is a line that stands nowhere else."""
    if _tight(mine) & _tight(theirs):
        return True
    elsewhere = {line.text for line in known}
    return bool(_tight_texts(mine, elsewhere) & _tight_texts(theirs, elsewhere))


def _both_removed(mine: Change, theirs: Change) -> bool:
    """Where both have put something else in its place, each has made a change of its own."""
    return bool(mine.removed & _only_removed(theirs) or _only_removed(mine) & theirs.removed)


def _only_removed(change: Change) -> frozenset[Line]:
    changed = {line.section for line in change.added}
    return frozenset(line for line in change.removed if line.section not in changed)


def _tight(lines: Iterable[Line]) -> set[Line]:
    """Without white space, which a formatter may have changed."""
    return {Line(_squeezed(line.section), _squeezed(line.text)) for line in lines}


def _tight_texts(lines: Iterable[Line], but: set[bytes]) -> set[bytes]:
    return {_squeezed(line.text) for line in lines if line.text not in but}


def _squeezed(text: bytes) -> bytes:
    return b"".join(text.split())
