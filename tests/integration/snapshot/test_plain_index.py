"""An index that was found plain is not listed again, and any other one is."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.eye import Eye, by_hand, eye
from support.repo import Repo

from gofigure.events import ignore
from gofigure.git import program
from gofigure.snapshot.looking import Looking
from gofigure.store.store import Store


def asked(look: Eye, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What git is asked by one look, and what it sees is right."""
    said: list[str] = []
    really = program.Git.start

    def start(self: program.Git, *args: str, **options: object) -> object:
        said.append(args[0])
        return really(self, *args, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch, Store.in_memory() as store:
        patch.setattr(program.Git, "start", start)
        with Looking(look.project.root, look.project.repository, None) as looking:
            assert looking.tracked([".gofigure"]) == []
            looking.here(store.contents, ignore)
    return said


def test_it_is_listed_once(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("a.py", "1\n")
    repo.commit()
    look = eye(repo)
    Path(repo.root, ".git/gofigure").mkdir(exist_ok=True)
    assert "ls-files" in asked(look, monkeypatch)
    assert "ls-files" not in asked(look, monkeypatch)
    assert look.here().tree == by_hand(repo)
    repo.write("b.py", "1\n")
    repo.git("add", "b.py")
    assert "ls-files" in asked(look, monkeypatch)


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_what_git_is_told_not_to_look_at_is_seen_all_the_same(repo: Repo, flag: str) -> None:
    repo.write("a.py", "1\n")
    repo.commit()
    look = eye(repo)
    Path(repo.root, ".git/gofigure").mkdir(exist_ok=True)
    before = look.here().tree
    repo.git("update-index", flag, "a.py")
    repo.write("a.py", "changed\n")
    seen = look.here().tree
    assert seen != before
    repo.git("update-index", flag.replace("--", "--no-"), "a.py")
    repo.commit()
    assert seen == by_hand(repo)


def test_with_attributes_it_is_listed_each_time(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write(".gitattributes", "*.bin filter=lfs\n")
    repo.commit()
    look = eye(repo)
    Path(repo.root, ".git/gofigure").mkdir(exist_ok=True)
    assert "ls-files" in asked(look, monkeypatch)
    assert "ls-files" in asked(look, monkeypatch)


def test_without_a_checksum_it_is_listed_each_time(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """index.skipHash writes zeros in its place (git 2.40 and newer): done by hand here."""
    repo.write("a.py", "1\n")
    repo.commit()
    look = eye(repo)
    Path(repo.root, ".git/gofigure").mkdir(exist_ok=True)
    index = Path(repo.root, ".git/index")
    data = index.read_bytes()
    index.write_bytes(data[:-20] + bytes(20))
    assert "ls-files" in asked(look, monkeypatch)
    assert "ls-files" in asked(look, monkeypatch)


def test_who_asks_for_the_list_gets_it(repo: Repo) -> None:
    repo.write("a.py", "1\n")
    repo.commit()
    look = eye(repo)
    Path(repo.root, ".git/gofigure").mkdir(exist_ok=True)
    look.here()
    with Looking(look.project.root, look.project.repository, None) as looking, Store.in_memory() as store:
        assert looking.tracked([".gofigure", ".gofigure-journal"]) == []
        looking.here(store.contents, ignore)
        assert looking.listing() == b"H .gofigure.toml\0H a.py\0" or looking.listing() == b"H a.py\0"
        assert looking.tracked(["a.py", "b.py"]) == ["a.py"]


def test_a_store_that_is_tracked_is_no_secret(repo: Repo) -> None:
    repo.write("a.py", "1\n")
    repo.commit()
    look = eye(repo)
    Path(repo.root, ".git/gofigure").mkdir(exist_ok=True)
    look.here()
    repo.git("add", "-f", ".gofigure")
    assert look.tracked(".gofigure") == [".gofigure"]
    repo.git("commit", "-q", "-m", "planted")
    assert look.tracked(".gofigure") == [".gofigure"]
