"""Now: one row for each job, what is under way, and what is waited for."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gofigure.model import CHANGE, MAY_WAIT
from gofigure.store.ledger import RunRow, StageRow
from gofigure.store.lock import pid_of_holder
from gofigure.store.told import run_told
from gofigure.triggers.background import folder_of, is_taken
from gofigure.watch.place import folder_of as watch_folder
from gofigure.watch.state import JobState, State
from gofigure.watch.switches import switched_off
from gofigure.web.page import Ask, Facts, Page
from gofigure.web.shown import median, outline, progress, reason_of, state_of, switchable

_EACH = 20
_ELSEWHERE = 5
_MOMENT_NS = 900_000_000  # a run that begins at once is not worth a word that moves all below it


def _facts(ask: Ask) -> Facts:
    jobs = list(ask.config.jobs) if ask.config is not None else []
    recent = ask.store.recent.by_job(jobs, ask.project.root, _EACH)
    under_way = ask.store.history.under_way()
    newest = [runs[0].id for runs in recent.values() if runs]
    stages = ask.store.history.stages([*newest, *(run.id for run in under_way)])
    watched = {job.job: job for job in ask.watcher.jobs} if ask.watcher is not None else {}
    off, can = switched_off(watch_folder(ask.project.lock_file)), switchable(ask)
    rows = [
        _job(job, recent[job], stages, watched.get(job), ask, off=job in off if job in can else None) for job in jobs
    ]
    return {
        "jobs": rows,
        "state": state_of([row["verdict"] for row in rows]),
        "under_way": [
            {**run_told(run), "stages": dict(progress(stages[run.id])), "here": run.worktree == ask.project.root}
            for run in under_way[:_ELSEWHERE]
        ],
        "queue": _queue(ask, watched),
        "watcher": _watcher(ask.watcher, ask),
        "hooks": {"installed": ask.around.hooks, "missing": ask.around.missing, "known": ask.around.known},
    }


def _job(
    name: str,
    runs: Sequence[RunRow],
    stages: Mapping[int, list[StageRow]],
    watched: JobState | None,
    ask: Ask,
    *,
    off: bool | None,
) -> dict[str, Any]:
    newest = runs[0] if runs else None
    config = ask.config.jobs[name] if ask.config is not None else None
    held = watched.held if watched is not None else ""
    stale = list(watched.stale) if watched is not None else []
    return {
        "job": name,
        "on": list(config.on) if config is not None else [],
        "stages": list(config.stages) if config is not None else [],
        "verdict": newest.state if newest is not None else "",
        "run": newest.id if newest is not None else 0,
        "trigger": newest.trigger if newest is not None else "",
        "started_ns": newest.started_ns if newest is not None else 0,
        "seconds": newest.seconds if newest is not None else None,
        "median": median(runs),
        "reason": reason_of(newest, stages[newest.id]) if newest is not None else "it has not run here yet",
        "progress": dict(progress(stages[newest.id])) if newest is not None else {},
        "held": held,
        "watched": watched is not None,
        "switchable": off is not None,
        "off": bool(off),
        "stale": stale,
        "last": outline(runs),
    }


class _Waits(NamedTuple):
    what: str
    why: str
    number: int = 0  # of what was started from here, and can be taken back
    since_ns: int = 0
    failed: str = ""


def _queue(ask: Ask, watched: Mapping[str, JobState]) -> list[dict[str, Any]]:
    """What is to run and does not yet, or will not by itself, each with the reason."""
    at_work = pid_of_holder(ask.project.lock_file)
    queue = [
        _Waits(one.command, one.error or "is starting, or waits for another run", one.number, one.since_ns, one.error)
        for one in ask.waiting
        if one.error or (ask.now_ns - one.since_ns > _MOMENT_NS and one.pid != at_work)
    ]
    if ask.watcher is not None and ask.watcher.waiting:
        queue.append(_Waits("the watcher", f"waits: {ask.watcher.waiting}"))
    queue += [_Waits(name, f"is held: {job.held}") for name, job in watched.items() if job.held]
    if ask.project.repository is not None:
        for hook in MAY_WAIT:
            folder = folder_of(ask.project.repository.git_dir, hook)
            if os.path.isdir(folder) and is_taken(folder, "waiting"):
                queue.append(_Waits(hook, "waits in the background for its turn"))
    return [{**one._asdict(), "failed": bool(one.failed)} for one in queue]


def _watcher(state: State | None, ask: Ask) -> dict[str, Any]:
    wanted = ask.config is not None and any(CHANGE in job.on for job in ask.config.jobs.values())
    if state is None:
        return {"alive": False, "wanted": wanted, "paused": False, "backend": "", "degraded": "", "trouble": ""}
    return {
        "alive": True,
        "wanted": wanted,
        "pid": state.pid,
        "paused": state.paused,
        "backend": state.backend,
        "degraded": state.degraded,
        "trouble": state.trouble,
    }


PAGE = Page("Now", "/", "now.html", _facts)
