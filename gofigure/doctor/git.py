"""Git: there, new enough, willing, and not told to look away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gofigure.doctor.finding import Said, fine, problem, warning
from gofigure.doctor.scene import Scene
from gofigure.errors import GofigureError
from gofigure.git.settings import MINIMUM, settings, version
from gofigure.snapshot.select import show

_SHOWN = 3
_FALSE = ("false", "no", "off", "0", "")
_EXCEPTION = re.compile(r"git config --global --add safe\.directory .*")


class _Overlooked(NamedTuple):
    what: str
    when_off: bool


# Settings by which git, and so gofigure, overlooks what has changed on disk (README, "What is not part of a key").
_OVERLOOKED = {
    "core.filemode": _Overlooked("a changed exec bit", when_off=True),
    "core.trustctime": _Overlooked("changes that only move the ctime", when_off=True),
    "core.ignorecase": _Overlooked("names that differ in case only", when_off=False),
    "core.symlinks": _Overlooked("that a file has become a link", when_off=True),
}


def check_version(scene: Scene) -> Iterator[Said]:
    try:
        found = version(scene.environ)
    except GofigureError as error:
        yield problem(str(error), "install git, or put it on the PATH")
        return
    words = ".".join(map(str, found))
    if found < MINIMUM:
        least = ".".join(map(str, MINIMUM))
        yield problem(f"git {words} is too old", f"install git {least} or newer")
    else:
        yield fine(f"git {words}")


def check_repository(scene: Scene) -> Iterator[Said]:
    if scene.refusal is not None:
        said = str(scene.refusal)
        exception = _EXCEPTION.search(said)
        mend = "git status, and mend what it says"
        yield problem(said.splitlines()[0], exception[0] if exception else scene.refusal.hint or mend)
    elif scene.repository is None:
        yield warning(f"{scene.folder} is not in a git repository: there are no hooks, only runs by hand", "git init")
    else:
        linked = f", a linked worktree of {scene.repository.common_dir}" if scene.repository.is_linked else ""
        if scene.repository.is_bare:
            linked = ", a bare repository: its hooks run on what is pushed to it"
        unborn = "" if scene.repository.head else ", before its first commit"
        yield fine(f"{scene.repository.root}{linked}{unborn}")


def check_index(scene: Scene) -> Iterator[Said]:
    if scene.repository is None or scene.repository.is_bare:
        return
    index = scene.repository.index_file
    try:
        unmerged = scene.repository.git.run("ls-files", "-z", "--unmerged")
    except GofigureError as error:
        yield problem(" ".join(str(error).splitlines()), f"mv {index} {index}.damaged && git reset")
        return
    paths = dict.fromkeys(line.partition(b"\t")[2] for line in unmerged.split(b"\0") if line)
    if paths:
        listed = ", ".join(show(path) for path in list(paths)[:_SHOWN]) + (", ..." if len(paths) > _SHOWN else "")
        yield warning(f"the index has conflicts, so nothing can be committed: {listed}", "resolve them, then: git add")
    else:
        yield fine("the index can be read, and has no conflict")


def check_settings(scene: Scene) -> Iterator[Said]:
    if scene.repository is None:
        return
    found = {one.name: one for one in settings(scene.repository.git, "core.fsmonitor", *_OVERLOOKED)}
    monitor = found.pop("core.fsmonitor", None)
    if monitor and monitor.scope in ("local", "worktree") and monitor.value.lower() not in (*_FALSE, "true", "1"):
        yield warning(
            f"the repository's own configuration names a program that git starts: core.fsmonitor = {monitor.value}; "
            "gofigure's own git calls leave it out",
            "if you did not set it: git config --unset core.fsmonitor",
        )
    away = [one for name, one in found.items() if (one.value.lower() in _FALSE) is _OVERLOOKED[name].when_off]
    for one in away:
        where = "--global " if one.scope == "global" else "--system " if one.scope == "system" else ""
        mend = f"where the file system can do better: git config {where}--unset {one.name}"
        yield warning(f"{one.name} is {one.value}: git, and so gofigure, overlooks {_OVERLOOKED[one.name].what}", mend)
    if not away:
        yield fine("none makes git look away from a change")
