"""Keep what gofigure remembers within bounds: rows of the store, logs, and what crashes have left.

By hand as `gofigure gc`; by itself once a day after a run, for a moment only.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import re
import shutil
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gofigure.engine.address import USED
from gofigure.errors import GofigureError, StoreUnwritable
from gofigure.events import Note, Observer, Progress
from gofigure.git.index import abandoned, remove_scratch
from gofigure.process.log_files import folders
from gofigure.project import Project, load_config, lock_file_of
from gofigure.runner.execute import settle_if_free
from gofigure.store.bounds import BOUNDS, DAY_NS, Bounds
from gofigure.store.db import NotNowError
from gofigure.store.names import NAME
from gofigure.store.store import Store
from gofigure.store.sweep import Swept

_MOMENT = 0.2  # seconds that a run may take longer
_AGAIN_NS = 600 * 1_000_000_000  # after that moment was too short
_ASIDE = re.compile(re.escape(NAME) + r"\.set-aside-(\d{8}-\d{6})-\d+(-journal|-wal|-shm)?")


class Removed(NamedTuple):
    """What was removed, or would be."""

    runs: int = 0
    skips: int = 0
    proofs: int = 0
    digests: int = 0
    logs: int = 0  # runs that had some
    log_bytes: int = 0
    files: int = 0  # stores set aside, folders that crashes have left, markers of the fast path
    checkouts: int = 0  # private ones, and those of stages with their mirrors
    checkout_files: int = 0
    checkout_bytes: int = 0
    artifacts: int = 0  # what stages have made
    artifact_files: int = 0
    artifact_bytes: int = 0
    images: int = 0  # that were built here, by our own label
    image_bytes: int = 0
    containers: int = 0  # of runs that are over
    sources: int = 0  # how many of the checkouts are those of stages, or their mirrors


class _Log(NamedTuple):
    """The folder with a run's logs."""

    changed_ns: int
    run: int
    path: str


def sweep(
    project: Project, store: Store, mark: str, observe: Observer, *, bounds: Bounds = BOUNDS, dry: bool = False
) -> Removed:
    """Remove all that is beyond the bounds; `dry`: only say what that is. `mark`: see runner.execute.Setting."""
    if store.is_forgetful:
        raise StoreUnwritable(f"{project.store_file} cannot be written, so nothing is removed")
    if not dry:
        _settle(project, store, mark)
        return _sweep(project, store, mark, observe, bounds, None, dry=False)
    with store.copied() as copy:  # all is done to that, and so the numbers are the true ones
        return _sweep(project, copy, mark, observe, bounds, None, dry=True)


def now_and_then(project: Project, store: Store, mark: str, observe: Observer, *, bounds: Bounds = BOUNDS) -> None:
    """Sweep for a moment, if that was not done today; the next run goes on where it was not enough.

    For the end of a run: nothing that was looked up in the store counts afterwards. Raises nothing.
    """
    try:
        now = time.time_ns()
        if store.is_forgetful or store.was_swept_today():
            return
        store.note_swept(now)  # before it begins: what goes wrong shall not go wrong after every run
        try:
            _sweep(project, store, mark, observe, bounds, _MOMENT, dry=False)
        except NotNowError:
            store.note_swept(now - DAY_NS + _AGAIN_NS)
    except NotNowError:
        return  # another process is at work; there will be a better moment
    except (GofigureError, OSError) as error:
        observe(Note(f"old runs and logs could not be removed: {error}"))


def _sweep(
    project: Project, store: Store, mark: str, observe: Observer, bounds: Bounds, moment: float | None, *, dry: bool
) -> Removed:
    """`moment`: seconds, of which rows get the first half; None: as long as it takes."""
    began = time.monotonic()
    gone = [folder for folder in store.history.worktrees() if not os.path.isdir(folder)]
    if not dry:
        _settle_gone(store, gone)
    rows: Swept | None = None
    try:
        rows = store.sweep(bounds, lambda label, done: observe(Progress(label, done, 0)), gone, moment and moment / 2)
    except NotNowError:
        if moment is None:
            raise
    until = began + moment if moment is not None else math.inf
    logs, log_bytes = _remove_logs(project, store.history.states(), observe, bounds, until, dry=dry)
    files = _remove_left(project, bounds, dry=dry) + _remove_markers(project, bounds, dry=dry)
    checkouts = _remove_checkouts(project, bounds, until, dry=dry)
    sources = _remove_sources(project, bounds, until, dry=dry)
    artifacts = _remove_artifacts(project, bounds, until, dry=dry)
    engine = _remove_from_engine(project, store.history.states(), mark, moment, dry=dry)
    if rows is None:
        raise NotNowError("there was no time for more")
    places, held, freed = (mine + theirs for mine, theirs in zip(checkouts, sources, strict=True))
    return Removed(*rows, logs, log_bytes, files, places, held, freed, *artifacts, *engine, sources[0])


def _settle(project: Project, store: Store, mark: str) -> None:
    """Mark what dead processes have left in any working tree: such runs would be kept for ever."""
    for worktree in {run.worktree for run in store.history.under_way()}:
        settle_if_free(store, lock_file_of(project, worktree), worktree, mark)


def _settle_gone(store: Store, gone: Sequence[str]) -> None:
    """A working tree that is no more has no lock to ask; a day is longer than anything can run in it."""
    long_ago = time.time_ns() - DAY_NS
    left = [run.id for run in store.history.under_way() if run.worktree in gone and run.started_ns < long_ago]
    if left:
        store.ledger.settle(left)


def _remove_logs(
    project: Project, states: Mapping[int, str], observe: Observer, bounds: Bounds, until: float, *, dry: bool
) -> tuple[int, int]:
    """How many runs' logs went, and how many bytes."""
    found = [_Log(changed, run, path) for run, path in folders(project.state_dir) if (changed := _changed(path))]
    found.sort(reverse=True)
    old = set(_too_old(found, states, bounds))
    rest = [log for log in found if log not in old]
    removed = freed = 0
    for log in itertools.chain(old, _too_much(rest, states, bounds, until)):
        _in_time(until)
        freed += _size(log.path)
        removed += 1
        if not dry:
            shutil.rmtree(log.path, ignore_errors=True)
        observe(Progress("removing logs", removed, 0))
    return removed, freed


def _too_old(found: Sequence[_Log], states: Mapping[int, str], bounds: Bounds) -> Iterator[_Log]:
    """Logs beyond the days or the number. Those of a run that is not known can be asked for by nobody."""
    now = time.time_ns()
    for at, log in enumerate(found):
        if _must_stay(at, log, states, bounds):
            continue
        days = bounds.log_days if log.run in states else 1
        if at >= bounds.most_logs or log.changed_ns < now - days * DAY_NS:
            yield log


def _too_much(found: Sequence[_Log], states: Mapping[int, str], bounds: Bounds, until: float) -> Iterator[_Log]:
    """Logs beyond the size, the oldest first, those of failed runs last."""
    ranked = []
    for at, log in enumerate(found):
        stays = _must_stay(at, log, states, bounds)
        failed = states.get(log.run) in ("failed", "interrupted", "superseded")
        ranked.append((0 if stays else 1 if failed else 2, at, log))
    left = bounds.log_bytes
    beyond = []
    for rank, _, log in sorted(ranked):
        _in_time(until)
        left -= _size(log.path)
        if left < 0 and rank:
            beyond.append(log)
    yield from reversed(beyond)


def _must_stay(at: int, log: _Log, states: Mapping[int, str], bounds: Bounds) -> bool:
    return at < bounds.newest_logs or states.get(log.run) == "running"


def _in_time(until: float) -> None:
    if time.monotonic() >= until:
        raise NotNowError("there was no time for more")


def _remove_left(project: Project, bounds: Bounds, *, dry: bool) -> int:
    """Stores that were set aside long ago, and the private folders of processes that were killed."""
    folder = os.path.dirname(project.store_file)
    latest = time.strftime("%Y%m%d-%H%M%S", time.localtime(time.time() - bounds.aside_days * 86400))
    asides = [
        os.path.join(folder, name)
        for name in os.listdir(folder)
        if (aside := _ASIDE.fullmatch(name)) and aside[1] < latest and _is_ours(os.path.join(folder, name))
    ]
    crashed = abandoned(project.state_dir)
    if not dry:
        with contextlib.suppress(FileNotFoundError):  # another process may be doing the same
            for path in asides:
                os.unlink(path)
            for path in crashed:
                remove_scratch(path)
    return len(asides) + len(crashed)


def _remove_markers(project: Project, bounds: Bounds, *, dry: bool) -> int:
    from gofigure.store.markers import prune

    return prune(project.state_dir, time.time_ns() - bounds.marker_days * DAY_NS, bounds.most_markers, dry=dry)


def _remove_checkouts(project: Project, bounds: Bounds, until: float, *, dry: bool) -> tuple[int, int, int]:
    """Private checkouts that were not used for long, and those of repositories that are gone; all by their locks."""
    if project.repository is None:
        return 0, 0, 0
    from gofigure.workspace import sweep

    def in_time() -> None:
        _in_time(until)

    repository, environ = project.repository, project.repository.git.env
    long_ago = time.time_ns() - bounds.checkout_days * DAY_NS
    old = [place for place in sweep.places(repository, environ) if place.used_ns < long_ago]
    held = [sweep.remove(old, in_time, dry=dry)]
    held += [sweep.remove_orphan(home, in_time, dry=dry) for home in sweep.orphans(environ)]
    return sum(one.checkouts for one in held), sum(one.files for one in held), sum(one.bytes for one in held)


def _remove_artifacts(project: Project, bounds: Bounds, until: float, *, dry: bool) -> tuple[int, int, int]:
    """What stages have made and nobody has used for long, or what is too much; none while one is kept or put back."""
    folder = os.path.join(project.state_dir, "artifacts")
    if not os.path.isdir(folder):
        return 0, 0, 0
    from gofigure.artifacts.bounds import bound

    return bound(folder, bounds.artifact_days, bounds.artifact_bytes, lambda: _in_time(until), dry=dry)


def _remove_sources(project: Project, bounds: Bounds, until: float, *, dry: bool) -> tuple[int, int, int]:
    """What checkout stages have brought that are no more, or that nobody has run for long; and its mirrors."""
    from gofigure.recipes.checkout import sweep as sources

    if not sources.any_here(project.state_dir):
        return 0, 0, 0
    stages = None
    with contextlib.suppress(GofigureError):  # one that is wrong just now is no reason to remove anything
        stages = [stage.name for stage in load_config(project).config.stages.values() if stage.target == "checkout"]
    known = sources.Known(project.root, stages, time.time_ns() - bounds.checkout_days * DAY_NS)
    environ = project.repository.git.env if project.repository is not None else {}
    return sources.sweep(project.state_dir, environ, known, lambda: _in_time(until), dry=dry)


def _remove_from_engine(
    project: Project, states: Mapping[int, str], mark: str, moment: float | None, *, dry: bool
) -> tuple[int, int, int]:
    """(images, bytes, containers), where this project has ever had any."""
    if not os.path.isdir(os.path.join(project.state_dir, USED)):
        return 0, 0, 0
    from gofigure.engine.containers import remove_of_runs
    from gofigure.engine.prune import prune

    def is_over(run: int) -> bool:
        return states.get(run) != "running"

    timeout = 30.0 if moment is None else moment
    containers = remove_of_runs(os.environ, mark, is_over, dry=dry, timeout=timeout)
    return (*prune(os.environ, mark, dry=dry, timeout=timeout), containers)


def _is_ours(path: str) -> bool:
    info = os.lstat(path)
    return stat.S_ISREG(info.st_mode) and info.st_uid == os.geteuid()


def _changed(path: str) -> int:
    try:
        return os.lstat(path).st_mtime_ns
    except OSError:  # another process may be removing it
        return 0


def _size(folder: str) -> int:
    """Bytes that a folder takes on the disk."""
    total = 0
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            total += entry.stat(follow_symlinks=False).st_blocks * 512
    return total
