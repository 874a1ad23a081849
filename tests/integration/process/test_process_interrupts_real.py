"""A run that is told to stop: INT, TERM, HUP; once, twice, under nohup."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest
from support.processes import at_least, bearers

from gofigure.process.spawn import spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Marker = tuple[str, str]

# Prints a line for each thing that happens; fd 1 is a pipe to the test.
DRIVER = """
import os, signal, sys
from gofigure.errors import Interrupted
from gofigure.process.supervisor import Supervisor
say = lambda *words: print(*words, flush=True)
value, folder, *argv = sys.argv[1:]
lines = []
def observe(pid, data):
    say("output", data.decode().strip())
try:
    with Supervisor(("GOFIGURE_TEST", value), observe) as supervisor:
        for i in range(3):
            supervisor.start(i, argv, env=dict(os.environ), log_path=f"{folder}/{i}")
        try:
            supervisor.wait()
            say("ended by itself")
        except Interrupted as interrupted:
            say("interrupted", interrupted.why)
            supervisor.wait(0)
            say("raised once")
            raise
except Interrupted as interrupted:
    say("over", interrupted.why)
say("handler restored", signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)
"""


class Driver:
    """The script above as a process, and what it says."""

    def __init__(self, argv: list[str], env: dict[str, str]) -> None:
        out, theirs = os.pipe()
        self.pid = spawn(argv, env=env, stdout=theirs, stderr=theirs)
        os.close(theirs)
        self._pipe = open(out, encoding="utf-8")  # noqa: SIM115 - closed in `rest`

    def until(self, word: str, times: int = 1) -> list[str]:
        said: list[str] = []
        while times:
            line = self._pipe.readline()
            assert line, f"it ended after {said}"
            said.append(line.strip())
            times -= word in line
        return said

    def send(self, number: int) -> None:
        os.kill(self.pid, number)

    def give_up(self) -> None:
        if not self._pipe.closed:
            self.send(signal.SIGKILL)
            self.rest()

    def rest(self) -> tuple[int, list[str]]:
        with self._pipe:
            said = self._pipe.read().splitlines()
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]), said


@pytest.fixture
def drive(marker: Marker, env: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Driver]]:
    drivers = []

    def begin(*argv: str, before: tuple[str, ...] = ()) -> Driver:
        command = [*before, sys.executable, "-c", DRIVER, marker[1], str(tmp_path), *argv]
        drivers.append(driver := Driver(command, env))
        return driver

    yield begin
    for driver in drivers:
        driver.give_up()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])
def test_each_request_is_raised_once_and_nobody_is_left(
    name: str, marker: Marker, drive: Callable[..., Driver]
) -> None:
    driver = drive("sh", "-c", "sleep 30 & setsid sleep 30 & echo ready; wait")
    driver.until("ready", 3)
    assert at_least(9, marker)
    driver.send(signal.Signals[name])
    code, said = driver.rest()
    assert (code, said) == (0, [f"interrupted {name}", "raised once", f"over {name}", "handler restored True"])
    assert bearers(marker) == set()


def test_a_second_request_does_not_wait(marker: Marker, drive: Callable[..., Driver], stubborn: list[str]) -> None:
    driver = drive(*stubborn, "stay")
    driver.until("ready", 3)
    driver.send(signal.SIGINT)
    driver.until("interrupted")
    begun = time.monotonic()
    driver.send(signal.SIGINT)
    assert driver.rest() == (0, ["raised once", "over SIGINT", "handler restored True"])
    assert time.monotonic() - begun < 2
    assert bearers(marker) == set()


def test_nohup_keeps_its_word(marker: Marker, drive: Callable[..., Driver]) -> None:
    # The shell's `trap ''` is what nohup does. Had HUP counted, it would have come before TERM.
    nohup = ("sh", "-c", "trap '' HUP; exec \"$@\"", "sh")
    driver = drive("sh", "-c", "echo ready; exec sleep 30", before=nohup)
    driver.until("ready", 3)
    driver.send(signal.SIGHUP)
    driver.send(signal.SIGTERM)
    assert driver.rest()[1][0] == "interrupted SIGTERM"
    assert bearers(marker) == set()


def test_a_request_between_two_waits_is_not_lost(marker: Marker, env: dict[str, str], tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\n"
        "from gofigure.errors import Interrupted\n"
        "from gofigure.process.supervisor import Supervisor\n"
        "try:\n"
        f"    with Supervisor({marker!r}) as supervisor:\n"
        f"        supervisor.start(1, ['true'], env=dict(os.environ), log_path={str(tmp_path / 'log')!r})\n"
        "        supervisor.wait()\n"
        "        signal.raise_signal(signal.SIGINT)\n"
        "        print('still here', flush=True)\n"
        "except Interrupted as interrupted:\n"
        "    print(interrupted.why)\n"
    )
    assert Driver([sys.executable, "-c", script], env).rest() == (0, ["still here", "SIGINT"])
