"""Digest single files of a working tree or folder, by the stat cache where that is safe."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from gofigure.digest.content import Content, NotAFileError, digest_path
from gofigure.digest.stamp import Stamp, is_settled, kind_of, stamp_of
from gofigure.digest.tree import LINK, Entry
from gofigure.store.contents import Contents


class Found(NamedTuple):
    """What stands at some paths, relative to the root."""

    entries: Mapping[bytes, Entry | None]  # None: nothing that git could hold
    unprovable: Mapping[bytes, str]  # path -> why its content is not known
    with_cr: Container[bytes]  # those that hold a carriage return


def digest_files(root: bytes, paths: Sequence[bytes], contents: Contents) -> Found:
    """Digest the raw bytes at each path below `root`. Links are never followed, special files never opened."""
    absolute = {path: os.path.join(root, path) for path in paths}
    known = contents.stamps(list(absolute.values()))
    entries: dict[bytes, Entry | None] = {}
    unprovable: dict[bytes, str] = {}
    with_cr: set[bytes] = set()
    fresh: list[tuple[bytes, Stamp, int, Content]] = []
    behind_link = {b"": False}
    for path, place in absolute.items():
        if _is_behind_link(root, path, behind_link):
            entries[path] = None
            continue
        try:
            seen_ns = time.time_ns()
            stamp = stamp_of(os.lstat(place))
            kind = kind_of(stamp.mode)
            if kind is None:
                entries[path] = None
                unprovable.update(_unnamed(path, place, stamp.mode))
                continue
            remembered = known.get(place)
            if remembered is not None and remembered[0] == stamp and is_settled(*remembered[:2]):
                content = remembered[2]
            else:
                content = digest_path(place, link=kind == LINK)
                fresh.append((place, stamp, seen_ns, content))
        except (FileNotFoundError, NotADirectoryError):
            entries[path] = None
            continue
        except (OSError, NotAFileError) as error:
            reason = error.strerror if isinstance(error, OSError) else "changed while it was read"
            unprovable[path] = f"cannot be read: {reason}"
            entries[path] = None
            continue
        entries[path] = Entry(kind, content.digest)
        if content.has_cr:
            with_cr.add(path)
    if fresh:
        contents.save_stamps(_worth_keeping(fresh))
    return Found(entries, unprovable, with_cr)


def _is_behind_link(root: bytes, path: bytes, known: dict[bytes, bool]) -> bool:
    """Whether a folder on the way to `path` is a link now: then nothing at `path` is ours, as git has it, too."""
    folder = path.rpartition(b"/")[0]
    unknown = []
    while folder not in known:
        unknown.append(folder)
        folder = folder.rpartition(b"/")[0]
    answer = known[folder]
    for below in reversed(unknown):
        answer = known[below] = answer or os.path.islink(os.path.join(root, below))
    return answer


def _unnamed(path: bytes, place: bytes, mode: int) -> Mapping[bytes, str]:
    """Why nobody can say what stands at a path: neither a file nor a link."""
    if not stat.S_ISDIR(mode):
        return {path: f"skipped, {word_of(mode)}"}
    if os.path.lexists(os.path.join(place, b".git")):
        return {path + b"/": "a repository of its own, unknown to this one"}
    return {}  # a folder; what is in it has paths of its own


def word_of(mode: int) -> str:
    """What a special file is."""
    if stat.S_ISFIFO(mode):
        return "a FIFO"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def _worth_keeping(
    fresh: Iterable[tuple[bytes, Stamp, int, Content]],
) -> Iterable[tuple[bytes, Stamp, int, Content]]:
    # A racy stamp would never be trusted, so it is not written either.
    return [row for row in fresh if is_settled(row[1], row[2])]
