"""One folder of a tree, and who reads what of it: never the whole tree at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from gofigure.digest.tree import EMPTY, FOLDER, Entry, decode, differences, walk
from gofigure.runner.readers import NEVER_HANDED
from gofigure.snapshot.select import Selector, as_bytes, covers, taker
from gofigure.web.looks import Reads

Loader = Callable[[bytes], bytes]
_ENOUGH = 6_000  # names matched to find out what is read below the folders of one listing


class Reader(NamedTuple):
    """A stage that reads something."""

    stage: str
    jobs: tuple[str, ...]
    proven: bool
    passed_over: bool = False  # by a per-file stage: what is no file is not handed over
    sure: bool = True  # False: it may read something below the folder; nobody has looked at all of it


class Row(NamedTuple):
    name: bytes
    entry: Entry
    readers: tuple[Reader, ...]


class Change(NamedTuple):
    path: bytes
    how: str  # "added", "changed", "removed"
    is_read: bool  # by the job in question


class _Stage(NamedTuple):
    name: str
    jobs: tuple[str, ...]
    proven: bool
    unproven: frozenset[bytes] | None
    takes: Callable[[bytes], bool]
    hands_over: Callable[[bytes], bool]  # of a per-file stage, if it is a file
    may_take: Callable[[bytes], bool]  # something in a folder


class Readers:
    """Says who reads a path."""

    def __init__(self, reads: Sequence[Reads]) -> None:
        self._stages = list(_stages(reads))
        self._left = _ENOUGH

    def of_file(self, path: bytes, kind: bytes) -> tuple[Reader, ...]:
        return tuple(_reader(one, path, kind) for one in self._stages if one.takes(path))

    def of_folder(self, path: bytes, entry: Entry, load: Loader) -> tuple[Reader, ...]:
        """`path` ends in no slash. Looks at files below it until each stage is settled, or it is enough."""
        found: dict[str, bool] = {}
        open_ones = [one for one in self._stages if one.may_take(path + b"/")]
        for file, _ in walk(entry.digest, load, path + b"/"):
            waiting = [one for one in open_ones if one.name not in found]
            if not waiting or self._left <= 0:
                break
            self._left -= len(waiting)
            found |= {one.name: True for one in waiting if one.takes(file)}
        else:
            open_ones = [one for one in open_ones if one.name in found]
        return tuple(Reader(one.name, one.jobs, one.proven, sure=one.name in found) for one in open_ones)


def folder(digest: bytes, load: Loader) -> list[tuple[bytes, Entry]]:
    """What a folder holds, its folders first, in byte order of the names."""
    entries = list(decode(load(digest))) if digest != EMPTY else []
    return [one for one in entries if one[1].kind == FOLDER] + [one for one in entries if one[1].kind != FOLDER]


def rows(entries: Sequence[tuple[bytes, Entry]], path: bytes, reads: Sequence[Reads], load: Loader) -> list[Row]:
    """Some of the entries of the folder at `path`, each with who reads it."""
    readers, prefix = Readers(reads), path + b"/" if path else b""
    return [
        Row(
            name,
            entry,
            readers.of_folder(prefix + name, entry, load)
            if entry.kind == FOLDER
            else readers.of_file(prefix + name, entry.kind),
        )
        for name, entry in entries
    ]


def changes(old: bytes, new: bytes, reads: Sequence[Reads], load: Loader) -> Iterator[Change]:
    """What differs between two trees, in byte order of the names; `reads`: the job's."""
    takes = [taker(selector) for one in reads for selector in one.selectors]
    for path, was, now in differences(old, new, load):
        how = "added" if was is None else "removed" if now is None else "changed"
        yield Change(path, how, any(one(path) for one in takes))


def _reader(stage: _Stage, path: bytes, kind: bytes) -> Reader:
    if stage.unproven is None or not stage.hands_over(path):
        return Reader(stage.name, stage.jobs, stage.proven)
    passed_over = kind in NEVER_HANDED
    return Reader(stage.name, stage.jobs, path not in stage.unproven and not passed_over, passed_over)


def _stages(reads: Sequence[Reads]) -> Iterator[_Stage]:
    """Each stage once, though it may be part of several jobs."""
    by_name: dict[str, list[Reads]] = {}
    for one in reads:
        by_name.setdefault(one.stage, []).append(one)
    for name, all_of_it in by_name.items():
        first = all_of_it[0]
        takers = [taker(selector) for selector in first.selectors]
        # A location may name something that is no folder.
        above = {as_bytes(location) for selector in first.selectors for location in selector.locations}
        yield _Stage(
            name,
            tuple(one.job for one in all_of_it),
            all(one.proven for one in all_of_it),
            first.unproven,
            partial(_takes, takers, above),
            partial(_takes, takers[:1], ()),
            partial(_may_take, first.selectors),
        )


def _takes(takers: Sequence[Callable[[bytes], bool]], above: Collection[bytes], path: bytes) -> bool:
    return any(one(path) for one in takers) or any(place.startswith(path + b"/") for place in above)


def _may_take(selectors: Sequence[Selector], folder: bytes) -> bool:
    return any(covers(selector, folder) for selector in selectors)
