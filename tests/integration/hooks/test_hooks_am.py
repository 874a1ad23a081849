"""`git am` with jobs on its three hooks (git's t4150)."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import lines, said

CONFIG = """
[jobs.j]
on = ["HOOK"]
stages = ["s"]
[stages.s]
run = "RUN"
"""


def _configured(repo: Repo, hook: str, run: str) -> Repo:
    repo.config(CONFIG.replace("HOOK", hook).replace('"RUN"', f"'''{run}'''"))
    assert repo.gofigure("install-hooks").returncode == 0
    return repo


@pytest.fixture
def patched(repo: Repo, tmp_path: Path) -> Repo:
    """A repository, and beside it a patch that changes `file` to "second"."""
    repo.write("file", "first\n")
    repo.write(".gitignore", ".gofigure.toml\n")
    repo.commit("first")
    repo.write("file", "second\n")
    repo.commit("second\n\nwith a body")
    (tmp_path / "patch").write_bytes(repo.git("format-patch", "--stdout", "-1"))
    repo.git("reset", "-q", "--hard", "HEAD~1")
    return repo


def _subject(repo: Repo) -> str:
    return repo.git("log", "-1", "--format=%s").decode().strip()


@pytest.mark.parametrize("hook", ["applypatch-msg", "pre-applypatch"])
def test_a_failure_stops_the_patch(patched: Repo, hook: str) -> None:
    """t4150 'am with failing applypatch-msg hook' and 'am with failing pre-applypatch hook'."""
    _configured(patched, hook, "false")
    done = patched.try_git("am", "../patch")
    assert done.returncode != 0, said(done)
    assert b"s  failed" in done.stderr
    assert _subject(patched) == "first"
    applied = (patched.root / "file").read_text() == "second\n"
    assert applied == (hook == "pre-applypatch"), "git has applied it, or has not begun to"
    patched.git("am", "--abort")
    assert (patched.root / "file").read_text() == "first\n"


def test_a_stage_may_change_the_message(patched: Repo) -> None:
    """t4150 'am with applypatch-msg hook'."""
    _configured(patched, "applypatch-msg", 'sed -i "1s/^/changed: /" "$GOFIGURE_MESSAGE_FILE"')
    patched.git("am", "-q", "../patch")
    assert _subject(patched) == "changed: second"


def test_before_the_commit_it_is_about_what_the_patch_leaves(patched: Repo, tmp_path: Path) -> None:
    """t4150 'am with pre-applypatch hook'."""
    _configured(
        patched, "pre-applypatch", f"cp file '{tmp_path}/saw'; git diff --cached --name-only >> '{tmp_path}/saw'"
    )
    patched.git("am", "-q", "../patch")
    assert (tmp_path / "saw").read_text() == "second\nfile\n"
    (run,) = patched.json("history")["runs"]
    assert (run["content"], run["tree"]) == ("what is being committed", patched.digest("--commit", "HEAD"))
    assert run["stages"][0]["proven"]
    assert patched.json("run", "--commit", "HEAD")["runs"][0]["verdict"] == "reused"


def test_after_the_commit_it_is_about_that_and_stops_nothing(patched: Repo, tmp_path: Path) -> None:
    """t4150 'am with post-applypatch hook' and 'am with failing post-applypatch hook'."""
    _configured(patched, "post-applypatch", f"git log -1 --format=%s >> '{tmp_path}/saw'; false")
    done = patched.try_git("am", "../patch")
    assert done.returncode == 0, said(done)
    assert b"s  failed" in done.stderr
    assert (tmp_path / "saw").read_text() == "second\n"
    (run,) = patched.json("history")["runs"]
    assert (run["verdict"], run["tree"]) == ("failed", patched.digest("--commit", "HEAD"))
    assert patched.gofigure("hook", "post-applypatch").returncode == 0


def test_a_series_meets_the_hooks_once_for_each_patch(patched: Repo, tmp_path: Path) -> None:
    """Every patch leaves another content, so nothing is reused but what is the same."""
    for number in (3, 4):
        patched.write("file", f"{number}\n")
        patched.commit(f"number {number}")
    series = patched.git("format-patch", "--stdout", "-2")
    patched.git("reset", "-q", "--hard", "HEAD~2")
    _configured(patched, "pre-applypatch", f"echo ran >> '{tmp_path}/ran'")
    patched.git("am", "-q", stdin=series)
    assert lines(tmp_path / "ran") == 2
    patched.git("reset", "-q", "--hard", "HEAD~2")
    patched.git("am", "-q", stdin=series)
    assert lines(tmp_path / "ran") == 2
