"""What goes wrong while it watches, and who else has a hand in it; each case was found by somebody who tried."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import Gate, Rig, said
from support.watcher import Watcher, Watching, ran, saying

from gofigure.watch.place import send
from gofigure.watch.state import Command

IGNORE = 'on_busy = "ignore"'


@pytest.fixture
def gate(rig: Rig) -> Gate:
    return rig.gate()


def _gated(gate: Gate, repo: Repo) -> str:
    return f"grep -q BAD a.py && exit 1; test ! -e {repo.root.parent / 'gated'} || {{ {gate.sh}; }}"


def test_ignore_is_about_what_changes_under_a_run_and_no_later(repo: Repo, watching: Watching, gate: Gate) -> None:
    watcher = watching(_gated(gate, repo), job=IGNORE)
    (repo.root.parent / "gated").touch()
    repo.write("a.py", "two\n")
    gate.arrive()
    repo.write("a.py", "BAD\n")
    gate.open()
    job = watcher.rest().jobs[0]
    assert (job.verdict, job.stale) == ("passed", ("a.py",))
    repo.write("other", "1\n")
    assert watcher.rest().jobs[0].verdict == "failed"  # a change outside of a run is never ignored


def test_what_was_ignored_stays_on_the_screen(repo: Repo, watching: Watching, gate: Gate) -> None:
    watcher = watching(_gated(gate, repo), job=IGNORE, stage='inputs = ["a.py"]')
    (repo.root.parent / "gated").touch()
    repo.write("a.py", "two\n")
    gate.arrive()
    repo.write("a.py", "BAD\n")
    gate.open()
    watcher.rest()
    repo.write("unrelated", "1\n")
    assert watcher.rest().jobs[0].stale == ("a.py",)


def test_an_edit_right_after_a_run_is_not_ignored(repo: Repo, watching: Watching) -> None:
    watcher = watching("! grep -q BAD a.py", job=IGNORE)
    repo.write("a.py", "two\n")
    run = watcher.job().run
    watcher.until(lambda now: now.jobs[0].run > run or now.jobs[0].reason == "a.py changed", "it has seen that")
    watcher.until(lambda now: now.resting, "it has run")
    repo.write("a.py", "BAD\n")
    assert watcher.rest().jobs[0].verdict == "failed"


def test_a_run_that_cannot_be_recorded_is_no_loop(repo: Repo, watching: Watching) -> None:
    """A stage that removes the store: the run ends in an error, and is not made again by itself."""
    watcher = watching("test ! -e ../wild || rm -f .gofigure*[!l]")
    (repo.root.parent / "wild").touch()
    before = ran(repo)
    repo.write("a.py", "two\n")
    watcher.rest()
    (repo.root.parent / "wild").unlink()
    watcher.rest()
    assert ran(repo) - before <= 2
    assert watcher.job().since_ns == 0


def test_a_job_without_its_secret_keeps_no_other_from_running(repo: Repo, rig: Rig) -> None:
    repo.config(
        "settle = 0.05\n[jobs.check]\non = ['change']\nstages = ['a']\n[jobs.other]\non = ['change']\nstages = ['b']\n"
        "[stages.a]\nrun = 'true'\nsecrets = ['NOWHERE_TO_BE_FOUND']\n"
        f"[stages.b]\nrun = '{saying(repo)}'\n"
    )
    repo.commit()
    watcher = Watcher(rig, repo)
    state = watcher.rest()
    assert [(job.job, job.verdict) for job in state.jobs] == [("check", "failed"), ("other", "passed")]
    assert "NOWHERE_TO_BE_FOUND" in " ".join(state.jobs[0].excerpt)
    assert ran(repo) == 1


def test_runs_by_hand_of_another_job_are_no_circle(repo: Repo, watching: Watching) -> None:
    config = "[jobs.gen]\nstages = ['g']\n[stages.g]\nrun = 'date +%s%N > b.txt'\ncache = false\ninputs = ['a.py']\n"
    watcher = watching(":", top="", files={"a.py": "one\n", "b.txt": "0\n"}, stage=f"\n{config}")
    before = ran(repo)
    for _ in range(4):
        assert repo.gofigure("run", "gen").returncode == 0
        job = watcher.rest().jobs[0]
        assert not job.held
    assert ran(repo) - before == 4


def test_settings_that_are_not_in_the_tree_are_no_circle(repo: Repo, watching: Watching) -> None:
    repo.write(".gitignore", ".gofigure.local.toml\n")
    watcher = watching(":", stage='inputs = ["a.py"]')
    before = ran(repo)
    for number in range(4):
        repo.write(".gofigure.local.toml", f'[stages.s]\nenv = {{ N = "{number}" }}\n')
        assert not watcher.rest().jobs[0].held
    assert ran(repo) - before == 4


def test_superseded_is_no_verdict_to_rest_on(repo: Repo, watching: Watching, gate: Gate) -> None:
    watcher = watching(_gated(gate, repo), job='on_busy = "restart"')
    (repo.root.parent / "gated").touch()
    repo.write("a.py", "two\n")
    gate.arrive()
    repo.write("a.py", "one\n")
    watcher.until(lambda now: now.jobs[0].run > 1 and not now.jobs[0].since_ns, "it is cut short")
    job = watcher.rest().jobs[0]
    assert job.verdict in ("passed", "reused")


def test_a_wish_from_before_a_run_does_not_end_it(repo: Repo, watching: Watching, gate: Gate) -> None:
    watcher = watching(_gated(gate, repo))
    assert send(watcher.folder, Command("cancel"))
    (repo.root.parent / "gated").touch()
    repo.write("a.py", "two\n")
    gate.arrive()
    gate.open()
    assert watcher.rest().jobs[0].verdict == "passed"


def test_a_dirty_submodule_is_a_reason_to_look(repo: Repo, watching: Watching, tmp_path: Path) -> None:
    sub = Repo.create(tmp_path / "sub", repo.env)
    sub.write("x", "good\n")
    sub.commit()
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(sub.root), "sub")
    watcher = watching("! grep -q BAD sub/x")
    repo.write("sub/x", "BAD\n")
    assert watcher.rest().jobs[0].verdict == "failed"


def test_a_failing_run_by_hand_is_seen(repo: Repo, watching: Watching) -> None:
    watcher = watching("test ! -e ../broken")
    (repo.root.parent / "broken").touch()
    assert repo.gofigure("run", "--no-cache").returncode == 1
    state = watcher.until(lambda now: now.jobs[0].verdict == "failed", "it has heard of that")
    assert said(repo.gofigure("status"))
    assert state.jobs[0].run == 2


def test_a_new_file_saved_under_a_run_is_named(repo: Repo, watching: Watching, gate: Gate) -> None:
    """It is taken for the run's own; that nothing is proven must be seen."""
    watcher = watching(_gated(gate, repo))
    (repo.root.parent / "gated").touch()
    repo.write("a.py", "two\n")
    gate.arrive()
    repo.write("new.py", "new\n")
    gate.open()
    job = watcher.rest().jobs[0]
    assert job.verdict == "passed"
    assert "not proven: while it ran, new.py added" in job.reason


def test_once_trusts_no_verdict_that_is_not_proven(repo: Repo, watching: Watching) -> None:
    watching("test ! -e ../broken", stage="cache = false").kill(signal.SIGKILL)
    (repo.root.parent / "broken").touch()
    assert repo.gofigure("watch", "--once").returncode == 1
    (repo.root.parent / "broken").unlink()
    assert repo.gofigure("watch", "--once").returncode == 0


def test_what_a_stage_leaves_to_write_later_is_no_loop(repo: Repo, watching: Watching) -> None:
    """One edit would be a run each second, for ever."""
    watcher = watching(
        "(setsid sh -c 'sleep 0.4; date +%s%N > gen.txt' > /dev/null 2>&1 &)",
        files={"a.py": "one\n", "gen.txt": "0\n"},
    )
    state = watcher.until(lambda now: now.jobs[0].held, "it is held")
    assert ran(repo) <= 12  # five where each file is written after its run; one that comes just as it ends counts anew
    assert state.jobs[0].held
    before = ran(repo)
    repo.write("a.py", "two\n")
    watcher.until(lambda now: now.jobs[0].run > state.jobs[0].run, "an edit runs all the same")
    assert ran(repo) > before
