"""Whether the outputs of a stage stand as they were kept, and what is to be put back if not.

What stands in the place of one of them is written over only where it was made by a run, as its digest tells: it is
that of something kept, or of what the last run has left there. Anything else is somebody's own.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from gofigure.artifacts import blobs, manifest, record
from gofigure.artifacts.manifest import NOTHING, Item
from gofigure.artifacts.record import Record, Stood
from gofigure.digest.content import NotAFileError, digest_path
from gofigure.digest.stamp import Stamp, is_settled, kind_of, stamp_of
from gofigure.digest.tree import FOLDER, LINK
from gofigure.snapshot.select import show


class Lacking(NamedTuple):
    """One thing that is to be put back."""

    item: Item
    instead: Stamp | None  # of what stands there; None: nothing does


class Standing(NamedTuple):
    """How the outputs of a stage stand in a workspace."""

    lacking: tuple[Lacking, ...] = ()
    spoilt: bytes = b""  # a path that keeps them from being put back
    why: str = ""  # about that path; without a path about all of them
    extra: tuple[bytes, ...] = ()  # what was made of other content, and is still there
    stood: Mapping[bytes, Stood] = {}  # where something is lacking: what is not

    @property
    def words(self) -> str:
        """Why they cannot be put back; "" if they can."""
        return f"{show(self.spoilt)} {self.why}" if self.spoilt else self.why


class Place(NamedTuple):
    """A workspace, and one stage's outputs in it."""

    folder: str  # of all artifacts
    root: str
    stage: str
    ours: bool = False  # nothing in it is anybody's own

    @property
    def record(self) -> str:
        return record.place_of(self.folder, self.root, self.stage)

    def path(self, path: bytes) -> bytes:
        return os.path.join(os.fsencode(self.root), path)


def standing(
    place: Place,
    artifact: bytes,
    leaves_out: Callable[[Sequence[bytes]], Mapping[bytes, str]],
    *,
    exact: bool = False,
) -> Standing:
    """`leaves_out`: those of the paths that are not to be put back, and why; without a word where that is all right.

    `exact`: what later stages have changed in them is to be put back too. Raises OSError.
    """
    seen_ns = time.time_ns()
    known = record.read(place.record)
    is_same = known is not None and known.artifact == artifact
    if known is not None and is_same and exact:
        is_same = _is_as_made(known, artifact)
    if known is not None and is_same and _is_as_it_was(place, known):
        _use(place, artifact, seen_ns)
        return Standing()
    items = manifest.read(place.folder, artifact)
    if items is None and not is_same:
        return Standing(why="nothing of them is kept")
    is_forgotten = items is None
    if items is None and known is not None:
        items = _items(known)
    looked = [_looked_at(place, item, artifact, known, exact=exact) for item in items or ()]
    looked = _without_ways_out(place, looked)
    left_out = leaves_out([one.item.path for one in looked if one.stood is None and not one.why])
    wrong = [one for one in looked if one.stood is None and left_out.get(one.item.path, "no") != ""]
    extra = _extra(place, known, items or ()) if known is not None and known.artifact != artifact else ()
    if wrong and is_forgotten:
        return Standing(why="nothing of them is kept")
    for one in wrong:
        why = one.why or left_out.get(one.item.path, "")
        if why or not blobs_hold(place.folder, one.item):
            return Standing(spoilt=one.item.path, why=why or "is gone, and what was kept of it too", extra=extra)
    _use(place, artifact, seen_ns)
    stood = {one.item.path: one.stood for one in looked if one.stood is not None}
    if not wrong:
        record.write(place.folder, place.record, Record(artifact, seen_ns, stood))
        return Standing(extra=extra)
    return Standing(tuple(Lacking(one.item, one.instead) for one in wrong), extra=extra, stood=stood)


def note(place: Place, artifact: bytes, found: Standing, seen_ns: int) -> None:
    """How they stand when all that was lacking has been put back. `seen_ns`: from before that."""
    stood = dict(found.stood)
    for item, _ in found.lacking:
        stood[item.path] = Stood(item.kind, item.digest, stamp_of(os.lstat(place.path(item.path))))
    record.write(place.folder, place.record, Record(artifact, seen_ns, stood))


def blobs_hold(folder: str, item: Item) -> bool:
    return item.kind == FOLDER or blobs.has(folder, item.digest)


def whole(folder: str, artifact: bytes) -> str:
    """Why an artifact cannot be put back; "" if all of it is there."""
    items = manifest.read(folder, artifact)
    if items is None:
        return "nothing of them is kept"
    gone = next((item.path for item in items if not blobs_hold(folder, item)), None)
    return "" if gone is None else f"what was kept of {show(gone)} is gone"


class _Looked(NamedTuple):
    item: Item
    stood: Stood | None = None  # None: it is not what it should be
    instead: Stamp | None = None
    why: str = ""  # what stands there is not to be written over


def _looked_at(place: Place, item: Item, artifact: bytes, known: Record | None, *, exact: bool) -> _Looked:
    try:
        info = os.lstat(place.path(item.path))
    except (FileNotFoundError, NotADirectoryError):
        return _Looked(item)
    stamp, kind = stamp_of(info), FOLDER if stat.S_ISDIR(info.st_mode) else kind_of(info.st_mode)
    if kind == item.kind == FOLDER:
        return _Looked(item, Stood(FOLDER, NOTHING, stamp))
    if kind is None or FOLDER in (kind, item.kind):
        what = "a folder" if kind == FOLDER else "something else"
        return _Looked(item, why=f"is {what} now")
    before = known.stood.get(item.path) if known is not None else None
    by_stamp = known.knows(item.path, stamp) if known is not None else None
    digest = by_stamp.digest if by_stamp else digest_path(place.path(item.path), link=kind == LINK).digest
    is_left = before is not None and (before.kind, before.digest) == (kind, digest)  # as the last run has left it
    may_be_left = not exact and is_left and known is not None and known.artifact == artifact
    if (kind, digest) == (item.kind, item.digest) or may_be_left:
        return _Looked(item, Stood(kind, digest, stamp))
    if is_left or digest == item.digest or place.ours or blobs.has(place.folder, digest):
        return _Looked(item, instead=stamp)
    return _Looked(item, why="was changed, and not by a run")


def _without_ways_out(place: Place, looked: list[_Looked]) -> list[_Looked]:
    """What is lacking, and cannot be put back as something else than a folder is on the way."""
    ways: dict[bytes, str] = {b"": ""}

    def way(folder: bytes) -> str:
        if folder not in ways:
            why = way(folder.rpartition(b"/")[0])
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                if not why and not stat.S_ISDIR(os.lstat(place.path(folder)).st_mode):
                    why = f"has {show(folder)} in its way, which is no folder"
            ways[folder] = why
        return ways[folder]

    return [
        one if one.stood is not None else one._replace(why=way(one.item.path.rpartition(b"/")[0]) or one.why)
        for one in looked
    ]


def _is_as_it_was(place: Place, known: Record) -> bool:
    root = os.fsencode(place.root) + b"/"
    try:
        for path, (kind, _, stamp) in known.stood.items():
            info = os.lstat(root + path)
            if kind == FOLDER:
                if not stat.S_ISDIR(info.st_mode):
                    return False
            elif stamp_of(info) != stamp or not is_settled(stamp, known.seen_ns):
                return False
    except OSError:
        return False
    return True


def _extra(place: Place, known: Record, items: Iterable[Item]) -> tuple[bytes, ...]:
    now = {item.path for item in items}
    return tuple(path for path in known.stood if path not in now and os.path.lexists(place.path(path)))


def _use(place: Place, artifact: bytes, now_ns: int) -> None:
    """Note that it is in use, once a day."""
    try:
        if now_ns - os.stat(manifest.place_of(place.folder, artifact)).st_mtime_ns > 86400 * 1_000_000_000:
            os.utime(manifest.place_of(place.folder, artifact))
    except OSError:  # it has been removed, and what it is about stands
        return


def made_otherwise(place: Place, artifact: bytes, items: Sequence[Item] | None = None) -> list[bytes]:
    """Those of the outputs that are not what was kept of them. What stands beside them is not asked about.

    `items`: what the artifact holds, if that is known. Raises OSError where nobody can say.
    """
    known = record.read(place.record)
    if items is None:
        items = manifest.read(place.folder, artifact)
    if items is None and known is not None and _is_as_made(known, artifact):
        items = _items(known)
    if items is None:
        raise FileNotFoundError(errno.ENOENT, "nothing of them is kept")
    looked = (_looked_at(place, item, artifact, known, exact=True) for item in items)
    return [one.item.path for one in looked if one.stood is None]


def _is_as_made(known: Record, artifact: bytes) -> bool:
    """Whether the last look found what was kept, and not what later stages had made of it."""
    return manifest.name_of(manifest.encoded(_items(known))) == artifact


def _items(known: Record) -> tuple[Item, ...]:
    return tuple(
        Item(path, one.kind, one.digest, 0 if one.kind == FOLDER else one.stamp.size)
        for path, one in known.stood.items()
    )


class Known(NamedTuple):
    """What of a stage's outputs stood as it was known when a run began."""

    seen_ns: int  # of the record
    paths: frozenset[bytes]


def known_now(place: Place) -> Known:
    """What nobody has changed since it was looked at."""
    known = record.read(place.record)
    if known is None:
        return Known(0, frozenset())
    return Known(known.seen_ns, frozenset(path for path in known.stood if _is_known(place, path, known)))


def _is_known(place: Place, path: bytes, known: Record) -> bool:
    one = known.stood[path]
    try:
        info = os.lstat(place.path(path))
        if one.kind == FOLDER:
            return stat.S_ISDIR(info.st_mode)
        stamp, kind = stamp_of(info), kind_of(info.st_mode)
        if kind is None or kind != one.kind:
            return False
        return known.knows(path, stamp) is one or digest_path(place.path(path), link=kind == LINK).digest == one.digest
    except (OSError, NotAFileError):
        return False


def refresh(place: Place, artifact: bytes, before: Known) -> None:
    """Take what stages have changed for what runs have left. `before`: from before the first of them.

    What had been changed by then, or could not be known, stays somebody's own.
    """
    known, seen_ns = record.read(place.record), time.time_ns()
    if known is None or known.artifact != artifact:
        return
    # If it was looked at since, then as it was kept, or as the run has put it back: all of it was known.
    is_known = known.stood if known.seen_ns != before.seen_ns else before.paths
    if any(path not in is_known for path in known.stood):
        seen_ns = known.seen_ns  # of those, no later moment may vouch for their stamps
    stood: dict[bytes, Stood] = {}
    for path, one in known.stood.items():
        try:
            info = os.lstat(place.path(path))
            stamp, kind = stamp_of(info), FOLDER if stat.S_ISDIR(info.st_mode) else kind_of(info.st_mode)
            if kind in (None, FOLDER) or one.stamp == stamp or path not in is_known:
                stood[path] = one
            else:
                digest = digest_path(place.path(path), link=kind == LINK).digest
                stood[path] = Stood(kind, digest, stamp)
        except (OSError, NotAFileError):
            stood[path] = one  # it is put back the next time
    if stood != known.stood:
        record.write(place.folder, place.record, Record(artifact, seen_ns, stood))
