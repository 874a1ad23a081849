"""What a change means for a run under way: queue, restart, ignore; a deploy is not cut; a private checkout is exact."""

from __future__ import annotations

import os
import signal

import pytest
from support.repo import Repo
from support.rig import Gate, Rig, alive, said
from support.watcher import Watcher, Watching, ran

from gofigure.store.lock import RunLock
from gofigure.watch.place import send
from gofigure.watch.state import Command


def _gate(repo: Repo) -> None:
    (repo.root.parent / "gated").touch()


@pytest.fixture
def gate(rig: Rig) -> Gate:
    return rig.gate()


def _gated(gate: Gate, after: str = ":") -> str:
    return f"test ! -e {gate.here.parent.parent / 'gated'} || {{ {gate.sh}; }}; {after}"


def _states(repo: Repo) -> list[str]:
    return [run["verdict"] for run in repo.json("history")["runs"]]


def test_queue_runs_once_more_afterwards(repo: Repo, watching: Watching, gate: Gate) -> None:
    watcher = watching(_gated(gate))
    _gate(repo)
    repo.write("a.py", "two\n")
    gate.arrive()
    for number in range(5):
        repo.write("a.py", f"{number}\n")
    gate.open()
    gate.arrive()
    gate.open()
    watcher.rest()
    assert ran(repo) == 3


def test_restart_ends_what_is_not_worth_going_on_with(repo: Repo, watching: Watching, gate: Gate) -> None:
    watcher = watching(_gated(gate), job='on_busy = "restart"')
    _gate(repo)
    repo.write("a.py", "two\n")
    first = gate.arrive()
    repo.write("a.py", "three\n")
    assert gate.arrive() != first
    gate.open()
    job = watcher.rest().jobs[0]
    assert (ran(repo), job.verdict, job.stale) == (3, "passed", ())
    assert _states(repo)[:2] == ["passed", "superseded"]


def test_restart_ends_nothing_for_a_save_of_the_same(repo: Repo, watching: Watching, gate: Gate) -> None:
    """go-task and turbo#13116: what stops and what starts went by two filters."""
    watcher = watching(_gated(gate), job='on_busy = "restart"', files={"a.py": "one\n", ".gitignore": "out\n"})
    _gate(repo)
    repo.write("a.py", "two\n")
    gate.arrive()
    repo.write("a.py", "two\n")
    repo.write("out", "ignored\n")
    os.utime(repo.root / "a.py")
    gate.open()
    watcher.rest()
    assert (ran(repo), _states(repo)[0]) == (2, "passed")


def test_restart_of_a_formatter_does_not_go_on_for_ever(repo: Repo, watching: Watching) -> None:
    watcher = watching(
        "date +%s%N > stamp; sleep 0.5", job='on_busy = "restart"', files={"a.py": "one\n", "stamp": "0\n"}
    )
    job = watcher.rest().jobs[0]
    assert "stamp" in job.held
    assert ran(repo) <= 4


def test_ignore_looks_at_it_no_more_and_shows_that(repo: Repo, watching: Watching, gate: Gate) -> None:
    watcher = watching(_gated(gate), job='on_busy = "ignore"')
    _gate(repo)
    repo.write("a.py", "two\n")
    gate.arrive()
    repo.write("a.py", "three\n")
    gate.open()
    job = watcher.rest().jobs[0]
    assert (ran(repo), job.stale) == (2, ("a.py",))


def test_a_deploy_is_never_cut(repo: Repo, watching: Watching, gate: Gate) -> None:
    watcher = watching(_gated(gate, "echo whole >> ../deployed"), job='on_busy = "restart"', stage='type = "deploy"')
    _gate(repo)
    repo.write("a.py", "two\n")
    gate.arrive()
    repo.write("a.py", "three\n")
    gate.open()
    gate.arrive()
    gate.open()
    watcher.rest()
    assert ran(repo) == 3
    assert (repo.root.parent / "deployed").read_text() == "whole\n" * 3
    assert "superseded" not in _states(repo)


def test_private_is_about_exactly_what_was_seen(repo: Repo, watching: Watching, gate: Gate) -> None:
    """The user goes on typing; nothing is stale, and what was typed is run next."""
    seen = repo.root.parent / "seen"
    watcher = watching(_gated(gate, f"cat a.py >> {seen}"), stage='workspace = "private"')
    _gate(repo)
    repo.write("a.py", "two\n")
    gate.arrive()
    repo.write("a.py", "three\n")
    gate.open()
    gate.arrive()
    gate.open()
    job = watcher.rest().jobs[0]
    assert (job.verdict, job.stale) == ("passed", ())
    assert seen.read_text() == "one\ntwo\nthree\n"


def test_c_cancels_and_r_runs(repo: Repo, watching: Watching, gate: Gate) -> None:
    watcher = watching(_gated(gate))
    _gate(repo)
    repo.write("a.py", "two\n")
    gate.arrive()
    assert send(watcher.folder, Command("cancel"))
    watcher.until(lambda now: now.jobs[0].verdict == "interrupted", "it is cancelled")
    watcher.rest()
    assert ran(repo) == 2  # until something changes
    assert send(watcher.folder, Command("run", "check"))
    gate.arrive()
    gate.open()
    assert watcher.rest().jobs[0].verdict == "passed"


def test_pause_runs_nothing_and_forgets_nothing(repo: Repo, watching: Watching) -> None:
    watcher = watching(":")
    assert send(watcher.folder, Command("pause"))
    watcher.until(lambda now: now.paused, "it pauses")
    repo.write("a.py", "two\n")
    watcher.rest()
    assert ran(repo) == 1
    assert send(watcher.folder, Command("pause"))
    watcher.until(lambda now: not now.paused, "it goes on")
    watcher.rest()
    assert ran(repo) == 2


def test_a_failing_run_is_not_repeated_and_the_next_change_is_run(repo: Repo, watching: Watching) -> None:
    """act -w ends at the first failure."""
    watcher = watching("! grep -q BROKEN a.py")
    repo.write("a.py", "BROKEN\n")
    job = watcher.rest().jobs[0]
    assert (job.verdict, job.failed) == ("failed", ("s",))
    watcher.rest()
    assert ran(repo) == 2
    repo.write("a.py", "mended\n")
    assert watcher.rest().jobs[0].verdict == "passed"


def test_quit_ends_what_runs(repo: Repo, watching: Watching, gate: Gate) -> None:
    watcher = watching(_gated(gate))
    _gate(repo)
    repo.write("a.py", "two\n")
    gate.arrive()
    assert send(watcher.folder, Command("quit"))
    assert watcher.ended() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("busy", [True, False])
def test_a_signal_ends_it_and_what_runs(
    repo: Repo, watching: Watching, gate: Gate, number: signal.Signals, *, busy: bool
) -> None:
    watcher = watching(_gated(gate))
    if busy:
        _gate(repo)
        repo.write("a.py", "two\n")
        pid = gate.arrive()
    watcher.kill(number)
    assert watcher.ended() in (130, -number)
    assert not busy or not alive(pid)


def test_a_configuration_is_taken_up_live(repo: Repo, watching: Watching) -> None:
    watcher = watching(":", stage='inputs = ["a.py"]')
    config = repo.root / ".gofigure.toml"
    good = config.read_text()
    config.write_text(good.replace("[stages.s]", "[stages.s"))
    state = watcher.until(lambda now: now.trouble, "it says what is wrong")
    assert ".gofigure.toml:" in state.trouble
    repo.write("a.py", "two\n")
    watcher.rest()
    assert ran(repo) == 2  # by the last good one
    config.write_text(good.replace("echo x", "echo y; echo x", 1))
    state = watcher.rest()
    assert not state.trouble
    assert ran(repo) > 2


def test_a_configuration_that_nobody_allows_runs_nothing(repo: Repo, watching: Watching, rig: Rig) -> None:
    watching(":").kill(signal.SIGKILL)
    assert repo.gofigure("allow", "--revoke").returncode == 0
    running = rig.start(repo, "watch", "--json", "--no-notify")
    repo.write("a.py", "two\n")
    running.until_says(b"gofigure allow")
    assert ran(repo) == 1


def test_the_root_goes_away(repo: Repo, watching: Watching) -> None:
    watcher = watching(":")
    repo.root.rename(repo.root.parent / "elsewhere")
    assert watcher.ended() == 2
    assert not repo.root.exists()


def test_once_brings_all_up_to_date(repo: Repo, rig: Rig, watching: Watching) -> None:
    watching("sed -i 's/ *$//' a.py").kill(signal.SIGKILL)
    repo.write("a.py", "two   \n")
    done = repo.gofigure("watch", "--once", "--json")
    assert done.returncode == 0, done.stderr
    assert ran(repo) == 3
    done = repo.gofigure("watch", "--once")
    assert done.returncode == 0, said(done)
    assert ran(repo) == 3


def test_who_comes_while_a_run_by_hand_is_under_way_waits(repo: Repo, rig: Rig, watching: Watching) -> None:
    gate = rig.gate()
    watching(_gated(gate)).kill(signal.SIGKILL)
    _gate(repo)
    repo.write("a.py", "two\n")
    by_hand = rig.start(repo, "run")
    gate.arrive()
    watcher = Watcher(rig, repo)
    watcher.until(lambda now: "run 2 of check" in now.waiting, "it waits for the other run")
    gate.open()
    assert by_hand.finish() == 0
    watcher.rest()
    assert ran(repo) == 2


def test_a_wish_for_a_job_that_is_not_there_runs_nothing(repo: Repo, watching: Watching) -> None:
    watcher = watching(":")
    assert send(watcher.folder, Command("run", "other"))
    watcher.rest()
    assert ran(repo) == 1


def test_c_for_another_job_cancels_nothing(repo: Repo, watching: Watching, gate: Gate) -> None:
    watcher = watching(_gated(gate))
    _gate(repo)
    repo.write("a.py", "two\n")
    gate.arrive()
    assert send(watcher.folder, Command("cancel", "other"))
    gate.open()
    assert watcher.rest().jobs[0].verdict == "passed"


def test_a_file_saved_while_it_is_linted_is_no_fault_of_the_linter(repo: Repo, watching: Watching, gate: Gate) -> None:
    """By hand, a stage that was handed a file which then changes is taken to have changed it."""
    watcher = watching(_gated(gate), stage='files = "\\\\.py$"')
    _gate(repo)
    repo.write("a.py", "two\n")
    gate.arrive()
    repo.write("a.py", "three\n")
    gate.open()
    gate.arrive()
    assert (watcher.job().verdict, watcher.job().stale) == ("passed", ("a.py",))
    gate.open()
    watcher.rest()
    assert ran(repo) == 3


def test_it_hears_while_it_waits_for_a_run_that_was_quicker(repo: Repo, rig: Rig, watching: Watching) -> None:
    """Somebody took the lock between its look and its run."""
    watcher = watching(":")
    lock = RunLock(os.path.join(watcher.folder, "lock"))
    watcher.kill(signal.SIGSTOP)
    repo.write("a.py", "two\n")
    with lock:
        lock.acquire(lambda _holder: None)
        watcher.kill(signal.SIGCONT)
        watcher.until(lambda now: now.waiting or "waiting" in " ".join(now.notes), "it waits")
        assert send(watcher.folder, Command("quit"))
        assert watcher.ended() == 0
