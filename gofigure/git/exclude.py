"""Keep gofigure's own files out of git without touching anything that is committed."""

from __future__ import annotations

import os

from gofigure.events import Note, Observer
from gofigure.git.repository import Repository

_LINES = ("/.gofigure", "/.gofigure-journal", "/.gofigure.set-aside-*", "/.gofigure.local.toml")


def is_ignored(repository: Repository, path: bytes) -> bool:
    """Whether git leaves out what stands at `path` (relative to the root), by whatever rule."""
    # Not `check-ignore`: it refuses literal pathspecs.
    listed = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory", "--")
    return bool(repository.git.run(*listed, os.fsdecode(path)))


def exclude_state(repository: Repository, observe: Observer) -> None:
    """Name our files in `info/exclude` (gitignore), once; where that cannot be done, git will show them."""
    path = os.path.join(repository.common_dir, "info", "exclude")
    try:
        with open(path, "rb") as file:
            present = file.read()
    except OSError:
        present = b""
    missing = [line for line in _LINES if os.fsencode(line) not in present.split(b"\n")]
    if not missing:
        return
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "ab") as file:
            if present and not present.endswith(b"\n"):
                file.write(b"\n")
            file.write(os.fsencode("\n".join(missing)) + b"\n")
    except OSError as error:
        observe(Note(f"{path} cannot be written ({error.strerror}); git will show .gofigure as untracked"))
