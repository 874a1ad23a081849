"""`gofigure gc` removes private checkouts that nobody uses; `doctor` shows what they take."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from support.private import private, repository_of
from support.repo import Repo
from support.rig import said
from support.shapes import seed

DAY = 86400


@pytest.fixture
def project(repo: Repo) -> Repo:
    repo.config('[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "true"\n')
    seed(repo)
    assert repo.gofigure("allow").returncode == 0
    assert repo.gofigure("run").returncode == 0
    return repo


def _age(slot: Path, days: float) -> None:
    then = time.time() - days * DAY
    os.utime(slot / "lock", (then, then))


def _is_empty(slot: Path) -> bool:
    return [place.name for place in slot.iterdir()] == ["lock"]


def test_what_was_not_used_for_long_goes_and_a_dry_run_says_so(project: Repo) -> None:
    with private(project) as old, private(project) as new:
        pass
    _age(old.slot, 15)
    _age(new.slot, 13)
    (old.root / "closed").mkdir()
    (old.root / "closed/x").touch()
    (old.root / "closed").chmod(0)
    (old.root / "away").symlink_to(project.root / "src")
    would = project.json("gc", "--dry-run")["removed"]
    assert would["checkouts"] == 1
    assert would["checkout_files"] > 10
    assert would["checkout_bytes"] > 128 * 1024
    assert (old.root / "README").exists()
    words = project.gofigure("gc", "--dry-run").stdout.decode()
    assert f"would remove 1 private checkout ({would['checkout_files']} files, " in words
    did = project.json("gc")["removed"]
    assert did["checkouts"] == 1
    assert _is_empty(old.slot), "the lock stays"
    assert (new.root / "README").exists()
    assert (project.root / "src/a.py").exists()
    assert project.gofigure("gc").stdout == b"removed nothing: all is within bounds\n"
    with private(project) as again:
        assert (again.root / "README").read_text() == "hello\n"


def test_one_that_a_run_is_in_stays(project: Repo) -> None:
    with private(project) as made:
        _age(made.slot, 100)
        assert project.json("gc")["removed"]["checkouts"] == 0
        assert (made.root / "README").exists()
    _age(made.slot, 100)
    assert project.json("gc")["removed"]["checkouts"] == 1


def test_below_the_git_directory_too(project: Repo) -> None:
    with private(project, env={"XDG_CACHE_HOME": "/proc/nowhere"}) as made:
        assert made.slot.is_relative_to(project.root / ".git")
    _age(made.slot, 100)
    assert project.json("gc")["removed"]["checkouts"] == 1
    assert _is_empty(made.slot)


def test_those_of_a_repository_that_is_gone_go_whole_and_no_others(project: Repo, tmp_path: Path, home: Path) -> None:
    for name in ("gone", "alive"):
        other = project.at(tmp_path / name)
        shutil.copytree(project.root, other.root, symlinks=True)
        with private(other) as made:
            if name == "gone":
                gone = made.slot.parent
    cache = home / ".cache/gofigure/checkouts"
    (cache / "not-ours").mkdir()
    (cache / "not-ours/file").touch()
    shutil.rmtree(tmp_path / "gone")
    assert "of repositories that are gone" in said(project.gofigure("doctor"))
    assert project.json("gc", "-n")["removed"]["checkouts"] == 1
    assert gone.exists()
    assert project.json("gc")["removed"]["checkouts"] == 1
    assert not gone.exists()
    assert (cache / "not-ours/file").exists()
    assert len(list(cache.iterdir())) == 2


def test_one_that_is_half_removed_is_made_whole(project: Repo) -> None:
    """After a run there is only a moment for it."""
    from gofigure.store.db import NotNowError
    from gofigure.workspace import sweep

    with private(project) as made:
        pass
    _age(made.slot, 100)
    (place,) = sweep.places(repository_of(project), project.env)
    calls = iter(range(1000))

    def in_time() -> None:
        if next(calls) > 8:
            raise NotNowError("there was no time for more")

    with pytest.raises(NotNowError):
        sweep.remove([place], in_time, dry=False)
    with private(project) as again:
        assert again.slot == made.slot
        assert (again.root / "README").read_text() == "hello\n"
        assert again.repo.git("status", "--porcelain") == b""


def test_doctor_shows_where_and_how_much(project: Repo) -> None:
    assert "there are none" in said(project.gofigure("doctor"))
    with private(project) as made:
        pass
    words = said(project.gofigure("doctor"))
    assert f"1 in {made.slot.parent}: " in words
    assert "KiB" in words
