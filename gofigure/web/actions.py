"""What buttons do. Each checks all that it is given: a request can say anything."""

from __future__ import annotations

import os
import re
import shlex
import signal
from collections.abc import Mapping, Sequence
from typing import Any

from gofigure.errors import GofigureError
from gofigure.model import CHANGE
from gofigure.project import lock_file_of
from gofigure.store.lock import process_of
from gofigure.watch.place import folder_of, send, state_of
from gofigure.watch.state import Command
from gofigure.watch.switches import switch, switched_off
from gofigure.web import deploying
from gofigure.web.page import Action, Facts, NotThereError, Order, Waiting
from gofigure.web.shown import switchable

_COMMIT = re.compile(r"[0-9a-f]{10,64}")
_SHORT = 10  # letters of it, on record
_MOST_NAMES = 500
_MOST_OF_ONE = 2  # one at work, one to follow it
_MOST_AT_ONCE = 16


def _run(order: Order) -> Facts:
    """Start jobs or stages: {"names": [...], "again": false, "staged": false, "commit": ""}."""
    names = _names(order.body)
    config = order.ask.config
    if order.ask.trouble:
        raise GofigureError(order.ask.trouble)  # which says what to type
    if config is None:
        raise GofigureError("there is no configuration to run", hint="gofigure init")
    for name in names:
        if name not in config.jobs and name not in config.stages:
            raise GofigureError(f"no job or stage is named {name!r}")
    deploying.refuse_protected(names, order.ask)
    args = ["run"]
    if _flag(order.body, "again"):
        args.append("--no-cache")
    if _flag(order.body, "staged"):
        args.append("--staged")
    commit = order.body.get("commit", "")
    if commit:
        if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
            raise GofigureError(
                f"`commit` is no hash of a commit, of which the page takes {_SHORT} letters or more",
                hint="one that a run was on: `content` of a run; any other in a terminal: gofigure run --commit REV",
            )
        commit = commit[:_SHORT]  # git refuses one that is not the only one
        if not order.ask.store.history.has_run_on(f"commit {commit}"):  # a fetched one may hold anybody's scripts
            raise GofigureError(f"no run here was on {commit}", hint=f"in a terminal: gofigure run --commit {commit}")
        args += ["--commit", commit]
    refuse_too_many((*args, "--", *names), order.ask.waiting)
    order.start((*args, "--", *names))
    return {"started": [*args, "--", *names]}


def refuse_too_many(args: Sequence[str], waiting: Sequence[Waiting]) -> None:
    """Each run that waits is a process."""
    command = shlex.join(("gofigure", *args))
    alive = [one.command for one in waiting if not one.error]
    if alive.count(command) >= _MOST_OF_ONE or len(alive) >= _MOST_AT_ONCE:
        raise GofigureError("that waits for its turn already", hint="Now has all that waits, and takes it back")


def _cancel(order: Order) -> Facts:
    """Stop a run that is under way: {"run": 12}."""
    number = _number(order.body, "run")
    run = order.ask.store.history.run(number)
    if run is None or run.state != "running":
        raise GofigureError(f"run {number} is not under way")
    lock_file = lock_file_of(order.ask.project, run.worktree)
    pid = process_of(lock_file, number)
    if not pid:
        raise GofigureError(f"nobody knows the process of run {number}")
    watcher = state_of(folder_of(lock_file))
    if watcher is not None and watcher.pid == pid:  # which is to go on watching
        if not send(folder_of(lock_file), Command("cancel", run.job)):
            raise GofigureError("the watcher does not listen")
    else:
        _interrupt(pid, lock_file, number)
    return {"cancelled": number}


def _interrupt(pid: int, lock_file: str, run: int) -> None:
    """As Ctrl-C does. The number of a process that has gone may be another's by now; a descriptor's is not."""
    try:
        if not hasattr(os, "pidfd_open"):
            os.kill(pid, signal.SIGINT)
            return
        fd = os.pidfd_open(pid)
        try:
            if process_of(lock_file, run) == pid:  # and so is the one that this descriptor means
                signal.pidfd_send_signal(fd, signal.SIGINT)
        finally:
            os.close(fd)
    except ProcessLookupError:
        return
    except OSError as error:
        raise GofigureError(f"process {pid} cannot be stopped: {error.strerror}") from error


def _pause(order: Order) -> Facts:
    """Let the watcher rest, or go on: {}; whether a change starts one job: {"job": "check", "off": true}."""
    folder = folder_of(order.ask.project.lock_file)
    job = order.body.get("job", "")
    if job == "":
        if not send(folder, Command("pause")):
            raise GofigureError("no watcher listens here", hint="gofigure watch")
        return {"asked": "pause"}
    if not isinstance(job, str) or job not in switchable(order.ask):
        raise GofigureError("no change starts that job in any case", hint=f'on = ["{CHANGE}"] in its table')
    off = _flag(order.body, "off") if "off" in order.body else job not in switched_off(folder)
    switch(folder, job, off=off)
    send(folder, Command("pause", job))  # where none listens, the next watcher will see it
    return {"asked": "pause", "job": job, "off": off}


def _dismiss(order: Order) -> Facts:
    """Show no more what a run that could not be made has said: {"number": 1}."""
    number = _number(order.body, "number")
    if number not in [one.number for one in order.ask.waiting]:
        raise NotThereError(f"nothing that waits, or could not run, has the number {number}")
    order.dismiss(number)
    return {"dismissed": number}


def _names(body: Mapping[str, Any]) -> list[str]:
    names = body.get("names")
    if not isinstance(names, list) or not 0 < len(names) <= _MOST_NAMES or not all(isinstance(n, str) for n in names):
        raise GofigureError("`names` is not a list of jobs or stages")
    return names


def _flag(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise GofigureError(f"`{name}` is neither true nor false")
    return value


def _number(body: Mapping[str, Any], name: str) -> int:
    value = body.get(name)
    if type(value) is not int or not 0 < value < 1 << 62:
        raise GofigureError(f"`{name}` is not a number")
    return value


ACTIONS = (
    Action("run", _run),
    Action("cancel", _cancel),
    Action("pause", _pause),
    Action("dismiss", _dismiss),
    *deploying.ACTIONS,
)
