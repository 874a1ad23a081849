"""kill -9 of who supervises: its children do not live on (table 4b; pre-commit#3619, prek and lefthook left theirs)."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest
from support.processes import at_least, bearers, command_line, guardians
from support.rig import until

from gofigure.process import family
from gofigure.process.guardian import Guardian
from gofigure.process.spawn import spawn
from gofigure.process.supervisor import Supervisor

Marker = tuple[str, str]
Env = dict[str, str]

DRIVER = """
import os, sys
from gofigure.process.supervisor import Supervisor
value, folder, *argv = sys.argv[1:]
with Supervisor(("GOFIGURE_TEST", value)) as supervisor:
    supervisor.start(0, argv, env=dict(os.environ), log_path=f"{folder}/0")
    supervisor.wait()
"""
PLAIN = "sleep 60 & wait"
LEFT = "setsid sh -c 'sleep 60; :' & wait"
# An orphan that has thrown its environment away is still in the session of its stage.
BARE = "(env -i sleep 61.25 &) ; sleep 60"
DEAF = "trap '' INT TERM HUP; while :; do sleep 1; done"


def _drive(marker: Marker, env: Env, folder: Path, line: str) -> int:
    return spawn([sys.executable, "-c", DRIVER, marker[1], str(folder), "sh", "-c", line], env=env)


def _bare() -> set[int]:
    """Those that only their command line tells."""
    return {pid for pid in family.table() if b"61.25" in command_line(pid)}


@pytest.mark.parametrize(("line", "count"), [(PLAIN, 2), (LEFT, 3), (BARE, 2), (DEAF, 2)])
def test_nobody_outlives_a_killed_supervisor_by_two_seconds(
    line: str, count: int, marker: Marker, env: Env, tmp_path: Path
) -> None:
    driver = _drive(marker, env, tmp_path, line)
    assert at_least(count, marker)
    until(lambda: line != BARE or _bare(), what="the orphan is there")
    begun = time.monotonic()
    os.kill(driver, signal.SIGKILL)
    os.waitpid(driver, 0)
    until(lambda: not bearers(marker) and not _bare(), what="all are gone")
    assert time.monotonic() - begun < 2 + 1  # and what a busy machine adds


def test_nor_one_that_is_killed_while_it_stops(marker: Marker, env: Env, tmp_path: Path) -> None:
    """Ctrl-C, and as that takes its time, kill -9."""
    driver = _drive(marker, env, tmp_path, "trap 'echo asked > $HOME/asked' INT; while :; do sleep 1; done")
    assert at_least(2, marker)
    os.kill(driver, signal.SIGINT)
    os.kill(driver, signal.SIGINT)
    os.kill(driver, signal.SIGKILL)
    os.waitpid(driver, 0)
    until(lambda: not bearers(marker), what="all are gone")


def test_it_leaves_with_the_supervisor(marker: Marker, env: Env, tmp_path: Path) -> None:
    before = guardians(os.getpid())
    with Supervisor(marker) as supervisor:
        # A new program's words can be read a moment after its start is over.
        until(lambda: len(guardians(os.getpid()) - before) == 1, what="there is one")
        supervisor.start(0, ["sleep", "60"], env=env, log_path=str(tmp_path / "0"))
        begun = time.monotonic()
        supervisor.stop()  # it is not one of those that this is about: it would not go
        assert time.monotonic() - begun < 2
    assert not guardians(os.getpid()) - before


def test_one_that_is_gone_disturbs_nobody(marker: Marker, env: Env, tmp_path: Path) -> None:
    with Supervisor(marker) as supervisor:
        for pid in guardians(os.getpid()):
            os.kill(pid, signal.SIGKILL)
        supervisor.start(0, ["true"], env=env, log_path=str(tmp_path / "0"))
        assert [ended.code for ended in supervisor.wait()] == [0]


def test_it_holds_none_of_our_streams(env: Env) -> None:
    """`git commit | cat` would wait for it."""
    guardian = Guardian("GOFIGURE_TEST=none")
    try:
        streams = [os.readlink(f"/proc/{guardian.pid}/fd/{fd}") for fd in range(3)]
    finally:
        guardian.dismiss()
    assert streams[1:] == ["/dev/null", "/dev/null"]
    assert streams[0].startswith("pipe:")
