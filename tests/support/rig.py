"""Stages and processes that a test can stop at, look into and let go on: events, never sleeping."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from support.repo import Repo

PATIENCE = 30.0  # seconds; only a test that fails waits so long


class Gate:
    """Two FIFOs: a stage that runs `gate.sh` says that it is there, and waits until it is let go."""

    def __init__(self, folder: Path, name: str = "gate") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.here, self.go = folder / f"{name}.here", folder / f"{name}.go"
        for place in (self.here, self.go):
            os.mkfifo(place)
        # Open for both: then neither opening nor the other side's end of file ever blocks (fifo(7)).
        self._here = os.open(self.here, os.O_RDWR | os.O_CLOEXEC)
        self._go = os.open(self.go, os.O_RDWR | os.O_CLOEXEC)

    @property
    def sh(self) -> str:
        """A shell line for a stage."""
        return f"echo $$ > '{self.here}'; read go < '{self.go}'"

    @property
    def fd(self) -> int:
        """To wait for with other things: readable once a stage is there."""
        return self._here

    def arrive(self) -> int:
        """Wait until a stage is there; its pid."""
        ready, _, _ = select.select([self._here], [], [], PATIENCE)
        assert ready, f"nobody came to {self.here}"
        said = b""
        while not said.endswith(b"\n"):
            said += os.read(self._here, 1)
        return int(said)

    def open(self) -> None:
        """Let one stage go on."""
        os.write(self._go, b"go\n")

    def close(self) -> None:
        os.close(self._here)
        os.close(self._go)


class Running:
    """A program that was started and is still to be waited for; ended, with its group, at the latest by `close`."""

    def __init__(self, argv: list[str], cwd: Path, env: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.output = b""

    @property
    def pid(self) -> int:
        return self.process.pid

    def until_says(self, words: bytes) -> None:
        """Read its output until it holds `words`."""
        assert self.process.stdout is not None
        until = time.monotonic() + PATIENCE
        while words not in self.output:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, until - time.monotonic()))
            data = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            assert data, f"it never said {words!r}, but: {self.output.decode(errors='replace')}"
            self.output += data

    def finish(self) -> int:
        """Its exit code, when it has ended and all output is read."""
        self.output += self.process.communicate(timeout=PATIENCE)[0]
        return self.process.returncode

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.communicate(timeout=PATIENCE)


class Rig:
    """Makes gates and background processes for one test, and takes all of them away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._things: list[Gate | Running] = []

    def gate(self, name: str = "gate") -> Gate:
        gate = Gate(self.folder / "gates", name)
        self._things.append(gate)
        return gate

    def start(self, repo: Repo, *args: str, env: Mapping[str, str] = {}) -> Running:
        """Start `gofigure ARGS`; unbuffered, so that a test can wait for its words."""
        return self.start_program([*repo.command, *args], repo.root, {**repo.env, "PYTHONUNBUFFERED": "1", **env})

    def start_program(self, argv: list[str], cwd: Path, env: Mapping[str, str]) -> Running:
        running = Running(argv, cwd, env)
        self._things.append(running)
        return running

    def close(self) -> None:
        for thing in reversed(self._things):
            thing.close()


@contextlib.contextmanager
def ceiling(seconds: int) -> Iterator[None]:
    """No test hangs: after `seconds` it fails where it stands."""

    def stop(_number: int, _frame: object) -> None:
        raise TimeoutError(f"the test took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def until(true: Callable[[], Any], *, what: str) -> None:
    """Ask until it is so: only for what gives no event, such as the end of a process that is not our child."""
    end = time.monotonic() + PATIENCE
    pause = select.poll()
    while not true():
        assert time.monotonic() < end, f"it never came to be that {what}"
        pause.poll(10)


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def bearers(text: bytes) -> list[int]:
    """Living processes that have `text` in their environment."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if text in Path(f"/proc/{name}/environ").read_bytes() and alive(int(name)):
                found.append(int(name))
    return found


def lines(path: Path) -> int:
    """How many lines a stage has appended to a file: how often it ran."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def said(done: subprocess.CompletedProcess[bytes]) -> str:
    """Everything that a program printed."""
    return (done.stdout + done.stderr).decode(errors="replace")


def stages(answer: Any, run: int = 0) -> dict[str, Any]:
    """The stages of one run of `gofigure run --json` or `gofigure history --json`, by name."""
    return {stage["stage"]: stage for stage in answer["runs"][run]["stages"]}


def verdicts(answer: Any, run: int = 0) -> dict[str, str]:
    return {name: stage["verdict"] for name, stage in stages(answer, run).items()}
