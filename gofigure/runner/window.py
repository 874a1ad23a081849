"""What changed in the working tree under a run: what of that is the run's own, and what its verdict is then about.

The rule is in runner/no_loops.py. What is here makes its values: when a run ends, when the engine looks, and when it
starts anew after it was killed.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from gofigure.digest.tree import Entry, differences, look_up
from gofigure.model import CHANGE, STOPPED, Verdict
from gofigure.runner.no_loops import Chain, Ran, Role, role_of
from gofigure.runner.plan import Content, Plan, Step, consumes, job_digest
from gofigure.snapshot.select import Selector, covers, selects
from gofigure.store.windows import MOST_PATHS, Window, Wrote

if TYPE_CHECKING:
    from gofigure.model import Snapshot
    from gofigure.runner.setting import Setting
    from gofigure.store.contents import Contents
    from gofigure.store.store import Store

_Difference = tuple[bytes, Entry | None, Entry | None]


def window_of(setting: Setting, plan: Plan, here: Snapshot, executed: Collection[str], verdict: Verdict) -> Window:
    """What changed between the look that a plan was made by and `here`. `executed`: stages, in the working tree."""
    contents = setting.store.contents
    before = plan.content.here.tree
    found = list(differences(before, here.tree, contents.load_tree))
    roles = _roles(setting, [plan.steps[name] for name in executed], found)
    digest, consumed = consumes(plan), b""
    if digest and verdict not in STOPPED:
        now = job_digest(setting.planner.plan(plan.job, Content(here, here), use_proofs=True))
        stale = _stale(plan, roles) if now != digest else []
        consumed = digest if stale else now
        roles |= dict.fromkeys(stale, "stale")
    elif digest:
        roles |= dict.fromkeys(_stale(plan, roles), "stale")
    kept = itertools.islice(sorted(found, key=lambda one: roles[one[0]] != "stale"), MOST_PATHS)
    wrote = [Wrote(path, roles[path], _packed(now)) for path, _, now in kept]
    return Window(before, here.tree, consumed or None, wrote, len(found))


def _roles(setting: Setting, executed: Sequence[Step], found: Sequence[_Difference]) -> dict[bytes, Role]:
    outputs = [Selector(globs=step.stage.outputs) for step in executed if step.stage.outputs]
    declared = {path for path, _, _ in found if any(selects(one, path) for one in outputs)}
    maybe = [path for path, was, _ in found if path not in declared and (was is None or _was_born(setting, path, was))]
    tracked = set(map(os.fsencode, setting.tracked(list(map(os.fsdecode, maybe)))))
    by_runs = set(maybe)
    return {
        path: role_of(declared=path in declared, tracked=path in tracked, by_runs=path in by_runs)
        for path, _, _ in found
    }


def _was_born(setting: Setting, path: bytes, entry: Entry) -> bool:
    return setting.store.windows.was_born(path, _packed(entry), setting.root)


def _packed(entry: Entry | None) -> bytes:
    return entry.kind + entry.digest if entry is not None else b""


def _stale(plan: Plan, roles: Mapping[bytes, Role]) -> list[bytes]:
    """Of what is not the run's own, what the job reads.

    All of it where nothing that changed is read by its name: then it is read through a link.
    """
    selectors = [read.selector for step in plan.steps.values() for read in step.reads]
    read = {path for path in roles if any(covers(selector, path) for selector in selectors)}
    others = [path for path, role in roles.items() if role == "other"]
    return [path for path in others if path in read or not read]


def ran(store: Store, run: int) -> Ran:
    """A run for `no_loops.after`, whoever started it, as it is recorded."""
    verdict = store.windows.verdict_of(run)
    if verdict is None:
        return Ran(b"", b"")
    return Ran(
        verdict.digest,
        b"" if verdict.superseded else verdict.consumed,
        frozenset(store.windows.stale([run])[run]),
        verdict.seconds,
        asked=verdict.trigger != CHANGE,
    )


def chain_of(store: Store, job: str, worktree: str) -> Chain:
    """What the ledger knows of a job: what its newest verdict is about, what of that is stale, whether it is held."""
    newest = store.windows.newest_of(job, worktree)
    if newest is None:
        return Chain()
    return Chain(
        newest.consumed,
        fresh=False,
        ran=frozenset([newest.digest]),
        seconds=newest.seconds,
        stale=frozenset(store.windows.stale([newest.run])[newest.run]),
        suspects=frozenset(one.path for one in store.windows.paths(newest.run, "suspect")),
        held=newest.held,
        held_at=newest.held_at,
    )


def outside(accounted: bytes, now: bytes, windows: Iterable[Window], contents: Contents) -> frozenset[bytes] | None:
    """The paths that differ between two trees and that no window explains, for `no_loops.Seen`.

    A window explains a path that it changed to exactly what stands there now. None: nobody can tell any more.
    """
    if accounted == now:
        return frozenset()
    if not contents.has_tree(accounted):
        return None
    found = [(path, entry) for path, _, entry in differences(accounted, now, contents.load_tree)]
    written: set[tuple[bytes, Entry | None]] = set()
    for window in windows:
        if contents.has_tree(window.before) and contents.has_tree(window.after):
            changes = differences(window.before, window.after, contents.load_tree)
            written |= {(path, entry) for path, _, entry in changes}
    return frozenset(path for path, entry in found if (path, entry) not in written)


def causes(accounted: bytes, now: bytes, plan: Plan, contents: Contents) -> list[bytes]:
    """The paths that a job reads and that differ, for `Setting.causes`."""
    if not contents.has_tree(accounted):
        return []
    selectors = [read.selector for step in plan.steps.values() for read in step.reads]
    changed = (path for path, _, _ in differences(accounted, now, contents.load_tree))
    return [path for path in changed if any(covers(selector, path) for selector in selectors)]


def born(before: bytes, paths: Iterable[bytes], contents: Contents) -> frozenset[bytes]:
    """Those of the paths at which nothing stood."""
    return frozenset(path for path in paths if look_up(before, path, contents.load_tree) is None)
