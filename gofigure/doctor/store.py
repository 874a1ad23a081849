"""`.gofigure`: whether the next run can use it, and what it holds is sound."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator

from gofigure.doctor.finding import Said, fine, problem, size, warning
from gofigure.doctor.scene import Scene
from gofigure.errors import GitError, GofigureError, StoreError
from gofigure.git.index import tracked_among
from gofigure.store.db import DamagedError
from gofigure.store.inspect import NEWEST_SCHEMA, inspect
from gofigure.store.names import NAME, SIDE_FILES

_LARGE = 1 << 30
_BEGIN_ANEW = "gofigure status (sets it aside, and begins a new one)"


def check_tracked(scene: Scene) -> Iterator[Said]:
    if scene.repository is None:
        return
    tracked: list[str] = []
    with contextlib.suppress(GitError):  # the index cannot be read, as was said before
        tracked = tracked_among(scene.repository.git, (NAME, *SIDE_FILES))
    for name in tracked:
        found = f"{name} is tracked by git, so its proofs may be anybody's; it is not used"
        yield problem(found, f"git rm --cached {name}")


def check_content(scene: Scene) -> Iterator[Said]:
    if scene.project is None:
        return
    path = scene.project.store_file
    if not os.path.lexists(path) or (os.path.isfile(path) and os.path.getsize(path) == 0):
        yield fine(f"nothing in {path} yet: the first run makes it")
        return
    try:
        found = inspect(path, scene.token, scene.project.root)
    except DamagedError as error:
        yield problem(str(error), _BEGIN_ANEW)
        return
    except StoreError as error:
        yield problem(str(error), error.hint)
        return
    if found.schema > NEWEST_SCHEMA:
        words = f"schema {found.schema}, this one knows {NEWEST_SCHEMA}"
        yield problem(f"{path} was written by a newer gofigure ({words})", "upgrade gofigure")
    elif found.complaint:
        yield problem(f"{path} is damaged: {found.complaint.splitlines()[0]}", _BEGIN_ANEW)
    elif found.interrupted:
        yield warning(f"{path} was left in the middle of a write: the next run takes that back", "gofigure status")
    elif not found.ours:
        yield warning(f"{path} was not made in this repository on this machine; it is not used", _BEGIN_ANEW)
    else:
        old = f", from schema {found.schema}; the next run brings it up to date" if found.schema < NEWEST_SCHEMA else ""
        yield fine(f"{path} is sound, {size(os.stat(path).st_size)}{old}")


def check_place(scene: Scene) -> Iterator[Said]:
    """Who may read and write it, and how large it is."""
    if scene.project is None:
        return
    path = scene.project.store_file
    try:
        info = os.stat(path, follow_symlinks=False)
    except OSError:
        info = None
    folder = os.path.dirname(path)
    if not os.access(folder, os.W_OK) or (info is not None and not os.access(path, os.W_OK)):
        yield warning(f"{path} cannot be written: nothing new will be remembered", f"chmod u+w {folder} {path}")
    if info is not None and stat.S_ISREG(info.st_mode) and info.st_mode & 0o077:
        yield warning(f"{path} can be read by others", f"chmod 600 {path}")
    if info is not None and info.st_size > _LARGE:
        yield warning(f"{path} holds {size(info.st_size)}", "gofigure gc")


def newest_run_ns(scene: Scene) -> int:
    """When the newest run was started, by the clock of that moment; 0 where nobody can say."""
    if scene.project is None or not os.path.lexists(scene.project.store_file):
        return 0
    try:
        return inspect(scene.project.store_file, scene.token, scene.project.root).newest_ns
    except GofigureError:
        return 0
