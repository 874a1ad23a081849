"""A hosted CI runs the same jobs: fresh clones, whole and shallow, a detached HEAD, no terminal, nothing remembered."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.repo import Done, Repo
from support.rig import said, stages, verdicts

CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["lint", "unit", "release"]
[stages.lint]
run = '! grep -l BROKEN "$@"'
files = '\\.py$'
[stages.unit]
run = "test ! -e failing"
needs = ["lint"]
[stages.release]
run = "true"
branches = ["main"]
"""
RANGE = ("--from-ref", "origin/main", "--to-ref", "HEAD")


@pytest.fixture
def origin(repo: Repo, tmp_path: Path) -> Repo:
    """A bare repository with main, a branch `topic` off it, and what a forge makes of both: refs/pull/1/merge."""
    repo.config(CONFIG)
    repo.write("old.py", "BROKEN, and nobody's business now\n")
    repo.commit("base")
    repo.git("checkout", "-qb", "topic")
    repo.write("new.py", "fine\n")
    repo.commit("topic")
    repo.git("checkout", "-q", "main")
    repo.write("other", "x\n")
    repo.commit("main goes on")
    _merge(repo)
    repo.git("clone", "-q", "--mirror", str(repo.root), str(tmp_path / "origin.git"))
    return repo.at(tmp_path / "origin.git")


def _merge(repo: Repo) -> None:
    repo.git("checkout", "-q", "--detach", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "topic")
    repo.git("update-ref", "refs/pull/1/merge", "HEAD")
    repo.git("checkout", "-q", "main")


def _checkout(origin: Repo, *options: str) -> Repo:
    """What the usual checkout step does, on a machine that has never seen this repository."""
    work = Repo.create(origin.root.parent / "work", {**origin.env, "CI": "true", "TERM": "dumb"})
    work.git("remote", "add", "origin", f"file://{origin.root}")
    refs = ("+refs/pull/1/merge:refs/remotes/pull/1/merge", "+refs/heads/main:refs/remotes/origin/main")
    work.git("fetch", "-q", "--no-tags", *options, "origin", *refs)
    work.git("checkout", "-q", "--detach", "refs/remotes/pull/1/merge")
    return work


def _check(work: Repo) -> Done:
    """The two lines of a hosted CI."""
    allowed = work.gofigure("allow", "--yes")
    assert allowed.returncode == 0, said(allowed)
    return work.gofigure("run", *RANGE, "--json")


def _told(done: Done) -> Any:
    return json.loads(done.stdout)


def test_a_whole_clone_with_the_merge_checked_out(origin: Repo) -> None:
    done = _check(_checkout(origin))
    assert done.returncode == 0, said(done)
    assert verdicts(_told(done)) == {"lint": "passed", "unit": "passed", "release": "skipped"}
    assert stages(_told(done))["lint"]["reason"] == "1 of 2 files without a proof: new.py"
    assert stages(_told(done))["release"]["reason"] == "no branch, and branches = main"


def test_the_branch_is_what_the_ci_says(origin: Repo) -> None:
    work = _checkout(origin)
    work.gofigure("allow", "--yes")
    done = work.gofigure("run", *RANGE, "--json", "--branch", "main")
    assert done.returncode == 0, said(done)
    assert verdicts(_told(done))["release"] == "passed"


def test_a_failing_stage_is_exit_code_1_and_the_json_is_whole(origin: Repo, repo: Repo) -> None:
    repo.git("checkout", "-q", "topic")
    repo.write("new.py", "BROKEN\n")
    repo.commit("broken")
    _merge(repo)
    repo.git("push", "-qf", str(origin.root), "topic", "refs/pull/1/merge")
    done = _check(_checkout(origin))
    assert done.returncode == 1, said(done)
    assert verdicts(_told(done)) == {"lint": "failed", "unit": "skipped", "release": "skipped"}
    assert stages(_told(done))["lint"]["excerpt"] == ["new.py"]


def test_a_clone_of_one_commit_each_cannot_be_compared_and_says_how_to_mend_it(origin: Repo) -> None:
    work = _checkout(origin, "--depth=1")
    done = _check(work)
    assert done.returncode == 2, said(done)
    assert "have no commit in common in this shallow clone" in said(done)
    assert "git fetch --unshallow, or: git fetch --deepen=100" in said(done)
    work.git("fetch", "-q", "--deepen=100", "origin", "refs/pull/1/merge", "main")
    assert work.gofigure("run", *RANGE).returncode == 0


def test_a_shallow_clone_runs_whole_jobs(origin: Repo) -> None:
    """Without a range nothing of the past is needed; the parent of a commit that was cut off has changed everything."""
    work = _checkout(origin, "--depth=1")
    work.gofigure("allow", "--yes")
    assert work.gofigure("run", "unit", "--json").returncode == 1, "old.py is broken"
    assert work.gofigure("run", "release", "--commit", "HEAD").returncode == 0


@pytest.mark.parametrize("name", ["origin/release", "v1.0"])
def test_a_name_that_was_not_fetched_is_exit_code_2(origin: Repo, name: str) -> None:
    work = _checkout(origin, "--depth=1")
    work.gofigure("allow", "--yes")
    done = work.gofigure("run", "--from-ref", name, "--json")
    assert done.returncode == 2
    assert f"{name} names no commit" in said(done)
    assert "shallow clone" in said(done)


def test_a_clone_without_old_blobs_needs_none_of_them(origin: Repo) -> None:
    origin.git("config", "uploadpack.allowFilter", "true")
    work = _checkout(origin, "--filter=blob:none")
    done = _check(work)
    assert done.returncode == 0, said(done)
    assert verdicts(_told(done))["lint"] == "passed"


def test_what_was_not_allowed_does_not_run(origin: Repo) -> None:
    done = _checkout(origin).gofigure("run", *RANGE, "--json")
    assert done.returncode == 2
    assert "gofigure allow" in said(done)


def test_a_clone_that_belongs_to_somebody_else_is_refused_in_git_s_words(origin: Repo) -> None:
    work = _checkout(origin)
    other = replace(work, env={**work.env, "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})
    done = other.gofigure("allow", "--yes")
    assert done.returncode == 2
    assert "git config --global --add safe.directory" in said(done)
    other.git("config", "--global", "--add", "safe.directory", str(work.root))
    assert _check(other).returncode == 0


def test_a_job_that_was_proven_elsewhere_is_run_here(origin: Repo, repo: Repo) -> None:
    """Proofs do not travel with the content: a store that came with a clone would be anybody's."""
    repo.gofigure("allow")
    repo.gofigure("run", "release")
    assert stages(_told(_check(_checkout(origin))))["unit"]["verdict"] == "passed"
