"""SKIP=name,name and GOFIGURE=0: what is left out, what is not, and that it is on record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.repo import Repo
from support.rig import Rig, lines, said, stages, verdicts

from gofigure.model import HOOKS

CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["lint", "unit", "slow"]
[stages.lint]
run = "echo ran >> ../lint; ! grep -q BROKEN a"
[stages.unit]
run = "echo ran >> ../unit"
needs = ["lint"]
[stages.slow]
run = "echo ran >> ../slow"
[jobs.ship]
on = ["pre-commit"]
stages = ["image"]
[stages.image]
run = "echo ran >> ../image"
"""


@pytest.fixture
def configured(repo: Repo) -> Repo:
    repo.config(CONFIG)
    repo.write("a", "1\n")
    assert repo.gofigure("install-hooks").returncode == 0
    return repo


def _runs(repo: Repo) -> dict[str, Any]:
    """The newest run of each job, as history tells it."""
    return {run["job"]: run for run in reversed(repo.json("history")["runs"])}


def _commit(repo: Repo, skip: str) -> str:
    repo.git("add", "-A")
    done = repo.try_git("commit", "-q", "-m", "a commit", env={"SKIP": skip})
    assert done.returncode == 0, said(done)
    return said(done)


def _counts(tmp_path: Path) -> list[int]:
    return [lines(tmp_path / name) for name in ("lint", "unit", "slow", "image")]


def test_stages_are_left_out_and_that_is_recorded(configured: Repo, tmp_path: Path) -> None:
    configured.write("a", "BROKEN\n")
    _commit(configured, " lint , image,")
    assert _counts(tmp_path) == [0, 0, 1, 0]
    runs = _runs(configured)
    told = {stage["stage"]: (stage["verdict"], stage["reason"], stage["proven"]) for stage in runs["check"]["stages"]}
    assert told["lint"] == ("skipped", "SKIP=lint", 0)
    assert told["unit"] == ("skipped", "lint did not pass", 0), "what needs it has nothing to stand on"
    assert told["slow"][0] == "passed"
    assert (runs["check"]["verdict"], runs["ship"]["verdict"]) == ("passed", "skipped")


def test_it_proves_nothing_and_the_next_commit_finds_out(configured: Repo) -> None:
    configured.write("a", "BROKEN\n")
    _commit(configured, "lint")
    done = configured.commit("again", "--allow-empty")
    assert done.returncode != 0
    assert b"lint" in done.stderr


def test_what_is_proven_is_reused_whatever_is_skipped(configured: Repo, tmp_path: Path) -> None:
    """There is nothing to leave out, and what needs it can stand on it."""
    configured.json("run", "lint")
    _commit(configured, "lint")
    assert _counts(tmp_path) == [1, 1, 1, 1]
    assert {name: stage["verdict"] for name, stage in stages(_history(configured, "check")).items()} == {
        "lint": "reused",
        "unit": "passed",
        "slow": "passed",
    }
    _commit_nothing(configured, "lint,unit,slow")
    assert _runs(configured)["check"]["verdict"] == "reused"


def _commit_nothing(repo: Repo, skip: str) -> None:
    repo.git("commit", "-q", "--allow-empty", "-m", "nothing", env={"SKIP": skip})


def _history(repo: Repo, job: str) -> Any:
    return repo.json("history", "--job", job)


def test_what_needs_a_skipped_stage_does_not_stand_on_what_it_left_of_other_content(repo: Repo, tmp_path: Path) -> None:
    """The build is proven, and the folder is another content's: without SKIP it would be built anew."""
    repo.config(
        "[jobs.j]\nstages = ['build', 'test']\n[stages.build]\nrun = 'cp a ../built'\ninputs = ['a']\n"
        "[stages.test]\nneeds = ['build']\nrun = 'cmp a ../built'\ninputs = ['a', 'b']\n"
    )
    repo.gofigure("allow")
    for content in ("1\n", "2\n"):
        repo.write("a", content)
        assert repo.gofigure("run").returncode == 0
    repo.write("a", "1\n")
    repo.write("b", "new\n")
    done = repo.gofigure("run", "--json", env={"SKIP": "build"})
    assert done.returncode == 0, said(done)
    (run,) = repo.json("history", "-n", "1")["runs"]
    assert [(stage["verdict"], stage["reason"]) for stage in run["stages"]] == [
        ("skipped", "SKIP=build"),
        ("skipped", "build did not pass"),
    ]
    repo.gofigure("run", env={"SKIP": "test"})
    assert (tmp_path / "built").read_text() == "2\n", "nor is it built anew for what is left out"
    assert verdicts(repo.json("run")) == {"build": "passed", "test": "passed"}
    assert (tmp_path / "built").read_text() == "1\n"


def test_a_job_is_left_out_by_its_name(configured: Repo, tmp_path: Path) -> None:
    _commit(configured, "check")
    assert _counts(tmp_path) == [0, 0, 0, 1]
    run = _runs(configured)["check"]
    assert run["verdict"] == "skipped"
    assert {(stage["verdict"], stage["reason"]) for stage in run["stages"]} == {("skipped", "SKIP=check")}


def test_it_holds_by_hand_and_is_shown_by_status(configured: Repo, tmp_path: Path) -> None:
    done = configured.gofigure("run", "check", env={"SKIP": "slow"})
    assert done.returncode == 0
    assert b"SKIP=slow" in done.stdout
    assert _counts(tmp_path) == [1, 1, 0, 0]
    assert b"slow  left out  SKIP=slow" in configured.gofigure("status", "check", env={"SKIP": "slow"}).stdout


def test_a_failure_beside_a_skipped_stage_is_one(configured: Repo) -> None:
    configured.write("a", "BROKEN\n")
    configured.git("add", "-A")
    assert configured.try_git("commit", "-q", "-m", "x", env={"SKIP": "slow"}).returncode != 0


def test_an_unknown_name_is_told_with_the_nearest_one_and_stops_nothing(configured: Repo, tmp_path: Path) -> None:
    """Other tools read SKIP too, so it may well be meant for them."""
    words = _commit(configured, "lnt,flake8")
    assert "note: SKIP: no job or stage is named 'lnt'; did you mean 'lint'?" in words
    assert "note: SKIP: no job or stage is named 'flake8'\n" in words
    assert _counts(tmp_path) == [1, 1, 1, 1]


def test_no_lock_is_waited_for_when_nothing_is_left_to_run(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    repo.config(f'[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = """{gate.sh}"""\n')
    repo.gofigure("allow")
    first = rig.start(repo, "run")
    gate.arrive()
    done = repo.gofigure("run", "--json", env={"SKIP": "s"})
    assert done.returncode == 0, said(done)
    gate.open()
    assert first.finish() == 0


def test_every_hook_can_be_told_to_run_nothing_and_it_is_on_record(repo: Repo, tmp_path: Path) -> None:
    names = ", ".join(f'"{hook}"' for hook in HOOKS)
    repo.config(f'[jobs.j]\non = [{names}]\nstages = ["s"]\n[stages.s]\nrun = "echo ran >> ../ran"\n')
    assert repo.gofigure("install-hooks").returncode == 0
    script = repo.root / ".git" / "hooks"
    for hook in HOOKS:
        repo.git("-c", "alias.h=!" + f"'{script / hook}' x y z", "h", env={"GOFIGURE": "0"})
    assert lines(tmp_path / "ran") == 0
    history = repo.json("history", "-n", "100")
    assert history["runs"] == []
    assert [(skip["hook"], skip["reason"]) for skip in history["skips"]] == [
        (hook, "GOFIGURE=0") for hook in reversed(HOOKS)
    ]
    told = repo.gofigure("history").stdout
    assert all(f"{hook} ran nothing: GOFIGURE=0".encode() in told for hook in HOOKS)
