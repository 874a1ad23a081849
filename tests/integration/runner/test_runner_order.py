"""What runs when: beside one another, after one another, again, not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import Rig, alive, lines, said, stages, until, verdicts

_TWO = (("one", ["a", "b"]), ("two", ["c"]))


def _configure(repo: Repo, text: str) -> None:
    repo.config(text)
    assert repo.gofigure("allow").returncode == 0


def _pipe(tmp_path: Path, name: str) -> Path:
    place = tmp_path / name
    os.mkfifo(place)
    return place


def test_two_stages_run_at_once(repo: Repo, tmp_path: Path) -> None:
    """Each waits for the other: only together can they pass."""
    a, b = _pipe(tmp_path, "a"), _pipe(tmp_path, "b")
    _configure(
        repo,
        '[jobs.j]\nstages = ["one", "two"]\n'
        f"[stages.one]\nrun = \"echo x > '{a}'; read y < '{b}'\"\n"
        f"[stages.two]\nrun = \"read y < '{a}'; echo x > '{b}'\"\n",
    )
    assert verdicts(repo.json("run", "--jobs", "2")) == {"one": "passed", "two": "passed"}


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_never_more_than_jobs_at_once(repo: Repo, rig: Rig, limit: int) -> None:
    gate = rig.gate()
    names = [f"s{number}" for number in range(4)]
    _configure(
        repo,
        f"[jobs.j]\nstages = {names}\n".replace("'", '"')
        + "".join(f'[stages.{name}]\nrun = """echo begun >> ../begun; {gate.sh}"""\n' for name in names),
    )
    running = rig.start(repo, "run", "-j", str(limit))
    for _ in range(limit):
        gate.arrive()
    for ended in range(4):
        assert lines(repo.root.parent / "begun") == min(4, limit + ended)
        gate.open()
        if limit + ended < 4:
            gate.arrive()
    assert running.finish() == 0


def test_a_stage_starts_after_all_that_it_needs(repo: Repo) -> None:
    _configure(
        repo,
        '[jobs.j]\nstages = ["d", "c", "b", "a"]\n'
        '[stages.a]\nrun = "echo a >> ../order"\n'
        '[stages.b]\nrun = "echo b >> ../order"\nneeds = ["a"]\n'
        '[stages.c]\nrun = "echo c >> ../order"\nneeds = ["b"]\n'
        '[stages.d]\nrun = "echo d >> ../order"\nneeds = ["b", "c"]\n',
    )
    assert repo.gofigure("run", "-j", "4").returncode == 0
    assert (repo.root.parent / "order").read_text().split() == ["a", "b", "c", "d"]


def test_a_strict_job_keeps_the_order_of_its_list(repo: Repo) -> None:
    names = [f"s{number}" for number in (3, 1, 2, 0)]
    _configure(
        repo,
        f"[jobs.j]\nstages = {names}\nstrict_dependency = true\n".replace("'", '"')
        + "".join(f'[stages.{name}]\nrun = "echo {name} >> ../order"\n' for name in names),
    )
    assert repo.gofigure("run", "-j", "4").returncode == 0
    assert (repo.root.parent / "order").read_text().split() == names


FAILING = """
[jobs.j]
stages = ["bad", "after", "beside", "last"]
[stages.bad]
run = "exit 3"
[stages.after]
run = "echo after >> ../ran"
needs = ["bad"]
[stages.beside]
run = "echo beside >> ../ran"
[stages.last]
run = "echo last >> ../ran"
needs = ["after"]
"""


def test_after_a_failure_nothing_new_is_started(repo: Repo) -> None:
    _configure(repo, FAILING)
    done = repo.gofigure("run", "-j", "1")
    assert done.returncode == 1
    assert lines(repo.root.parent / "ran") == 0
    ran = stages(repo.json("run", "-j", "1"))
    assert {name: (stage["verdict"], stage["reason"]) for name, stage in ran.items() if name != "bad"} == {
        "after": ("skipped", "bad did not pass"),
        "last": ("skipped", "bad did not pass"),
        "beside": ("skipped", "not started: another stage failed"),
    }
    assert (ran["bad"]["verdict"], ran["bad"]["exit_code"]) == ("failed", 3)


def test_what_is_under_way_at_a_failure_finishes_and_counts(repo: Repo, rig: Rig) -> None:
    slow, bad = rig.gate("slow"), rig.gate("bad")
    repo.write("a")
    _configure(
        repo,
        '[jobs.j]\nstages = ["slow", "bad"]\n'
        f'[stages.slow]\nrun = """{slow.sh}"""\ninputs = ["a"]\n'
        f'[stages.bad]\nrun = """{bad.sh}; exit 1"""\n',
    )
    running = rig.start(repo, "run", "-j", "2")
    slow.arrive()
    pid = bad.arrive()
    bad.open()
    until(lambda: not alive(pid), what="the other stage has failed")
    slow.open()
    assert running.finish() == 1
    ran = {stage["stage"]: stage for stage in repo.json("history")["runs"][0]["stages"]}
    assert (ran["slow"]["verdict"], ran["slow"]["proven"]) == ("passed", 1)
    assert ran["bad"]["verdict"] == "failed"


def test_keep_going_runs_all_that_does_not_depend_on_it(repo: Repo) -> None:
    _configure(repo, FAILING)
    answer = repo.json("run", "--keep-going", "-j", "1")
    assert verdicts(answer) == {"bad": "failed", "after": "skipped", "beside": "passed", "last": "skipped"}
    assert (repo.root.parent / "ran").read_text().split() == ["beside"]


def test_a_failed_job_stops_the_next_one_unless_told_to_keep_going(repo: Repo) -> None:
    hooked = 'on = ["pre-commit"]\n'
    _configure(
        repo,
        f'[jobs.a]\n{hooked}stages = ["bad"]\n[jobs.b]\n{hooked}stages = ["good"]\n[stages.bad]\nrun = "exit 1"\n'
        '[stages.good]\nrun = "echo it"\n',
    )
    assert [run["job"] for run in repo.json("run")["runs"]] == ["a"]
    assert "not started, as a failed: b (go on: --keep-going)" in said(repo.gofigure("run"))
    assert [run["verdict"] for run in repo.json("run", "-k")["runs"]] == ["failed", "passed"]
    assert repo.gofigure("install-hooks").returncode == 0
    committing = repo.try_git("commit", "--allow-empty", "-m", "x")
    assert b"(go on: keep_going = true in [jobs.a])" in committing.stderr  # a hook takes no words


def test_a_commit_shows_all_that_is_wrong_where_its_jobs_say_so(repo: Repo) -> None:
    """As pre-commit does (its fail_fast): who mends one linter's finding should not meet the next one's only then."""
    jobs = "".join(
        f'[jobs.{name}]\non = ["pre-commit"]\nkeep_going = true\nstages = {stages}\n' for name, stages in _TWO
    )
    _configure(repo, jobs + "".join(f'[stages.{name}]\nrun = "echo {name}; exit 1"\n' for name in ("a", "b", "c")))
    assert repo.gofigure("install-hooks").returncode == 0
    repo.git("add", "-A")
    blocked = repo.try_git("commit", "-m", "all wrong")
    assert blocked.returncode == 1
    assert {name: said(blocked).count(f"\n  {name}  failed") for name in ("a", "b", "c")} == {"a": 1, "b": 1, "c": 1}
    repo.config((repo.root / ".gofigure.toml").read_text().replace("keep_going = true", "keep_going = false"))
    assert repo.gofigure("allow").returncode == 0
    alone = repo.json("run", "-j", "1")["runs"]  # b is not started, nor the job two
    assert [len(run["stages"]) for run in alone] == [2]


def test_a_timeout_ends_the_stage_and_all_that_it_started(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    _configure(repo, f'[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = """{gate.sh}"""\ntimeout = 0.3\n')
    done = repo.gofigure("run")
    assert done.returncode == 1, said(done)
    assert "timed out" in said(done)
    assert not alive(gate.arrive())
    (ran,) = repo.json("history")["runs"][0]["stages"]
    assert (ran["verdict"], ran["proven"]) == ("timed out", 0)


def test_an_attempt_that_passes_counts_and_says_which_it_was(repo: Repo) -> None:
    _configure(
        repo,
        '[jobs.j]\nstages = ["s"]\n[stages.s]\n'
        'run = "echo try >> ../tries; test $(grep -c . ../tries) -ge 3"\nretries = 2\n',
    )
    ran = stages(repo.json("run"))["s"]
    assert (ran["verdict"], ran["note"], ran["proven"]) == ("passed", "after 3 attempts", True)
    assert lines(repo.root.parent / "tries") == 3
    assert verdicts(repo.json("run")) == {"s": "reused"}


def test_no_more_attempts_than_were_asked_for(repo: Repo) -> None:
    _configure(repo, '[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "echo try $(date) >> ../tries; false"\nretries = 2\n')
    assert stages(repo.json("run"))["s"]["verdict"] == "failed"
    assert lines(repo.root.parent / "tries") == 3


def test_a_stage_that_may_fail_blocks_nothing_and_proves_nothing(repo: Repo) -> None:
    _configure(
        repo,
        '[jobs.j]\nstages = ["may", "next"]\nstrict_dependency = true\n'
        '[stages.may]\nrun = "exit 4"\nallow_failure = true\n[stages.next]\nrun = "echo it"\n',
    )
    done = repo.gofigure("run")
    assert done.returncode == 0, said(done)
    assert "failed, allowed" in said(done)
    ran = stages(repo.json("run"))
    assert (ran["may"]["verdict"], ran["may"]["allowed"], ran["may"]["proven"]) == ("failed", True, False)
    assert ran["next"]["verdict"] == "reused"


def test_a_command_that_cannot_be_started_is_a_failure_with_its_reason(repo: Repo) -> None:
    _configure(repo, '[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "no-such-program --at-all"\n')
    ran = stages(repo.json("run"))["s"]
    assert (ran["verdict"], ran["exit_code"]) == ("failed", 127)
    assert "not found on PATH" in "\n".join(ran["excerpt"])


def test_a_stage_ended_by_a_signal_says_so(repo: Repo) -> None:
    _configure(repo, '[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "echo it; kill -SEGV $$"\n')
    done = repo.gofigure("run")
    assert done.returncode == 1
    assert "ended by signal 11" in said(done)
    assert repo.gofigure("logs").stdout == b"==> s (failed, ended by signal 11) <==\nit\n"


def test_a_chain_of_many_stages_is_no_matter(repo: Repo) -> None:
    names = [f"s{number}" for number in range(60)]
    _configure(
        repo,
        f"[jobs.j]\nstages = {names[-1:]}\n".replace("'", '"')
        + "".join(
            f'[stages.{name}]\nrun = "true"\n' + (f'needs = ["s{at - 1}"]\n' if at else "")
            for at, name in enumerate(names)
        ),
    )
    assert set(verdicts(repo.json("run")).values()) == {"passed"}
    assert len(verdicts(repo.json("run"))) == 60


@pytest.mark.parametrize("names", [("one",), ("j",), ("j", "one"), ("two", "one")])
def test_jobs_and_stages_can_be_named(repo: Repo, names: tuple[str, ...]) -> None:
    _configure(
        repo,
        '[jobs.j]\nstages = ["one"]\n[jobs.k]\nstages = ["two"]\n'
        '[stages.one]\nrun = "echo 1"\n[stages.two]\nrun = "echo 2"\n',
    )
    answer = repo.json("run", *names)
    ran = {name for run in range(len(answer["runs"])) for name in verdicts(answer, run)}
    assert ran == {"one" if name == "j" else name for name in names}
