"""Where private checkouts lie, and that two never meet in one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.private import files, private, repository_of
from support.repo import Repo
from support.shapes import seed

from gofigure.workspace.slots import acquire, cache_home, checkouts_home


def test_it_lies_in_the_users_cache(repo: Repo, home: Path, tmp_path: Path) -> None:
    seed(repo)
    with private(repo) as made:
        assert made.slot.parent.parent == home / ".cache/gofigure/checkouts"
        assert (made.slot.parent / "repository").read_text() == str(repo.root / ".git")
        assert made.slot.parent.stat().st_mode & 0o077 == 0, "it may hold what others must not read"
    with private(repo, env={"XDG_CACHE_HOME": str(tmp_path / "cache")}) as made:
        assert made.slot.is_relative_to(tmp_path / "cache/gofigure/checkouts")


@pytest.mark.parametrize(
    "cache", ["REPO/.cache", "REPO", "a relative/one", "/proc/nowhere", "/dev/null", "/tmp/line\nbreak"]
)
def test_below_the_git_directory_where_there_is_no_such_place(repo: Repo, cache: str) -> None:
    seed(repo)
    env = {"XDG_CACHE_HOME": cache.replace("REPO", str(repo.root)), "HOME": str(repo.root)}
    with private(repo, env=env) as made:
        assert made.slot.parent == repo.root / ".git/gofigure/checkouts"
        assert made.repo.git("status", "--porcelain") == b""
    assert repo.git("status", "--porcelain") == b""


def test_without_a_home_and_a_cache() -> None:
    assert cache_home({}) == cache_home({"HOME": ""}) == cache_home({"HOME": "relative"}) == ""
    assert cache_home({"HOME": "/h"}) == cache_home({"HOME": "/h", "XDG_CACHE_HOME": "no"})


def test_not_in_the_main_working_tree_either(repo: Repo, tmp_path: Path) -> None:
    seed(repo)
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    with private(repo.at(tmp_path / "linked"), env={"XDG_CACHE_HOME": str(repo.root / "cache")}) as made:
        assert made.slot.is_relative_to(repo.root / ".git/gofigure")


def test_two_at_once_get_two_and_each_finds_its_own_again(repo: Repo, tmp_path: Path) -> None:
    seed(repo)
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = repo.at(tmp_path / "linked")
    linked.write("README", "on the other branch\n")
    linked.commit("two")
    with private(repo) as one, private(linked) as two:
        assert one.slot != two.slot
        assert (one.root / "README").read_text() == "hello\n"
        assert (two.root / "README").read_text() == "on the other branch\n"
    with private(linked) as again:
        assert again.slot == two.slot, "what it has cached is there"
        with private(linked) as third:
            assert third.slot == one.slot, "rather than a third"
            assert (third.root / "README").read_text() == "on the other branch\n"
    with private(repo) as again:
        assert files(again.root)[b"README"] == ("file", b"hello\n", False)


def test_a_place_that_cannot_be_locked_is_passed_over_and_many_such_are_no_loop(repo: Repo) -> None:
    home = checkouts_home(repository_of(repo), repo.env)
    Path(home, "0").mkdir()
    Path(home, "0", "lock").mkdir()
    slot = acquire(home, "here")
    assert slot.folder == os.path.join(home, "1")
    slot.release()
    for number in range(1, 64):
        Path(home, str(number)).mkdir(exist_ok=True)
        lock = Path(home, str(number), "lock")
        lock.unlink(missing_ok=True)
        lock.mkdir()
    with pytest.raises(OSError, match="can be locked"):
        acquire(home, "here")
