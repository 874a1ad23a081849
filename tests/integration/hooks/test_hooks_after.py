"""post-commit and pre-push: runs about commits, with a real remote on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.repo import Done, Repo
from support.rig import lines, said

CONFIG = """
[jobs.after]
on = ["HOOK"]
stages = ["s"]
[stages.s]
run = "echo ran >> ../ran; ! grep -q BROKEN src/*"
inputs = ["src/**"]
"""


def _configured(repo: Repo, hook: str) -> Repo:
    repo.config(CONFIG.replace("HOOK", hook))
    repo.write("src/a", "1\n")
    assert repo.gofigure("install-hooks").returncode == 0
    repo.commit("one")
    return repo


def _commit(repo: Repo, text: str) -> str:
    repo.write("src/a", text)
    repo.commit(text)
    return repo.git("rev-parse", "HEAD").decode().strip()


def _runs(repo: Repo) -> list[Any]:
    """Oldest first."""
    runs: list[Any] = repo.json("history", "-n", "100")["runs"]
    return runs[::-1]


def test_post_commit_is_about_the_commit_that_was_made_whatever_stands_in_the_tree(repo: Repo) -> None:
    _configured(repo, "post-commit")
    repo.write("src/a", "2\n")
    repo.write("other", "x\n")
    repo.git("add", "other")
    repo.git("commit", "-q", "-m", "two")
    run = _runs(repo)[-1]
    head = repo.git("rev-parse", "HEAD").decode()
    assert (run["trigger"], run["content"]) == ("post-commit", f"commit {head[:10]}")
    assert run["tree"] == repo.digest("--commit", "HEAD")
    assert run["verdict"] == "reused", "src as committed was proven with the first commit"
    done = repo.try_git("commit", "-q", "--amend", "-a", "-m", "two, better")
    assert done.returncode == 0, said(done)
    assert _runs(repo)[-1]["tree"] == repo.digest("--commit", "HEAD")


def test_a_failure_after_the_commit_cannot_undo_it_and_is_told(repo: Repo) -> None:
    _configured(repo, "post-commit")
    repo.write("src/a", "BROKEN\n")
    done = repo.commit("two")
    assert done.returncode == 0, "git gives post-commit's exit code no meaning"
    assert b"after: failed" in done.stderr
    assert _runs(repo)[-1]["verdict"] == "failed"


@pytest.fixture
def pushing(repo: Repo, tmp_path: Path) -> Repo:
    _configured(repo, "pre-push")
    repo.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    repo.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    return repo


def _push(repo: Repo, *args: str) -> Done:
    return repo.try_git("push", "-q", "origin", *args)


def _pushed(repo: Repo, *args: str) -> list[Any]:
    """The runs that a push made."""
    before = len(_runs(repo))
    done = _push(repo, *args)
    assert done.returncode == 0, said(done)
    return _runs(repo)[before:]


def test_a_new_branch(pushing: Repo) -> None:
    (run,) = _pushed(pushing, "main")
    assert (run["trigger"], run["verdict"]) == ("pre-push", "passed")
    assert run["tree"] == pushing.digest("--commit", "main")


def test_nothing_to_push(pushing: Repo) -> None:
    _pushed(pushing, "main")
    assert _pushed(pushing, "main") == []


def test_a_deleted_branch_runs_nothing(pushing: Repo) -> None:
    """pre-commit's hook_impl_test: deletion."""
    _pushed(pushing, "main:gone")
    assert _pushed(pushing, ":gone") == []
    assert b"gone" not in pushing.git("ls-remote", "origin")


def test_a_forced_push_is_about_the_new_commit(pushing: Repo) -> None:
    _commit(pushing, "2\n")
    _pushed(pushing, "main")
    pushing.git("reset", "-q", "--hard", "HEAD~1")
    _commit(pushing, "3\n")
    assert _push(pushing, "main").returncode != 0, "not a fast-forward"
    (run,) = _pushed(pushing, "--force", "main")
    assert run["tree"] == pushing.digest("--commit", "main")


def test_several_refs_at_once_one_run_per_commit_and_a_deletion_between(pushing: Repo) -> None:
    """More than the first ref: lefthook and pre-commit looked at one only."""
    _pushed(pushing, "main:gone")
    for name in ("x", "y"):
        pushing.git("checkout", "-q", "-b", name, "main")
        _commit(pushing, f"{name}\n")
    pushing.git("branch", "x-too", "x")
    runs = _pushed(pushing, "x", "x-too", ":gone", "y")
    assert {run["tree"] for run in runs} == {pushing.digest("--commit", name) for name in ("x", "y")}
    assert len(runs) == 2
    names = pushing.git("ls-remote", "--heads", "origin").decode().split()[1::2]
    assert names == ["refs/heads/x", "refs/heads/x-too", "refs/heads/y"]


def test_a_commit_that_is_not_checked_out_runs_in_a_private_checkout(pushing: Repo) -> None:
    _commit(pushing, "2\n")
    done = _push(pushing, "HEAD~1:refs/heads/older")
    assert done.returncode == 0, said(done)
    assert _runs(pushing)[-1]["tree"] == pushing.digest("--commit", "HEAD~1")
    (stage,) = _runs(pushing)[-1]["stages"]
    assert (stage["verdict"], stage["proven"], stage["place"]) == ("passed", True, "private")


def test_a_failure_stops_the_push(pushing: Repo) -> None:
    _commit(pushing, "BROKEN\n")
    done = _push(pushing, "main")
    assert done.returncode != 0
    assert b"exit code 1" in done.stderr
    assert pushing.git("ls-remote", "origin") == b""


def test_an_annotated_tag_is_about_its_commit(pushing: Repo) -> None:
    pushing.git("tag", "-a", "-m", "first", "v1")
    (run,) = _pushed(pushing, "v1")
    assert run["tree"] == pushing.digest("--commit", "v1")


def test_a_tag_of_something_that_is_no_commit_does_not_stop_the_push(pushing: Repo) -> None:
    """Git's own repository carries one: junio-gpg-pub is a tag of a blob."""
    blob = pushing.git("hash-object", "-w", "--stdin", stdin=b"a key\n").decode().strip()
    pushing.git("tag", "key", blob)
    assert _pushed(pushing, "key") == []


@pytest.mark.parametrize("name", ["$(touch ../canary)", "a;touch${IFS}../canary", "`touch${IFS}../canary`", "ünï"])
def test_hostile_names_of_branches(pushing: Repo, name: str, tmp_path: Path) -> None:
    """T5: git accepts these; none may reach a shell as text. (tj-actions/branch-names)."""
    name = name.replace(" ", "${IFS}").replace("../", "")
    pushing.git("checkout", "-q", "-b", name)
    _commit(pushing, "2\n")
    (run,) = _pushed(pushing, name)
    assert run["branch"] == name
    assert run["tree"] == pushing.digest("--commit", "HEAD")
    assert not list(tmp_path.rglob("canary"))


def test_push_after_commit_reuses_what_the_commit_proved(repo: Repo, tmp_path: Path) -> None:
    """The point of it all: commit, then push, and the stage has run once."""
    repo.config(CONFIG.replace('"HOOK"', '"pre-commit", "post-commit", "pre-push"'))
    repo.write("src/a", "1\n")
    repo.gofigure("install-hooks")
    assert repo.commit("one").returncode == 0
    repo.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    done = repo.try_git("push", "-q", str(tmp_path / "remote.git"), "main")
    assert done.returncode == 0, said(done)
    assert [(run["trigger"], run["verdict"]) for run in _runs(repo)] == [
        ("pre-commit", "passed"),
        ("post-commit", "reused"),
        ("pre-push", "reused"),
    ]
    assert lines(tmp_path / "ran") == 1
