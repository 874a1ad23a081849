"""What processes that were killed have left behind; harmless, and cleared away by the next run."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from gofigure.doctor.finding import Said, fine, warning
from gofigure.doctor.scene import Scene
from gofigure.errors import GofigureError
from gofigure.git.index import abandoned
from gofigure.store.inspect import inspect
from gofigure.store.lock import RunLock
from gofigure.store.names import NAME


def check_leftovers(scene: Scene) -> Iterator[Said]:
    if scene.project is None:
        return
    said = [*_scratch(scene.project.state_dir), *_runs(scene), *_set_aside(os.path.dirname(scene.project.store_file))]
    yield from said or [fine("nothing is left of earlier processes")]


def _scratch(state_dir: str) -> Iterator[Said]:
    left = []
    with contextlib.suppress(OSError):
        left = list(abandoned(state_dir))
    if left:
        yield warning(f"{len(left)} scratch folder(s) of processes that were killed, in {state_dir}", "gofigure status")


def _runs(scene: Scene) -> Iterator[Said]:
    if scene.project is None or scene.token is None:
        return
    running: tuple[int, ...] = ()
    with contextlib.suppress(GofigureError, OSError):
        running = inspect(scene.project.store_file, scene.token, scene.project.root).running
    lock = RunLock(scene.project.lock_file)
    if running and lock.try_acquire():
        lock.release()
        numbers = ", ".join(map(str, running))
        yield warning(f"recorded as under way, but their process is gone: run {numbers}", "gofigure history")


def _set_aside(folder: str) -> Iterator[Said]:
    names: list[str] = []
    with contextlib.suppress(OSError):
        names = sorted(name for name in os.listdir(folder) if name.startswith(f"{NAME}.set-aside-"))
    if names:
        places = os.path.join(folder, f"{NAME}.set-aside-*")
        yield warning(f"{len(names)} store file(s) that were set aside, the last: {names[-1]}", f"rm {places}")
