"""A plain folder outside git as a snapshot: the same digests as if it were a commit's tree."""

from __future__ import annotations

import os
import stat

from gofigure.digest.tree import build
from gofigure.events import Observer, Progress
from gofigure.model import Snapshot
from gofigure.snapshot.files import digest_files
from gofigure.store.contents import Contents

# Never content: git's own folder, and what gofigure writes.
_LEFT_OUT = (b".git", b".gofigure", b".gofigure-journal", b".gofigure.d", b".gofigure.local.toml")
_CHUNK = 2500


def of_folder(root: str, contents: Contents, observe: Observer) -> Snapshot:
    """Everything below `root`; links are recorded, not followed; special files are skipped with a word."""
    unprovable: dict[bytes, str] = {}
    notes: list[str] = []
    paths = _list(os.fsencode(root), unprovable, notes)
    files = []
    for at in range(0, len(paths), _CHUNK):
        found = digest_files(os.fsencode(root), paths[at : at + _CHUNK], contents)
        unprovable.update(found.unprovable)
        files += [(path, *entry) for path, entry in found.entries.items() if entry is not None]
        observe(Progress("digesting", len(files), len(paths)))
    tree, records = build(files)
    contents.save_trees(records)
    notes += [f"{os.fsdecode(path)}: {why}" for path, why in sorted(unprovable.items())]
    return Snapshot("folder", tree, unprovable=unprovable, notes=tuple(notes))


def _list(root: bytes, unprovable: dict[bytes, str], notes: list[str]) -> list[bytes]:
    """Relative paths of all files and links, depth first, without recursion: depth is the user's to choose."""
    paths: list[bytes] = []
    waiting = [b""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as entries:
                for entry in entries:
                    path = os.path.join(folder, entry.name)
                    if entry.name in _LEFT_OUT or entry.name.startswith(b".gofigure.set-aside-"):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path)
                    elif entry.is_file(follow_symlinks=False) or entry.is_symlink():
                        paths.append(path)
                    else:
                        notes.append(f"{os.fsdecode(path)}: skipped, {_word(entry)}")
        except OSError as error:
            if not folder:
                raise
            unprovable[folder] = f"cannot be read: {error.strerror}"
    return paths


def _word(entry: os.DirEntry[bytes]) -> str:
    mode = entry.stat(follow_symlinks=False).st_mode
    if stat.S_ISFIFO(mode):
        return "a FIFO"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"
