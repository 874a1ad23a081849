"""A plain folder outside git as a snapshot: the same digests as if it were a commit's tree."""

from __future__ import annotations

import os

from gofigure.digest.tree import build
from gofigure.events import Observer, Progress
from gofigure.git.exclude import is_own
from gofigure.model import Snapshot
from gofigure.snapshot.files import digest_files, word_of
from gofigure.snapshot.select import show
from gofigure.store.contents import Contents

# Never content: git's own folder, and at the root what gofigure writes.
_STATE = b".gofigure.d"
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
    notes += [f"{show(path)}: {why}" for path, why in sorted(unprovable.items())]
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
                    if entry.name == b".git" or path == _STATE or is_own(path):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path)
                    elif entry.is_file(follow_symlinks=False) or entry.is_symlink():
                        paths.append(path)
                    else:
                        notes.append(f"{show(path)}: skipped, {word_of(entry.stat(follow_symlinks=False).st_mode)}")
        except OSError as error:
            if not folder:
                raise
            unprovable[folder + b"/"] = f"cannot be read: {error.strerror}"
    return paths
