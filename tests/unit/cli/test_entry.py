"""What a container is started with: whose home, which program."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gofigure.cli import entry


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(entry, "_HOMES", str(tmp_path / "homes"))
    (tmp_path / "homes").mkdir()
    return tmp_path / "homes"


def test_a_home_that_was_told_is_kept(homes: Path, tmp_path: Path) -> None:
    assert entry.home_of(os.geteuid(), {"HOME": str(tmp_path)}) == str(tmp_path)


@pytest.mark.parametrize("told", ["", "/", "/root", "/no/such/folder"])
def test_else_each_user_has_one_of_their_own(homes: Path, told: str) -> None:
    own = entry.home_of(os.geteuid(), {"HOME": told})
    assert own == str(homes / str(os.geteuid()))
    assert stat.S_IMODE(os.stat(own).st_mode) == 0o700
    assert entry.home_of(os.geteuid(), {}) == own


def test_a_home_that_somebody_else_has_made_is_not_taken(homes: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (homes / str(os.geteuid())).symlink_to(tmp_path / "theirs")
    own = entry.home_of(os.geteuid(), {})
    assert not own.startswith(str(homes))
    os.rmdir(own)


@pytest.mark.parametrize(
    ("words", "started"), [(["run"], ["gofigure", "run"]), ([], ["gofigure"]), (["sh", "-c", "x"], ["sh", "-c", "x"])]
)
def test_sh_is_the_one_word_that_is_not_ours(
    homes: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], started: list[str]
) -> None:
    told: list[list[str]] = []
    monkeypatch.setattr("sys.argv", ["entry", *words])
    monkeypatch.setattr("os.execvp", lambda _name, argv: told.append(argv))
    monkeypatch.setattr(entry, "become", lambda _owner: None)
    entry.main()
    assert told == [started]


def test_a_folder_of_roots_is_worked_on_as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.setuid", lambda _uid: pytest.fail("it was changed"))
    entry.become(os.stat("/"))
