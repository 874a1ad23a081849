"""After a hook's run: the epoch, and a marker if all of its tree is proven."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, NamedTuple

from gofigure.config import LOCAL_NAME, jobs_for
from gofigure.digest.content import digest_bytes
from gofigure.digest.tree import look_up
from gofigure.errors import GofigureError
from gofigure.fast_path.epoch import epoch_of, why_none
from gofigure.runner.key import platform
from gofigure.store.markers import mark, open_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gofigure.fast_path.epoch import Epoch
    from gofigure.model import RunResult, Snapshot, StageResult
    from gofigure.project import Loaded, Project
    from gofigure.runner.planner import Planner
    from gofigure.store.contents import Contents

LASTS_NS = 86400 * 1_000_000_000


class Moment(NamedTuple):
    """When a hook's run began, before it had read anything."""

    hook: str
    at_ns: int  # by the clock that gives files their times
    markers: int = -1  # their folder as it was before proofs were looked up: see store.markers


def begin(project: Project, hook: str) -> Moment | None:
    """The moment; None where a marker cannot be written at the end."""
    if project.repository is None or not os.path.isdir(project.state_dir):
        return None
    own = _own(project)
    try:
        os.makedirs(own, mode=0o700, exist_ok=True)
        clock = os.open(os.path.join(own, "clock"), os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.write(clock, b"\n")
            at_ns = os.fstat(clock).st_mtime_ns
        finally:
            os.close(clock)
    except OSError:
        return None
    return Moment(hook, at_ns)


@contextlib.contextmanager
def with_markers(moment: Moment, project: Project) -> Iterator[Moment | None]:
    """To be entered when the store is open, which may have taken the markers of another one away."""
    try:
        folder = open_folder(project.state_dir)
    except OSError:
        yield None
        return
    try:
        yield moment._replace(markers=folder)
    finally:
        os.close(folder)


class Done(NamedTuple):
    """What a hook's run was about and came to."""

    loaded: Loaded
    token: bytes
    planner: Planner
    contents: Contents
    about: Snapshot
    results: Sequence[RunResult]


def keep(moment: Moment, project: Project, done: Done) -> None:
    """Write the epoch and the marker of this tree, if every stage of every job is proven on it and nothing has moved.

    To be called when the store has all of it. Raises nothing: without a marker, the next commit takes longer.
    """
    with contextlib.suppress(OSError, GofigureError):
        epoch = _epoch(project, done) if done.about.oid is not None and _all_proven(moment.hook, done) else None
        if epoch is None or any(os.stat(path).st_mtime_ns >= moment.at_ns for path in epoch.older):
            return
        _write(_own(project), epoch, moment.at_ns)
        mark(moment.markers, moment.hook, epoch.id, done.about.oid or "")


def _all_proven(hook: str, done: Done) -> bool:
    jobs = {job.name for job in jobs_for(done.loaded.config, hook)}
    stages = [stage for result in done.results for stage in result.stages]
    return jobs == {result.job for result in done.results} and all(map(_is_proven, stages))


def _epoch(project: Project, done: Done) -> Epoch | None:
    """The epoch, if these stages may have one and the tree covers the configuration."""
    config, planner, tree = done.loaded.config, done.planner, done.about.tree
    stages = [config.stages[stage.stage] for result in done.results for stage in result.stages]
    looked_up = planner.keying.tools.looked_up
    if why_none(stages, looked_up, planner.keying.base_path) or not _covers_configuration(done):
        return None

    def in_tree(path: str) -> bool:
        name = os.path.relpath(path, project.root)
        return look_up(tree, os.fsencode(name), done.contents.load_tree) is not None

    files = [layer.name for layer in done.loaded.layers]
    return epoch_of(project, done.token, platform(), files, looked_up, in_tree)


def _covers_configuration(done: Done) -> bool:
    """Whether the configuration in use is, byte for byte, the one that is being committed."""
    for layer in done.loaded.layers:
        entry = look_up(done.about.tree, os.fsencode(layer.name), done.contents.load_tree)
        if os.path.basename(layer.name) == LOCAL_NAME or entry is None or entry.digest != digest_bytes(layer.data):
            return False
    return True


def _is_proven(stage: StageResult) -> bool:
    return stage.verdict == "reused" or (stage.verdict == "passed" and stage.proven)


def _own(project: Project) -> str:
    """The folder of this working tree: others may have other programs, or a personal layer."""
    assert project.repository is not None  # noqa: S101 - see begin
    return os.path.join(project.repository.git_dir, "gofigure")


def _write(folder: str, epoch: Epoch, at_ns: int) -> None:
    """The epoch has the time from before all that it says was looked at, so what changes later is newer."""
    place, own = os.path.join(folder, "epoch"), os.path.join(folder, f"epoch-{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(place)  # first: an old one must not last longer through the new `until`
    until = os.open(os.path.join(folder, "until"), os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    os.close(until)
    os.utime(os.path.join(folder, "until"), ns=(at_ns, at_ns + LASTS_NS))
    file = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.write(file, b"".join(os.fsencode(line) + b"\n" for line in epoch.lines))
    finally:
        os.close(file)
    os.utime(own, ns=(at_ns, at_ns))
    os.rename(own, place)
