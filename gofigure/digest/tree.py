"""Folders as Merkle trees: a folder's digest is blake3 over the sorted (name, kind, digest) of what it holds.

A *record* is the encoding of one folder: for each entry, in byte order of the names, `name NUL kind digest`
(kind one byte, digest 32), which is unambiguous because a name holds no NUL. A record is stored under its own
digest, so any two trees can be compared by walking only the folders in which they differ. Empty folders are
left out, as git leaves them out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from blake3 import blake3

from gofigure.digest.content import SIZE
from gofigure.digest.frame import digest_value

FILE, EXECUTABLE, LINK, MODULE, FOLDER = b"f", b"x", b"l", b"m", b"d"
KIND_OF_GIT_MODE: Mapping[bytes, bytes] = {
    b"100644": FILE,
    b"100664": FILE,  # written by git before 2005, still in old repositories
    b"100755": EXECUTABLE,
    b"120000": LINK,
    b"160000": MODULE,
}

KIND_WORDS: Mapping[bytes, str] = {
    FILE: "file",
    EXECUTABLE: "executable",
    LINK: "link",
    MODULE: "submodule",
    FOLDER: "folder",
}

_CONTEXT = "gofigure 2026-11 tree"
_AFTER_NAME = 2 + SIZE


class Entry(NamedTuple):
    kind: bytes
    digest: bytes


def module_entry(commit: str) -> Entry:
    """A submodule is what its commit id says, never what its files are (gitmodules)."""
    return Entry(MODULE, digest_value("gofigure 2026-11 submodule", commit))


Loader: TypeAlias = Callable[[bytes], bytes]  # tree digest -> record
Changes: TypeAlias = Mapping[bytes, Entry | None]  # path -> what is there now; None: nothing


def record_digest(record: bytes) -> bytes:
    return blake3(record, derive_key_context=_CONTEXT).digest()


def decode(record: bytes) -> Iterator[tuple[bytes, Entry]]:
    """The (name, entry) pairs of one folder, in byte order of the names."""
    at, end = 0, len(record)
    while at < end:
        nul = record.index(b"\0", at)
        after = nul + _AFTER_NAME
        yield record[at:nul], Entry(record[nul + 1 : nul + 2], record[nul + 2 : after])
        at = after


def encode(entries: Mapping[bytes, Entry]) -> bytes:
    return b"".join(sorted(b"%s\0%s%s" % (name, kind, digest) for name, (kind, digest) in entries.items()))


EMPTY = record_digest(b"")


def build(files: Iterable[tuple[bytes, bytes, bytes]]) -> tuple[bytes, dict[bytes, bytes]]:
    """Digest a whole tree given as (path, kind, digest) triples in any order.

    Returns the root's digest and every folder's record by its digest.
    """
    folders: dict[bytes, list[bytes]] = {b"": []}
    for path, kind, digest in files:
        folder, _, name = path.rpartition(b"/")
        framed = b"%s\0%s%s" % (name, kind, digest)
        try:
            folders[folder].append(framed)
        except KeyError:
            folders[folder] = [framed]
            while folder:  # a folder that holds only folders is still a folder
                folder = folder.rpartition(b"/")[0]
                folders.setdefault(folder, [])
    records: dict[bytes, bytes] = {}
    root = EMPTY
    for folder in sorted(folders, key=len, reverse=True):  # a parent's path is shorter than its child's
        framed_entries = folders[folder]
        framed_entries.sort()
        record = b"".join(framed_entries)
        root = record_digest(record)
        records[root] = record
        if folder:
            parent, _, name = folder.rpartition(b"/")
            folders[parent].append(b"%s\0%s%s" % (name, FOLDER, root))
    return root, records


def graft(root: bytes, changes: Changes, load: Loader) -> tuple[bytes, dict[bytes, bytes]]:  # noqa: C901 - down, then up
    """The tree `root` with `changes` laid over it; touches only the folders on the way to a change.

    A file replaces whatever stood at its path, and a file on the way to one gives way to a folder; "nothing"
    takes a file away, never a folder. Returns the new root and the records of the folders that were touched.
    """
    below: dict[bytes, dict[bytes, Entry | None]] = {b"": {}}
    for path, entry in changes.items():
        folder, _, name = path.rpartition(b"/")
        while folder not in below:
            below[folder] = {}
            folder = folder.rpartition(b"/")[0]
        below[path.rpartition(b"/")[0]][name] = entry
    touched = sorted(below, key=len)  # a parent's path is shorter than its child's
    held: dict[bytes, dict[bytes, Entry]] = {}
    for folder in touched:
        parent, _, name = folder.rpartition(b"/")
        old = held[parent].get(name) if folder else Entry(FOLDER, root)
        entries = _read(old.digest, load) if old is not None and old.kind == FOLDER else {}
        for name, entry in below[folder].items():
            if entry is not None:
                entries[name] = entry
            elif name in entries and entries[name].kind != FOLDER:
                del entries[name]
        held[folder] = entries
    records: dict[bytes, bytes] = {}
    for folder in reversed(touched):
        parent, _, name = folder.rpartition(b"/")
        record = encode(held[folder])
        digest = record_digest(record)
        if record or not folder:
            records[digest] = record
        if not folder:
            break
        if record:
            held[parent][name] = Entry(FOLDER, digest)
        elif name in held[parent] and held[parent][name].kind == FOLDER:
            del held[parent][name]
    return digest, records


def _read(digest: bytes, load: Loader) -> dict[bytes, Entry]:
    return dict(decode(load(digest))) if digest != EMPTY else {}


def walk(digest: bytes, load: Loader, prefix: bytes = b"") -> Iterator[tuple[bytes, Entry]]:
    """Every file below a folder with its path; folders themselves are not listed."""
    # Not by recursion: a path may be deeper than Python's stack.
    waiting = [(prefix, iter(_read(digest, load).items()))]
    while waiting:
        folder, entries = waiting[-1]
        for name, entry in entries:
            if entry.kind == FOLDER:
                waiting.append((folder + name + b"/", iter(_read(entry.digest, load).items())))
                break
            yield folder + name, entry
        else:
            waiting.pop()


def names_in(folder: bytes, load: Loader) -> Iterable[bytes]:
    """What stands in a folder, without what is below its folders."""
    return _read(folder, load)


@lru_cache(maxsize=64)
def _held(record: bytes) -> Mapping[bytes, Entry]:
    """What a folder holds: many paths lead through the same few."""
    return dict(decode(record))


def look_up(root: bytes, path: bytes, load: Loader) -> Entry | None:
    """What stands at `path` (b"": the root itself)."""
    entry = Entry(FOLDER, root)
    for name in path.split(b"/") if path else ():
        if entry.kind != FOLDER:
            return None
        found = _held(load(entry.digest)).get(name) if entry.digest != EMPTY else None
        if found is None:
            return None
        entry = found
    return entry


def differences(old: bytes, new: bytes, load: Loader) -> Iterator[tuple[bytes, Entry | None, Entry | None]]:
    """Every file that differs between two trees, as (path, old entry, new entry), in byte order of the names."""
    waiting = [_unlike(b"", old, new, load)]
    while waiting:
        for path, was, now in waiting[-1]:
            old_folder = was.digest if was is not None and was.kind == FOLDER else EMPTY
            new_folder = now.digest if now is not None and now.kind == FOLDER else EMPTY
            was_file = was if was is not None and was.kind != FOLDER else None
            now_file = now if now is not None and now.kind != FOLDER else None
            if was_file is not None or now_file is not None:
                yield path, was_file, now_file
            if old_folder != new_folder:
                waiting.append(_unlike(path + b"/", old_folder, new_folder, load))
                break
        else:
            waiting.pop()


def _unlike(prefix: bytes, old: bytes, new: bytes, load: Loader) -> Iterator[tuple[bytes, Entry | None, Entry | None]]:
    """The entries, folders included, in which two folders differ."""
    if old == new:
        return
    before, after = _read(old, load), _read(new, load)
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was != now:
            yield prefix + name, was, now
