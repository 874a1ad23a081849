"""Remotes that are asked now and then for new commits (`poll`): by children, while the engine goes on.

    due → asked (git ls-remote) → the commit that is known: nothing | another one: the jobs that check it out are due

A commit starts a job once, whatever comes of the run; who does not answer is asked less and less often. A person sees
when each was asked, and what came of it.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from gofigure.errors import GofigureError
from gofigure.git.address import based, is_commit, parsed, redacted
from gofigure.recipes.checkout import ask
from gofigure.recipes.checkout.environment import environment
from gofigure.recipes.checkout.places import home_of, name_of, read_record, record_file
from gofigure.recipes.checkout.wish import Wish, wish_of
from gofigure.targets import commands_of

if TYPE_CHECKING:
    from gofigure.model import Config, Stage
    from gofigure.process.capture import Running

_LONGEST = 3600.0  # seconds between two questions to one who does not answer, unless `poll` is longer
_MOST_DOUBLED = 6
_LOOK = 0.05  # seconds, where the system does not tell when a child ends


class _Remote:
    """One checkout stage."""

    def __init__(self, stage: Stage, wish: Wish, env: Mapping[str, str], known: str) -> None:
        self.stage = stage
        self.wish = wish
        self.env = env
        self.known = known  # the commit that jobs have been started for, or that stands there
        self.jobs: tuple[str, ...] = ()
        self.running: Running | None = None
        self.due = 0.0  # by the monotonic clock
        self.until = 0.0  # when an answer is waited for no longer
        self.failures = 0
        self.line = ""

    @property
    def every(self) -> float:
        return float(self.stage.setting("poll"))


class Remotes:
    """Those of one watcher."""

    def __init__(self, root: str, state_dir: str, environ: Mapping[str, str], tell: Callable[[str], None]) -> None:
        """`tell`: gets words about a remote that begins or ceases to answer."""
        self._root = root
        self._state_dir = state_dir
        self._environ = environ
        self._tell = tell
        self._remotes: dict[str, _Remote] = {}

    def follow(self, config: Config, jobs: Iterable[str]) -> None:
        """These jobs are watched now: whoever they check out is asked from now on, and nobody else."""
        wanted: dict[str, list[str]] = {}
        for job in jobs:
            for name in _stages_of(config, config.jobs[job].stages if job in config.jobs else (job,)):
                if config.stages[name].setting("poll") is not None and not is_commit(
                    config.stages[name].setting("ref", "")
                ):
                    wanted.setdefault(name, []).append(job)
        for name in self._remotes.keys() - wanted.keys():
            self._drop(name)
        for name, its_jobs in wanted.items():
            if name not in self._remotes or self._remotes[name].stage != config.stages[name]:
                self._drop(name)
                self._remotes[name] = self._made(config.stages[name])
            self._remotes[name].jobs = tuple(its_jobs)

    def _made(self, stage: Stage) -> _Remote:
        wish = wish_of(json.loads(commands_of(stage)[0].argv[2]))
        address = based(parsed(wish.url), self._root)
        wish = wish._replace(url=address.url)
        home = os.path.join(home_of(self._state_dir), "home")
        with contextlib.suppress(OSError):  # git does without one
            os.makedirs(home, mode=0o700, exist_ok=True)
        return _Remote(stage, wish, environment(self._environ, address, wish, home), self._standing(stage))

    def _standing(self, stage: Stage) -> str:
        """The commit that is checked out; "": none, or nobody knows."""
        record = read_record(record_file(home_of(self._state_dir), name_of(self._root, stage.name)))
        return record.commit if record is not None else ""

    def filenos(self) -> list[int]:
        """Readable when there is an answer."""
        return [remote.running.fd for remote in self._remotes.values() if remote.running is not None]

    def patience(self) -> float:
        """Seconds until `turn` has something to do."""
        now = time.monotonic()
        return max(0.0, min((self._moment(remote, now) for remote in self._remotes.values()), default=math.inf) - now)

    def _moment(self, remote: _Remote, now: float) -> float:
        if remote.running is None:
            return remote.due
        return remote.until if remote.running.fd >= 0 else now + _LOOK

    def turn(self) -> dict[str, str]:
        """Ask who is due, and hear who has answered; the jobs to be started, and why."""
        arrived: dict[str, str] = {}
        now = time.monotonic()
        for remote in self._remotes.values():
            if remote.running is not None and (remote.running.ended() or now >= remote.until):
                why = self._heard(remote)
                arrived |= dict.fromkeys(remote.jobs if why else (), why)
            elif remote.running is None and now >= remote.due:
                self._ask(remote, now)
        return arrived

    def _ask(self, remote: _Remote, now: float) -> None:
        try:
            remote.running = ask.begin(remote.wish, remote.env)
        except GofigureError as error:  # there is no git any more
            self._failed(remote, time.strftime("%H:%M:%S"), str(error))
        remote.until = now + ask.PATIENCE

    def _heard(self, remote: _Remote) -> str:
        """Why jobs are to be started; "" if not."""
        running, remote.running = remote.running, None
        name, ref = remote.stage.name, remote.wish.ref
        at = time.strftime("%H:%M:%S")
        try:
            found = ask.read(running.finish(0.0 if not running.ended() else None), remote.wish) if running else None
        except GofigureError as error:
            self._failed(remote, at, gist(str(error)))
            return ""
        if found is None:
            self._failed(remote, at, f"it has no {ref}")
            return ""
        if remote.failures:
            self._tell(f"{name}: the remote answers again")
        remote.failures, remote.due = 0, time.monotonic() + remote.every
        remote.line = f"{name}: asked at {at}, {ref} is {found.commit[:12]}"
        if found.commit in (remote.known, self._standing(remote.stage)):
            remote.known = found.commit  # who has run it meanwhile, by hand or for a change, has seen it
            return ""
        remote.known = found.commit
        return f"{name}: {ref} is {found.commit[:12]} now at {redacted(remote.wish.url)}"

    def _failed(self, remote: _Remote, at: str, why: str) -> None:
        remote.failures += 1
        pause = remote.every * 2 ** min(remote.failures, _MOST_DOUBLED)
        pause = min(pause, max(remote.every, _LONGEST))
        remote.due = time.monotonic() + pause
        remote.line = f"{remote.stage.name}: asked at {at}, no answer; asked again in {pause:g} s"
        if remote.failures == 1:
            self._tell(f"{remote.stage.name}: the remote does not answer: {why}")

    @property
    def lines(self) -> tuple[str, ...]:
        """For people: when each was asked, and what came of it."""
        return tuple(remote.line for remote in self._remotes.values() if remote.line)

    def _drop(self, name: str) -> None:
        remote = self._remotes.pop(name, None)
        if remote is not None and remote.running is not None:
            remote.running.kill()

    def close(self) -> None:
        for name in list(self._remotes):
            self._drop(name)


def gist(said: str) -> str:
    """The line that says what is wrong; git ends with what one might look after."""
    lines = said.splitlines()
    return next((line for line in lines if not line.lower().startswith("warning:")), lines[-1])


def _stages_of(config: Config, names: Iterable[str]) -> Iterable[str]:
    """The stages, with all that they need."""
    found: dict[str, None] = {}
    pending = [name for name in names if name in config.stages]
    while pending:
        name = pending.pop()
        if name not in found:
            found[name] = None
            pending.extend(config.stages[name].needs)
    return found
