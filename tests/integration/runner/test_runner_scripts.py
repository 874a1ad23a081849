"""A script of the project that a stage starts is content: the one of what is checked, wherever the stage runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import said, stages, verdicts

CONFIG = """
[jobs.check]
on = ["pre-commit", "pre-push", "pre-receive"]
stages = ["s"]
[stages.s]
READS
"""
WAYS = {
    "inputs": "run = './check.sh'\ninputs = ['a.txt']",
    "files": "run = './check.sh \"$@\"'\nfiles = '\\.txt$'",
    "source": "run = './check.sh'\nlocations = ['.']\nsource = 'a.txt'",
}
GOOD, BAD = "#!/bin/sh\nexit 0\n", "#!/bin/sh\nexit 1\n"


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
def project(request: pytest.FixtureRequest, repo: Repo) -> Repo:
    repo.config(CONFIG.replace("READS", request.param))
    repo.write("check.sh", GOOD, mode=0o755)
    repo.write("a.txt", "1\n")
    assert repo.gofigure("install-hooks").returncode == 0
    assert repo.commit("one").returncode == 0
    return repo


def test_another_script_is_another_key(project: Repo) -> None:
    assert verdicts(project.json("run"))["s"] == "reused"
    project.write("check.sh", BAD, mode=0o755)
    assert project.gofigure("run").returncode == 1
    assert "check.sh changed" in said(project.gofigure("why", "s"))


def test_a_pass_of_the_old_script_is_not_stored_under_the_new_one(project: Repo) -> None:
    project.write("a.txt", "X\n")
    project.git("add", "a.txt")
    project.write("a.txt", "Y\n")
    project.write("check.sh", BAD, mode=0o755)
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode == 0, said(done)
    assert stages(project.json("history"))["s"]["place"] == "private"
    project.write("a.txt", "X\n")
    project.git("add", "check.sh")
    done = project.try_git("commit", "-q", "-m", "three")
    assert done.returncode != 0, "the script that is committed fails"


def test_only_the_script_differs(project: Repo) -> None:
    project.write("a.txt", "2\n")
    project.git("add", "a.txt")
    project.write("check.sh", BAD, mode=0o755)
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode == 0, said(done)
    assert stages(project.json("history"))["s"]["place"] == "private"


def test_a_branch_that_is_pushed_is_checked_by_its_own(project: Repo, tmp_path: Path) -> None:
    project.git("init", "-q", "--bare", str(tmp_path / "remote"))
    project.git("checkout", "-q", "-b", "strict")
    project.write("check.sh", BAD, mode=0o755)
    project.git("commit", "-q", "-a", "--no-verify", "-m", "strict")
    project.git("checkout", "-q", "main")
    assert project.try_git("push", "-q", str(tmp_path / "remote"), "main").returncode == 0
    assert project.try_git("push", "-q", str(tmp_path / "remote"), "strict").returncode != 0
    told = project.json("history", "--commits")
    assert {one["verified"] for one in told["commits"]} == {True}
    project.git("checkout", "-q", "strict")
    assert [one["verified"] for one in project.json("history", "--commits")["commits"]] == [False, True]


def test_what_arrives_is_checked_by_its_own(project: Repo, tmp_path: Path, environment: dict[str, str]) -> None:
    bare = Repo.create(tmp_path / "bare.git", environment, "--bare")
    bare.config((project.root / ".gofigure.toml").read_text().replace('"pre-commit", "pre-push", ', ""))
    assert bare.gofigure("install-hooks").returncode == 0
    push = ("push", "-q", "--no-verify", str(bare.root), "main")
    assert project.try_git(*push).returncode == 0
    project.write("check.sh", BAD, mode=0o755)
    project.git("commit", "-q", "-a", "--no-verify", "-m", "strict")
    done = project.try_git(*push)
    assert done.returncode != 0
    assert "repeat:" not in said(done), "what was refused is nowhere any more"


def test_a_program_that_git_ignores_is_one_of_this_machine(repo: Repo) -> None:
    repo.config(CONFIG.replace("READS", WAYS["inputs"].replace("./check.sh", "bin/check")))
    repo.write(".gitignore", "bin\n")
    repo.write("bin/check", GOOD, mode=0o755)
    repo.write("a.txt", "1\n")
    repo.gofigure("install-hooks")
    assert repo.commit("one").returncode == 0
    repo.write("bin/check", BAD, mode=0o755)
    assert repo.gofigure("run").returncode == 1
    repo.write("bin/check", GOOD, mode=0o755)
    repo.write("a.txt", "2\n")
    repo.git("add", "a.txt")
    repo.write("a.txt", "3\n")
    done = repo.try_git("commit", "-q", "-m", "two")
    assert done.returncode != 0
    assert "share = [...] brings it" in said(done)
    repo.config((repo.root / ".gofigure.toml").read_text() + "share = ['bin']\n")
    done = repo.try_git("commit", "-q", "-m", "two")
    assert done.returncode == 0, said(done)
