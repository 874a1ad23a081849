"""A watcher at work: when it starts its stage, what it says, and what it costs."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

PATIENCE = 120.0  # seconds; only what fails waits so long
WAKING = 60.0  # seconds in which a watcher must answer to its first save
_TICK = os.sysconf("SC_CLK_TCK")


class Ended(Exception):  # noqa: N818 - not an error: it is left out
    """A watcher is no more, or does not answer."""


class Cost(NamedTuple):
    """What a watcher's processes have used up to now."""

    seconds: float  # of processor time, with that of its children that have ended
    mb: float
    peak_mb: float


def fields_of(pid: int) -> list[str]:
    """What proc(5) tells of a process, after its name: state, parent, group, session, ... Raises OSError."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def seconds_of(fields: Sequence[str]) -> float:
    """Processor time, with that of children that have ended."""
    return sum(map(int, fields[11:15])) / _TICK


class Live:
    """Its stage is a program that writes a byte to a FIFO: a start is seen when it comes, by the monotonic clock."""

    def __init__(self, name: str, root: Path, folder: Path) -> None:
        """`folder`: of its own, outside of the repository at `root`."""
        self.name = name
        self.root = root
        self.starts: list[float] = []  # since they were last taken, in seconds
        self.said = b""
        self._errors = folder / "errors"
        self._saves = 0
        self._saved = root / "d00" / "e00" / "f01.py"
        fifo = folder / "starts"
        os.mkfifo(fifo)
        # Open for both: then neither opening nor the other side's end of file ever blocks (fifo(7)).
        self._fifo = os.open(fifo, os.O_RDWR | os.O_CLOEXEC)
        self.stage = folder / "stage"
        self.stage.write_text(f"#!/bin/sh\necho > {fifo}\n")
        self.stage.chmod(0o755)
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self, argv: Sequence[str], env: Mapping[str, str], stdin: bytes | None = None) -> float:
        """Start it in its repository; when, by the monotonic clock. `stdin`: what it is to read, and then the end."""
        self.said = b""
        self.starts.clear()
        with self._errors.open("wb") as errors:
            begun = time.monotonic()
            self._process = subprocess.Popen(
                argv,
                cwd=self.root,
                env=dict(env),
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(stdin or b"")
            self._process.stdin.close()
        return begun

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} has not begun"
        return self._process.pid

    def save(self) -> float:
        """Write to a file in place, as no save before; when, by the monotonic clock."""
        self._saves += 1
        self.starts.clear()
        begun = time.monotonic()
        self._saved.write_bytes(b"saved for the %d. time\n" % self._saves)
        return begun

    def own(self) -> None:
        """Take the file that is saved out of the links that it has elsewhere."""
        text = self._saved.read_bytes()
        self._saved.unlink()
        self._saved.write_bytes(text)

    def until(self, true: Callable[[], object], seconds: float = PATIENCE) -> bool:
        """Whether it came true, at one of its starts or of its words."""
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                return False
            self._hear(max(0.0, end - time.monotonic()))
        return True

    def rest(self, quiet: float, seconds: float = PATIENCE) -> bool:
        """Wait until there was neither a start nor a word for `quiet` seconds; False: not within `seconds`."""
        end = time.monotonic() + seconds
        while self._hear(quiet):
            if time.monotonic() > end:
                return False
        return True

    def wake(self) -> None:
        """Save until it has answered to a save: only then it watches. Raises Ended where it never does."""
        end = time.monotonic() + WAKING
        self.rest(0.5)
        while time.monotonic() < end:
            self.save()
            if self.until(lambda: self.starts, 1.0):
                self.rest(0.5)
                return
        raise Ended(f"{self.name} starts nothing within {WAKING:.0f} s of a save: {self._words()}")

    def during(self, argv: Sequence[str], env: Mapping[str, str]) -> float:
        """Run a program in the repository, and take in the starts meanwhile; when it ended, by the monotonic clock."""
        with subprocess.Popen(argv, cwd=self.root, env=dict(env), stdout=subprocess.PIPE) as program:
            assert program.stdout is not None
            ends = program.stdout.fileno()
            while ends not in self._hear(PATIENCE, ends):
                pass
            ended = time.monotonic()
        assert program.returncode == 0, f"{argv}: exit code {program.returncode}"
        return ended

    def idle(self) -> None:
        """Wait until it neither starts nor computes anything; some never rest, and are waited for no longer."""
        end = time.monotonic() + WAKING
        while time.monotonic() < end:
            before = self.cost().seconds
            self.rest(3.0)
            if self.cost().seconds - before < 0.1:
                return

    def cost(self) -> Cost:
        """Of all processes in its session."""
        seconds = mb = peak = 0.0
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                fields = fields_of(int(place.name))
                if int(fields[3]) != self.pid:
                    continue
                seconds += seconds_of(fields)
                sizes = dict(line.split(":") for line in (place / "status").read_text().splitlines())
                if "VmRSS" in sizes:  # not of one that has ended
                    mb += int(sizes["VmRSS"].split()[0]) / 1024
                    peak += int(sizes["VmHWM"].split()[0]) / 1024
        return Cost(seconds, mb, peak)

    def stop(self) -> None:
        """End it and all that it has started in its session."""
        if self._process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None

    def close(self) -> None:
        self.stop()
        os.close(self._fifo)

    def _hear(self, seconds: float, *also: int) -> list[int]:
        """Take in what comes first; the readable descriptors. Raises Ended where it is no more."""
        assert self._process is not None, f"{self.name} has not begun"
        out = self._process.stdout
        mine = [self._fifo] if out is None or out.closed else [self._fifo, out.fileno()]
        ready, _, _ = select.select([*mine, *also], [], [], seconds)
        now = time.monotonic()
        if self._fifo in ready:
            self.starts += [now] * len(os.read(self._fifo, 65536))
        if out is not None and mine[1:] and mine[1] in ready:
            words = os.read(mine[1], 65536)
            if not words:
                self._silent(self._process)
            self.said = (self.said + words)[-65536:]
        return ready

    def _silent(self, process: subprocess.Popen[bytes]) -> None:
        """At the end of its output: some close it, and go on."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
            raise Ended(f"{self.name} has ended: {self._words()}")
        if process.stdout is not None:
            process.stdout.close()

    def _words(self) -> str:
        lines = (self.said + b"\n" + self._errors.read_bytes()).decode(errors="replace").split("\n")
        return " ".join([line.strip() for line in lines if line.strip()][-1:]) or "without a word"
