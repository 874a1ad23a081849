"""Folders as Merkle trees: a folder's digest is blake3 over the sorted (name, kind, digest) of what it holds.

A *record* is the encoding of one folder: for each entry, in byte order of the names, `name NUL kind digest`
(kind one byte, digest 32), which is unambiguous because a name holds no NUL. A record is stored under its own
digest, so any two trees can be compared by walking only the folders in which they differ. Empty folders are
left out, as git leaves them out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from blake3 import blake3

from gofigure.digest.content import SIZE

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


def graft(root: bytes, changes: Changes, load: Loader) -> tuple[bytes, dict[bytes, bytes]]:
    """The tree `root` with `changes` laid over it; touches only the folders on the way to a change.

    A change replaces whatever stood at its path, and a file on the way to one gives way to a folder. Returns
    the new root and the records of the folders that are new.
    """
    records: dict[bytes, bytes] = {}

    def rebuild(digest: bytes | None, below: dict[bytes, Entry | None]) -> bytes | None:
        entries = dict(decode(load(digest))) if digest is not None else {}
        deeper: dict[bytes, dict[bytes, Entry | None]] = {}
        # Removals first: `a` removed and `a/b` added, in either order, is `a` turned into a folder.
        for path, entry in sorted(below.items(), key=lambda item: item[1] is not None):
            name, slash, rest = path.partition(b"/")
            if slash:
                deeper.setdefault(name, {})[rest] = entry
            elif entry is None:
                entries.pop(name, None)
            else:
                entries[name] = entry
        for name, inner in deeper.items():
            old = entries.get(name)
            is_folder = old is not None and old.kind == FOLDER
            if not is_folder and all(entry is None for entry in inner.values()):
                continue  # nothing was there to remove
            new = rebuild(old.digest if old is not None and is_folder else None, inner)
            if new is None:
                entries.pop(name, None)
            else:
                entries[name] = Entry(FOLDER, new)
        if not entries:
            return None
        record = encode(entries)
        new_digest = record_digest(record)
        records[new_digest] = record
        return new_digest

    new_root = rebuild(root, dict(changes))
    if new_root is None:
        records[EMPTY] = b""
        new_root = EMPTY
    return new_root, records


def walk(digest: bytes, load: Loader, prefix: bytes = b"") -> Iterator[tuple[bytes, Entry]]:
    """Every file below a folder with its path; folders themselves are not listed."""
    for name, entry in decode(load(digest)):
        path = prefix + name
        if entry.kind == FOLDER:
            yield from walk(entry.digest, load, path + b"/")
        else:
            yield path, entry


def look_up(root: bytes, path: bytes, load: Loader) -> Entry | None:
    """What stands at `path` (b"": the root itself)."""
    entry = Entry(FOLDER, root)
    for name in path.split(b"/") if path else ():
        if entry.kind != FOLDER:
            return None
        found = dict(decode(load(entry.digest))).get(name)
        if found is None:
            return None
        entry = found
    return entry


def differences(
    old: bytes, new: bytes, load: Loader, prefix: bytes = b""
) -> Iterator[tuple[bytes, Entry | None, Entry | None]]:
    """Every file that differs between two trees, as (path, old entry, new entry), in byte order of the names."""
    if old == new:
        return
    before, after = dict(decode(load(old))), dict(decode(load(new)))
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        path = prefix + name
        old_folder = was.digest if was is not None and was.kind == FOLDER else EMPTY
        new_folder = now.digest if now is not None and now.kind == FOLDER else EMPTY
        was_file = was if was is not None and was.kind != FOLDER else None
        now_file = now if now is not None and now.kind != FOLDER else None
        if was_file is not None or now_file is not None:
            yield path, was_file, now_file
        if old_folder != new_folder:
            yield from differences(old_folder, new_folder, load, path + b"/")
