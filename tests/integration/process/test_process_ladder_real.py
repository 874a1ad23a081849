"""Ending processes that were not started by a supervisor."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from gofigure.process import family
from gofigure.process.ladder import Ending, end_all
from gofigure.process.pipes import exit_code
from gofigure.process.spawn import spawn

Marker = tuple[str, str]
FAST = ((signal.SIGINT, 0.1), (signal.SIGTERM, 0.1), (signal.SIGKILL, 2.0))


@pytest.fixture(params=["pidfd", "blind"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With and without the events of Linux."""
    if request.param == "blind" and sys.platform == "linux":
        monkeypatch.delattr(os, "pidfd_open")
    return str(request.param)


def begin(argv: list[str], env: dict[str, str]) -> int:
    """Start it, and return once it says that it is ready."""
    out, theirs = os.pipe()
    pid = spawn(argv, env=env, stdout=theirs)
    os.close(theirs)
    assert os.read(out, 100) == b"ready\n"
    os.close(out)
    return pid


def test_a_whole_family_that_will_not_go(way: str, marker: Marker, env: dict[str, str], stubborn: list[str]) -> None:
    env = {**env, marker[0]: marker[1]}
    pids = [begin([*stubborn, "stay"], env) for _ in range(3)]
    mark = "=".join(marker).encode()
    begun = time.monotonic()
    assert end_all(pids, markers=[mark], steps=FAST) == set()
    assert time.monotonic() - begun < 0.2 + 2
    assert family.marked(mark) == set()
    for pid in pids:
        assert os.waitpid(pid, 0)[1] == signal.SIGKILL


def test_the_willing_end_at_the_first_step(way: str, marker: Marker, env: dict[str, str]) -> None:
    env = {**env, marker[0]: marker[1]}
    script = "(setsid sh -c 'echo ready; exec sleep 30') & sleep 30 & wait"
    pid = begin(["sh", "-c", script], env)
    begun = time.monotonic()
    assert end_all(groups=[pid], steps=((signal.SIGTERM, 5.0), (signal.SIGKILL, 2.0))) == set()
    assert time.monotonic() - begun < 2
    assert family.marked("=".join(marker).encode()) == set()  # the session of its own as well
    assert os.waitpid(pid, 0)[1] != 0


def test_each_is_asked_once_at_each_step(marker: Marker, env: dict[str, str]) -> None:
    script = (
        "import signal, sys, time\n"
        "got = []\n"
        "signal.signal(signal.SIGINT, lambda *_: got.append('INT'))\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(len(got)))\n"
        "print('ready', flush=True)\n"
        "while True: signal.pause()\n"
    )
    pid = begin([sys.executable, "-c", script], {**env, marker[0]: marker[1]})
    assert end_all([pid], groups=[pid], steps=FAST) == set()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1


def test_who_is_started_on_the_way_out_is_found(marker: Marker, env: dict[str, str]) -> None:
    script = "trap 'setsid sleep 30 & exit' INT; echo ready; while :; do sleep 30; done"
    mark = "=".join(marker).encode()
    pid = begin(["sh", "-c", script], {**env, marker[0]: marker[1]})
    assert end_all([pid], markers=[mark], steps=FAST) == set()
    assert family.marked(mark) == set()
    os.waitpid(pid, 0)


def test_who_gets_a_signal_with_his_group_gets_no_other(
    marker: Marker, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, int]] = []
    real_killpg, real_kill = os.killpg, os.kill

    def killpg(group: int, number: int) -> None:
        sent.append(("group", number))
        real_killpg(group, number)

    def kill(pid: int, number: int) -> None:
        sent.append(("one", number))
        real_kill(pid, number)

    pid = begin(["sh", "-c", "sleep 30 & echo ready; wait"], {**env, marker[0]: marker[1]})
    monkeypatch.delattr(os, "pidfd_open", raising=False)  # so that all goes through these two
    monkeypatch.setattr(os, "killpg", killpg)
    monkeypatch.setattr(os, "kill", kill)
    assert end_all([pid], steps=((signal.SIGTERM, 5.0),)) == set()
    assert sent == [("group", signal.SIGTERM)]
    os.waitpid(pid, 0)


def test_a_child_of_ours_is_not_taken_for_an_orphan(env: dict[str, str]) -> None:
    for session in (True, False):
        pid = spawn(["sh", "-c", "exit 3"], env=env, session=session)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        family.reap_orphans(thorough=True)
        assert exit_code(pid) == 3
    assert exit_code(pid) == 255  # reaped already: unknown, and never a pass


def test_this_process_and_what_is_above_it_are_spared(marker: Marker, env: dict[str, str]) -> None:
    def alarmed(number: int, _frame: object) -> None:
        raise AssertionError(signal.Signals(number).name)

    handlers = [(number, signal.signal(number, alarmed)) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        everyone = [0, 1, os.getpid(), os.getppid()]
        steps = ((signal.SIGINT, 0.05), (signal.SIGTERM, 0.05))
        assert end_all(everyone, groups=[os.getpgrp(), os.getsid(0)], steps=steps) == set()
    finally:
        for number, handler in handlers:
            signal.signal(number, handler)


def test_nobody_to_end_takes_no_time() -> None:
    begun = time.monotonic()
    assert end_all([2**22 + 1], groups=[2**22 + 1], markers=[b"GOFIGURE_TEST=nobody"]) == set()
    assert time.monotonic() - begun < 1


def test_the_table_knows_a_zombie(env: dict[str, str]) -> None:
    out, theirs = os.pipe()
    pid = spawn(["true"], env=env, stdout=theirs)
    os.close(theirs)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    os.close(out)
    assert family.table()[pid].dead
    assert pid not in family.descendants(os.getpid())
    os.waitpid(pid, 0)
    assert family.one(pid) is None


def test_ps_and_proc_agree(env: dict[str, str]) -> None:
    pid = spawn(["sleep", "30"], env=env)
    try:
        by_ps, by_proc = family._from_ps(), family.table()
        for one in (pid, os.getpid()):
            assert by_ps[one]._replace(start=b"") == by_proc[one]._replace(start=b"")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_who_began_while_we_looked_is_found(env: dict[str, str]) -> None:
    """The process table is not read at one instant: a parent may be gone from it, and its child not yet in it."""
    pid = spawn(["sleep", "60"], env=env)
    looks = iter([set[int](), {pid}])
    ending = Ending(lambda _table: next(looks, set()), ((signal.SIGTERM, 5.0),))
    try:
        assert not ending.advance()
        assert exit_code(pid) == -signal.SIGTERM
    finally:
        ending.close()
