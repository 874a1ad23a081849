"""Whatever way a commit is made, the run is about exactly the tree that the commit gets."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.repo import Done, Repo
from support.rig import lines, said, stages

CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["a", "b"]
[stages.a]
run = "echo ran >> ROOT/../ran-a"
locations = ["a"]
[stages.b]
run = "echo ran >> ROOT/../ran-b"
locations = ["b"]
"""


def _config(repo: Repo) -> str:
    return CONFIG.replace("ROOT", str(repo.root))


@pytest.fixture
def project(repo: Repo) -> Repo:
    """One commit, hooks installed; then, staged and not staged, two changes in two folders."""
    repo.config(_config(repo))
    for name in ("a/file", "b/file", "c/file"):
        repo.write(name, f"{name} 1\n")
    assert repo.gofigure("install-hooks").returncode == 0
    done = repo.commit("one")
    assert done.returncode == 0, said(done)
    return repo


def _changes(repo: Repo) -> None:
    repo.write("a/file", "a staged\n")
    repo.git("add", "a")
    repo.write("b/file", "b not staged\n")


def _last_run(repo: Repo) -> Any:
    return repo.json("history")["runs"][0]


def _is_about_the_commit(repo: Repo) -> None:
    run = _last_run(repo)
    assert run["trigger"] == "pre-commit"
    assert run["content"] == "what is being committed"
    assert run["tree"] == repo.digest("--commit", "HEAD")
    assert run["worktree"] == os.path.realpath(repo.root)


def _count(repo: Repo) -> int:
    return int(repo.git("rev-list", "--count", "HEAD"))


Commit = Callable[[Repo], Done]


def _with_own_index(repo: Repo) -> Done:
    env = {"GIT_INDEX_FILE": str(repo.root.parent / "own index")}
    repo.git("read-tree", "HEAD", env=env)
    repo.git("add", "b", env=env)
    return repo.try_git("commit", "-q", "-m", "two", env=env)


WAYS: dict[str, Commit] = {
    "commit": lambda repo: repo.try_git("commit", "-q", "-m", "two"),
    "commit -a": lambda repo: repo.try_git("commit", "-q", "-a", "-m", "two"),
    "commit -- path": lambda repo: repo.try_git("commit", "-q", "-m", "two", "--", "b/file"),
    "commit --include path": lambda repo: repo.try_git("commit", "-q", "-m", "two", "--include", "b/file"),
    "commit --amend": lambda repo: repo.try_git("commit", "-q", "--amend", "-m", "other"),
    "commit --amend -- path": lambda repo: repo.try_git("commit", "-q", "--amend", "-m", "other", "--", "b/file"),
    "commit --fixup": lambda repo: repo.try_git("commit", "-q", "--fixup", "HEAD"),
    "commit --allow-empty": lambda repo: (
        repo.git("reset", "-q"),
        repo.try_git("commit", "-q", "--allow-empty", "-m", "two"),
    )[1],
    "from a subfolder": lambda repo: repo.at(repo.root / "a").try_git("commit", "-q", "-m", "two"),
    "-- path from a subfolder": lambda repo: repo.at(repo.root / "b").try_git("commit", "-q", "-m", "2", "--", "file"),
    "git -C": lambda repo: repo.at(repo.root.parent).try_git("-C", "repo", "commit", "-q", "-m", "two"),
    "git --git-dir --work-tree": lambda repo: repo.at(repo.root.parent).try_git(
        "--git-dir=repo/.git", "--work-tree=repo", "commit", "-q", "-a", "-m", "two"
    ),
    "GIT_INDEX_FILE of the user's own": _with_own_index,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_the_run_is_about_the_tree_that_the_commit_gets(project: Repo, way: Commit) -> None:
    """Git hands over three different indexes (design decision 2; prek#1786, lefthook's git_commit_a cases)."""
    _changes(project)
    done = way(project)
    assert done.returncode == 0, said(done)
    _is_about_the_commit(project)


def test_on_an_unborn_branch(repo: Repo) -> None:
    """lint-staged no-initial-commit."""
    repo.config(_config(repo))
    repo.write("a/file", "1\n")
    repo.write("b/file", "1\n")
    repo.gofigure("install-hooks")
    repo.git("add", "-A")
    repo.write("b/other", "untracked\n")
    done = repo.try_git("commit", "-q", "-m", "first")
    assert done.returncode == 0, said(done)
    _is_about_the_commit(repo)
    repo.git("checkout", "-q", "--orphan", "other")
    repo.git("add", "-A")
    done = repo.try_git("commit", "-q", "-m", "first of another")
    assert done.returncode == 0, said(done)
    _is_about_the_commit(repo)


def test_on_an_unborn_branch_with_a_whole_folder_that_is_not_staged(repo: Repo) -> None:
    repo.config(_config(repo))
    repo.write("a/file", "1\n")
    repo.gofigure("install-hooks")
    repo.git("add", "-A")
    repo.write("b/file", "untracked\n")
    done = repo.try_git("commit", "-q", "-m", "first")
    assert done.returncode != 0, "as in a fresh clone of that commit"
    assert b"b runs in a private checkout: the working tree differs: b/file added" in done.stderr
    assert b"there is no folder" in done.stderr


def test_on_a_detached_head(project: Repo) -> None:
    project.git("checkout", "-q", "--detach")
    _changes(project)
    done = project.try_git("commit", "-q", "-a", "-m", "two")
    assert done.returncode == 0, said(done)
    _is_about_the_commit(project)
    assert _last_run(project)["branch"] == ""


@pytest.mark.parametrize("args", [("-a",), (), ("--", "b/file")], ids=["-a", "plain", "-- path"])
def test_in_a_linked_worktree(project: Repo, tmp_path: Path, args: tuple[str, ...]) -> None:
    """Git exports an absolute GIT_DIR there (prek workspace_hook_in_linked_worktree_keeps_git_index)."""
    linked = project.at(tmp_path / "linked")
    project.git("worktree", "add", "-q", "-b", "other", str(linked.root))
    _changes(linked)
    done = linked.try_git("commit", "-q", "-m", "two", *args)
    assert done.returncode == 0, said(done)
    _is_about_the_commit(linked)
    assert _count(project) == 1
    assert _count(linked) == 2
    assert not (linked.root / ".gofigure").exists(), "one store per repository, in the main working tree"
    assert project.git("status", "--porcelain") == b""


def test_in_a_submodule(project: Repo, tmp_path: Path) -> None:
    outer = Repo.create(tmp_path / "outer", project.env)
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(project.root), "sub")
    outer.commit("with a submodule")
    inner = outer.at(outer.root / "sub")
    assert inner.gofigure("install-hooks").returncode == 0
    _changes(inner)
    done = inner.try_git("commit", "-q", "-a", "-m", "two")
    assert done.returncode == 0, said(done)
    _is_about_the_commit(inner)
    assert outer.git("diff", "--name-only") == b"sub\n", "the outer repository sees a new commit and nothing else"


def test_while_a_merge_with_conflicts_is_being_concluded(project: Repo) -> None:
    project.git("checkout", "-q", "-b", "side")
    project.write("a/file", "theirs\n")
    assert project.commit("theirs").returncode == 0
    project.git("checkout", "-q", "main")
    project.write("a/file", "ours\n")
    assert project.commit("ours").returncode == 0
    assert project.try_git("merge", "-q", "side").returncode != 0
    done = project.try_git("commit", "-q", "-a", "-m", "merged")
    assert done.returncode == 0, said(done)
    _is_about_the_commit(project)


def test_a_partial_commit_runs_on_exactly_what_is_being_committed(project: Repo) -> None:
    project.write(
        ".gofigure.toml",
        _config(project)
        .replace("echo ran", "cat file >> ROOT/../read; echo ran", 1)
        .replace("ROOT", str(project.root)),
    )
    project.git("add", "-A")
    _changes(project)
    project.write("a/file", "a edited again after `git add`\n")
    project.git("add", "b")
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode == 0, said(done)
    assert b"a runs in a private checkout: the working tree differs: a/file changed" in done.stderr
    ran = {stage["stage"]: stage for stage in _last_run(project)["stages"]}
    assert (ran["a"]["verdict"], ran["a"]["proven"], ran["a"]["place"]) == ("passed", True, "private")
    assert (ran["b"]["verdict"], ran["b"]["proven"], ran["b"]["place"]) == ("passed", True, "in place")
    assert (project.root.parent / "read").read_text() == "a staged\n"
    assert (project.root / "a/file").read_text() == "a edited again after `git add`\n"
    assert stages(project.json("run", "--commit", "HEAD"))["a"]["verdict"] == "reused"

    here = stages(project.json("run"))
    assert here["a"]["verdict"] == "passed", "the edited file is another content, not yet proven"
    assert (here["a"]["proven"], here["a"]["place"]) == (True, "in place")
    assert stages(project.json("run"))["a"]["verdict"] == "reused"


def test_a_stage_that_wants_the_working_tree_proves_only_what_is_the_same_there(project: Repo) -> None:
    project.config(_config(project).replace('locations = ["a"]', 'locations = ["a"]\nworkspace = "in-place"'))
    _changes(project)
    project.write("a/file", "a edited again after `git add`\n")
    project.git("add", "b")
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode == 0, said(done)
    assert b"the working tree differs from what is being committed: a/file changed" in done.stderr
    assert b"proves nothing" in done.stderr
    ran = {stage["stage"]: stage for stage in _last_run(project)["stages"]}
    assert (ran["a"]["verdict"], ran["a"]["proven"]) == ("passed", 0)
    assert ran["a"]["note"] == "not proven: it ran on other content: a/file changed"
    again = stages(project.json("run", "--commit", "HEAD"))
    assert again["a"]["verdict"] == "skipped", "what stands here is not that commit"
    assert again["b"]["verdict"] == "reused"


def test_a_file_that_is_not_staged_at_all_differs_too(project: Repo) -> None:
    project.write("b/untracked", "x\n")
    _changes(project)
    project.git("checkout", "-q", "--", "b/file")
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode == 0, said(done)
    ran = {stage["stage"]: stage for stage in _last_run(project)["stages"]}
    assert ran["a"]["proven"] == 1
    assert ran["b"]["verdict"] == "reused", "what is being committed there was proven with the first commit"


def test_a_failing_stage_stops_the_commit_and_leaves_index_and_files_as_they_were(project: Repo) -> None:
    project.config(re.sub(r"echo ran >> \S+/ran-b", "exit 3", _config(project)))
    project.git("add", "-A")
    _changes(project)
    before = project.git("status", "--porcelain=v2"), project.git("ls-files", "-s")
    done = project.try_git("commit", "-q", "-a", "-m", "two")
    assert done.returncode != 0
    assert b"exit code 3" in done.stderr
    assert (project.git("status", "--porcelain=v2"), project.git("ls-files", "-s")) == before
    assert _count(project) == 1
    assert not (project.root / ".git/index.lock").exists()


def test_no_verify_runs_nothing(project: Repo) -> None:
    _changes(project)
    runs = len(project.json("history")["runs"])
    project.git("commit", "-q", "--no-verify", "-m", "two")
    assert len(project.json("history")["runs"]) == runs


def test_switched_off_for_once_by_GOFIGURE_0_and_recorded(project: Repo) -> None:  # noqa: N802
    project.config(re.sub(r"echo ran >> \S+/ran-b", "exit 3", _config(project)))
    project.git("add", "-A")
    done = project.try_git("commit", "-q", "-m", "two", env={"GOFIGURE": "0"})
    assert done.returncode == 0
    assert b"GOFIGURE=0" in done.stderr
    (skip,) = project.json("history")["skips"]
    assert (skip["hook"], skip["reason"]) == ("pre-commit", "GOFIGURE=0")
    assert project.try_git("commit", "-q", "--allow-empty", "-m", "3", env={"GOFIGURE": "1"}).returncode != 0


def test_a_branch_without_a_configuration_commits_freely_and_says_so(project: Repo) -> None:
    """pre-commit blocks there, unless PRE_COMMIT_ALLOW_NO_CONFIG is set."""
    project.git("rm", "-q", ".gofigure.toml")
    done = project.try_git("commit", "-q", "-m", "none")
    assert done.returncode == 0
    assert b"there is no .gofigure.toml here" in done.stderr
    project.git("checkout", "-q", "HEAD~1")
    (skip,) = project.json("history")["skips"]
    assert (skip["hook"], skip["reason"]) == ("pre-commit", "there is no .gofigure.toml here")


def test_a_broken_configuration_stops_the_commit_and_names_the_line(project: Repo) -> None:
    project.config(_config(project) + "\n[stages.c]\nruns = 'x'\n")
    project.git("add", "-A")
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode != 0
    assert b".gofigure.toml:13" in done.stderr
    assert b"bug" not in done.stderr


def test_a_repository_whose_permission_was_taken_back_is_blocked_with_a_hint(project: Repo) -> None:
    assert project.gofigure("allow", "--revoke").returncode == 0
    ran = lines(project.root.parent / "ran-a")
    _changes(project)
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode != 0
    assert b"has not been allowed to run on this machine" in done.stderr
    assert b"gofigure allow" in done.stderr
    assert lines(project.root.parent / "ran-a") == ran
    assert project.gofigure("allow").returncode == 0
    assert project.try_git("commit", "-q", "-m", "two").returncode == 0


def test_a_missing_interpreter_blocks_and_names_the_mend(project: Repo) -> None:
    """Lefthook prints and lets the commit pass."""
    script = project.root / ".git/hooks/pre-commit"
    text = script.read_text()
    start = text.index("python=")
    gone = text[:start] + "python=/gone/bin/python" + text[text.index("\n", start) :]
    script.write_text(gone)
    _changes(project)
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode != 0
    assert b"/gone/bin/python is gone" in done.stderr
    assert b"gofigure install-hooks" in done.stderr
    assert b"GOFIGURE=0 git" in done.stderr
    assert project.try_git("commit", "-q", "-m", "two", env={"GOFIGURE": "0"}).returncode == 0


def test_the_repository_s_own_modules_are_never_imported_by_the_hook(project: Repo) -> None:
    """A gofigure.py, click.py or sitecustomize.py in the tree must not run in the hook's interpreter."""
    for name in ("gofigure", "blake3", "json", "sitecustomize", "tomli"):
        project.write(f"{name}.py", "open('../canary', 'w')\nraise SystemExit('planted')\n")
    done = project.commit("two")
    assert done.returncode == 0, said(done)
    poisoned = project.try_git("commit", "-q", "--allow-empty", "-m", "3", env={"PYTHONPATH": str(project.root)})
    assert poisoned.returncode == 0, said(poisoned)
    assert not (project.root.parent / "canary").exists()
