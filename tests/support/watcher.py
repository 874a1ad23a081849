"""A real `gofigure watch`, and how to know that it has come to rest."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from gofigure.watch.place import state_of
from gofigure.watch.state import JobState, State
from support.repo import Repo
from support.rig import PATIENCE, Rig, lines

_CONFIGURATIONS = (".gofigure.toml", "gofigure-ship.json")


class Watcher:
    """Watches `repo`, with the job `check` allowed; its stages append to `ran`, outside of the repository, by `RAN`."""

    def __init__(self, rig: Rig, repo: Repo, *args: str, env: Mapping[str, str] = {}) -> None:
        self.repo = repo
        self.folder = os.path.join(os.fsdecode(repo.git("rev-parse", "--absolute-git-dir")).strip(), "gofigure")
        assert repo.gofigure("allow", "--yes").returncode == 0
        self.running = rig.start(repo, "watch", "--json", "--no-notify", *args, env=env)

    @property
    def state(self) -> State | None:
        return state_of(self.folder)

    def job(self, name: str = "check") -> JobState:
        state = self.state
        assert state is not None, self.output
        return next(job for job in state.jobs if job.job == name)

    @property
    def output(self) -> str:
        return self.running.output.decode(errors="replace")

    def until(self, true: object, what: str) -> State:
        """Wait for a state of which `true` holds."""
        assert callable(true)
        end = time.monotonic() + PATIENCE
        pause = select.poll()
        while True:
            state = self.state
            if state is not None and true(state):
                return state
            assert time.monotonic() < end, f"it never came to be that {what}: {state}\n{self.output}"
            pause.poll(10)

    def rest(self) -> State:
        """Wait until all that has happened so far was looked at, and nothing follows from it any more.

        What has happened is known to the kernel's queue already; one event more brings a look that begins after it.
        """
        state = self.state
        looks = state.looks if state is not None and self._is_mine(state) else 0
        os.utime(next(place for place in (self.repo.root / name for name in _CONFIGURATIONS) if place.exists()))
        return self.until(lambda now: self._is_mine(now) and now.looks > looks and now.resting, "it has come to rest")

    def _is_mine(self, state: State) -> bool:
        """What a killed one has left is there until this one, which has its place already, has thrown it away."""
        return state.pid == self.running.pid

    def ended(self) -> int:
        """Its exit code."""
        return self.running.finish()

    def kill(self, number: signal.Signals) -> None:
        os.kill(self.running.pid, number)


Watching = Callable[..., Watcher]


def saying(repo: Repo, name: str = "ran") -> str:
    """A shell line that says RAN, wherever it is run."""
    return f"echo x >> {repo.root.parent / name}"


def ran(repo: Repo, name: str = "ran") -> int:
    """How often stages have said RAN."""
    return lines(Path(repo.root).parent / name)
