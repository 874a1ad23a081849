"""Empty files by which a hook script sees that all of a tree is proven, `ok/HOOK/EPOCH/TREE`; the store is the truth.

No marker may outlive a proof that it stands for. Who takes a proof back renames the folder away, before its
transaction and after it. Who writes a marker has opened the folder before it looked for proofs, and so writes into
the one that is gone by then.
"""

from __future__ import annotations

import contextlib
import os

_FOLDER = "ok"
_GONE = "ok-gone-"


def open_folder(state_dir: str) -> int:
    """A descriptor of the folder as it is now. Raises OSError."""
    place = os.path.join(state_dir, _FOLDER)
    with contextlib.suppress(FileExistsError):
        os.mkdir(place, 0o700)
    return os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


def mark(folder: int, hook: str, epoch: str, tree: str) -> None:
    """Write a marker. Raises OSError, also where the folder has been renamed away and removed."""
    for name in (hook, f"{hook}/{epoch}"):
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=folder)
    name = f"{hook}/{epoch}/{tree}"
    os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder))
    os.utime(name, dir_fd=folder)


def forget(state_dir: str) -> None:
    """Take all markers away, at once."""
    gone = os.path.join(state_dir, f"{_GONE}{os.getpid()}-{os.urandom(4).hex()}")
    with contextlib.suppress(FileNotFoundError):
        os.rename(os.path.join(state_dir, _FOLDER), gone)
        _remove(gone)


def prune(state_dir: str, before_ns: int, most: int, *, dry: bool = False) -> int:
    """Remove those from before `before_ns` and all but the newest `most`; how many these are."""
    left = [name for name in os.listdir(state_dir) if name.startswith(_GONE)]  # its process was killed
    found = []
    for folder, _, names in os.walk(os.path.join(state_dir, _FOLDER)):
        for path in (os.path.join(folder, name) for name in names):
            with contextlib.suppress(FileNotFoundError):
                found.append((os.stat(path).st_mtime_ns, path))
    found.sort(reverse=True)
    old = [path for at, (changed, path) in enumerate(found) if at >= most or changed < before_ns]
    if not dry:
        for name in left:
            _remove(os.path.join(state_dir, name))
        for path in old:
            with contextlib.suppress(OSError):  # another process may be doing the same
                os.unlink(path)
                os.rmdir(os.path.dirname(path))  # an epoch that has no more of them
    return len(old)


def _remove(folder: str) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
