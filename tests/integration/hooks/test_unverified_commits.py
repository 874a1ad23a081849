"""Commits that never met pre-commit: status and history name them, and say what is known of how they came to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.repo import Repo
from support.rig import said

CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["s", "t"]
[stages.s]
run = "! grep -q BROKEN a"
inputs = ["a"]
[stages.t]
run = "true"
inputs = ["b"]
"""


@pytest.fixture
def checked(repo: Repo) -> Repo:
    """One commit, verified."""
    repo.config(CONFIG)
    repo.write("a", "1\n")
    repo.write("b", "1\n")
    assert repo.gofigure("install-hooks").returncode == 0
    assert repo.commit("one").returncode == 0
    return repo


def _commit(repo: Repo, text: str, *args: str, env: dict[str, str] | None = None) -> None:
    repo.write("a", f"{text}\n")
    done = repo.try_git("commit", "-q", "-a", "-m", text, *args, env=env or {})
    assert done.returncode == 0, said(done)


def _commits(repo: Repo) -> Any:
    return repo.json("status")["commits"]


def _unverified(repo: Repo) -> dict[str, str]:
    """Subject to reason."""
    return {one["subject"]: one["reason"] for one in _commits(repo)["commits"] if not one["verified"]}


def test_a_commit_that_met_its_hook_is_verified(checked: Repo) -> None:
    _commit(checked, "two")
    found = _commits(checked)
    assert (found["unverified"], found["more"], found["on_no_remote"]) == (0, False, False)
    assert [one["reason"] for one in found["commits"]] == ["check passed in run 2", "check passed in run 1"]
    assert "commits: 2, all verified" in said(checked.gofigure("status"))


def test_no_verify_and_the_command_to_check_it(checked: Repo) -> None:
    _commit(checked, "BROKEN", "--no-verify")
    assert _unverified(checked) == {"BROKEN": "nothing was run on it: --no-verify, or a hook that is not installed"}
    head = checked.git("rev-parse", "HEAD").decode()
    assert f"gofigure run --commit {head[:10]}" in said(checked.gofigure("status"))
    checked.gofigure("run", "--commit", "HEAD")
    assert _unverified(checked) == {"BROKEN": "s failed in run 2"}


def test_a_run_afterwards_verifies_it_whoever_asked(checked: Repo) -> None:
    _commit(checked, "two", "--no-verify")
    assert len(_unverified(checked)) == 1
    assert checked.gofigure("run", "s").returncode == 0, "another job than the one that is asked about"
    assert _unverified(checked) == {}, "t is proven from before, s now"


def test_a_hook_that_was_told_to_run_nothing_is_the_reason(checked: Repo) -> None:
    _commit(checked, "two", env={"GOFIGURE": "0"})
    _commit(checked, "three", "--no-verify")
    assert _unverified(checked) == {
        "two": "the pre-commit hook ran nothing: GOFIGURE=0",
        "three": "nothing was run on it: --no-verify, or a hook that is not installed",
    }


def test_a_stage_that_was_left_out_is_the_reason(checked: Repo) -> None:
    _commit(checked, "two", env={"SKIP": "s"})
    assert _unverified(checked) == {"two": "s did not run: SKIP=s (run 2)"}
    _commit(checked, "three", env={"SKIP": "t"})
    assert list(_unverified(checked)) == ["two"], "t was proven, and so reused"


def test_cherry_pick_and_revert(checked: Repo) -> None:
    checked.git("checkout", "-q", "-b", "topic")
    checked.write("b", "topic\n")
    checked.git("commit", "-q", "-a", "-m", "on b", "--no-verify")
    checked.git("checkout", "-q", "main")
    _commit(checked, "two")
    _commit(checked, "three")
    checked.git("cherry-pick", "topic")
    checked.git("revert", "--no-edit", "HEAD~1")
    found = _unverified(checked)
    assert found == {
        "on b": "made by cherry-pick; nothing was run on it",
        'Revert "three"': "made by revert; nothing was run on it",
    }


def test_rebase_and_a_merge_that_only_moves_the_branch(checked: Repo) -> None:
    checked.git("checkout", "-q", "-b", "topic")
    for text in ("x", "y"):
        checked.write("b", f"{text}\n")
        assert checked.try_git("commit", "-q", "-a", "-m", text).returncode == 0
    assert _unverified(checked) == {}
    checked.git("checkout", "-q", "main")
    _commit(checked, "two")
    checked.git("checkout", "-q", "topic")
    checked.git("rebase", "-q", "main")
    assert _unverified(checked) == {}, "all that each stage reads was proven before, on one side or the other"
    checked.git("checkout", "-q", "main")
    _commit(checked, "BROKEN", "--no-verify")
    checked.git("checkout", "-q", "topic")
    checked.git("rebase", "-q", "main")
    assert _unverified(checked) == {
        "x": "made by rebase (pick); nothing was run on it",
        "y": "made by rebase (pick); nothing was run on it",
        "BROKEN": "nothing was run on it: --no-verify, or a hook that is not installed",
    }
    checked.git("checkout", "-q", "main")
    checked.git("merge", "-q", "--ff", "topic")
    assert set(_unverified(checked)) == {"x", "y", "BROKEN"}


def test_plumbing(checked: Repo) -> None:
    checked.write("a", "plumbed\n")
    checked.git("add", "a")
    tree = checked.git("write-tree").decode().strip()
    commit = checked.git("commit-tree", tree, "-p", "HEAD", "-m", "plumbed").decode().strip()
    checked.git("update-ref", "HEAD", commit)
    assert _unverified(checked) == {"plumbed": "nothing was run on it"}


def test_only_those_that_are_on_no_remote(checked: Repo, tmp_path: Path) -> None:
    _commit(checked, "two", "--no-verify")
    checked.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    checked.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    checked.git("push", "-q", "origin", "main")
    assert _commits(checked)["commits"] == []
    assert "commits" not in said(checked.gofigure("status"))
    _commit(checked, "three", "--no-verify")
    found = _commits(checked)
    assert (found["on_no_remote"], [one["subject"] for one in found["commits"]]) == (True, ["three"])
    listed = checked.json("history", "--commits")["commits"]
    assert [(one["subject"], one["verified"]) for one in listed] == [("three", False), ("two", False), ("one", True)]


def test_many_are_counted_up_to_a_bound(checked: Repo) -> None:
    stream = b"".join(
        b"commit refs/heads/main\ncommitter A <a@b> %d +0000\ndata 1\n%c\n%bM 100644 inline a\ndata %d\n%b\n"
        % (1800000000 + at, 97 + at, b"from refs/heads/main^0\n" if not at else b"", len(b"%d" % at), b"%d" % at)
        for at in range(12)
    )
    checked.git("fast-import", "--quiet", "--force", stdin=stream)
    found = _commits(checked)
    assert (found["more"], len(found["commits"]), found["unverified"]) == (True, 10, 10)
    reasons = [one["reason"] for one in found["commits"]]
    looked_into = ["nothing was run on it"] * 6  # HEAD's, which is looked into in any case, and five
    assert reasons == looked_into + ["unknown to gofigure"] * 4
    assert [one["reason"] for one in _commits(checked)["commits"]] == ["nothing was run on it"] * 10, "and remembered"
    assert len(checked.json("history", "--commits", "-n", "3")["commits"]) == 3


def test_a_subject_cannot_command_the_terminal(checked: Repo) -> None:
    checked.write("a", "2\n")
    checked.git("commit", "-q", "-a", "--no-verify", "-m", "red \x1b[31m\x07 and wide" + "x" * 100)
    for words in (["status"], ["history", "--commits"]):
        told = said(checked.gofigure(*words))
        assert "red  and wide" in told
        assert "\x1b" not in told
        assert "x" * 60 not in told


def test_no_commit_no_job_and_options_that_do_not_go_together(repo: Repo) -> None:
    repo.config(CONFIG)
    assert repo.gofigure("allow").returncode == 0
    assert _commits(repo) is None
    done = repo.gofigure("history", "--commits")
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"no commit" in done.stderr
    assert repo.gofigure("history", "--commits", "--job", "check").returncode == 2


def test_a_job_on_push_alone_says_nothing_of_commits(repo: Repo) -> None:
    repo.config(CONFIG.replace("pre-commit", "pre-push"))
    repo.write("a", "1\n")
    assert repo.gofigure("allow").returncode == 0
    repo.commit("one")
    assert _commits(repo) is None
