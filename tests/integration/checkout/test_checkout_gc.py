"""What checkouts leave on the disk goes when nobody uses it any more."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from support.checkouts import Project
from support.rig import said
from support.servers import Upstream


def mirrors(project: Project) -> list[Path]:
    return list((project.repo.root / ".git/gofigure/sources/mirrors").glob("*.git"))


def gc(project: Project, *args: str) -> None:
    done = project.repo.gofigure("gc", *args)
    assert done.returncode == 0, said(done)


def test_what_is_used_stays(project: Project) -> None:
    project.run()
    gc(project)
    assert project.dest.exists()
    assert project.verdicts() == {"src": "passed", "use": "reused"}
    assert "is still" in project.log()


def test_of_a_stage_that_is_no_more(project: Project, upstream: Upstream) -> None:
    project.run()
    dest = project.dest
    project.repo.config("[jobs.j]\nstages = ['use']\n[stages.use]\nrun = 'true'\n")
    project.run()
    assert "would remove 2 folders of checkout stages (" in said(project.repo.gofigure("gc", "--dry-run"))
    assert dest.exists()
    assert len(mirrors(project)) == 1
    gc(project)
    assert not dest.exists()
    assert mirrors(project) == []


def test_with_another_url_only_the_old_mirror_goes(project: Project, upstream: Upstream, tmp_path: Path) -> None:
    project.run()
    shutil.copytree(upstream.bare, tmp_path / "moved.git")
    project.checks_out(str(tmp_path / "moved.git")).run()
    assert len(mirrors(project)) == 2
    gc(project)
    assert len(mirrors(project)) == 1
    assert project.verdicts() == {"src": "passed", "use": "reused"}
    assert "is still" in project.log()


def test_what_was_not_used_for_long(project: Project) -> None:
    project.run()
    [record] = (project.repo.root / ".git/gofigure/sources/records").glob("*.json")
    os.utime(record, (0, 0))
    gc(project)
    assert not project.dest.exists()
    assert project.verdicts() == {"src": "passed", "use": "reused"}


def test_the_mirror_of_a_folder_of_the_users_may_be_idle(project: Project, upstream: Upstream, tmp_path: Path) -> None:
    project.checks_out(str(upstream.bare), f'dest = "{tmp_path / "there"}"').run()
    [record] = (project.repo.root / ".git/gofigure/sources/records").glob("*.json")
    os.utime(record, (0, 0))
    gc(project)
    assert len(mirrors(project)) == 1
    assert project.verdicts() == {"src": "passed", "use": "reused"}
    assert "is still" in project.log()


def test_a_folder_of_the_users_stays(project: Project, upstream: Upstream, tmp_path: Path) -> None:
    dest = tmp_path / "there"
    project.checks_out(str(upstream.bare), f'dest = "{dest}"').run()
    project.repo.config("[jobs.j]\nstages = ['use']\n[stages.use]\nrun = 'true'\n")
    project.run()
    gc(project)
    assert (dest / "a.txt").exists()
    assert mirrors(project) == []


def test_of_a_repository_that_is_gone(project: Project, upstream: Upstream, tmp_path: Path) -> None:
    project.run()
    dest = project.dest
    other = Project(project.repo.at(tmp_path / "other"))
    project.repo.root.rename(tmp_path / "gone")
    other.repo.root.mkdir()
    other.repo.git("init", "-q")
    other.checks_out(str(upstream.bare)).run()
    gc(other)
    assert not dest.exists()
    assert other.dest.exists()


def test_the_doctor_knows_gits_that_are_not_mended(project: Project, tmp_path: Path) -> None:
    for version, warns in (("2.39.5", True), ("2.45.3", True), ("2.45.4", False), ("2.51.0", False)):
        git = tmp_path / version / "git"
        git.parent.mkdir()
        real = shutil.which("git")
        git.write_text(
            f'#!/bin/sh\n[ "$1" = --version ] && {{ echo git version {version}; exit; }}\nexec {real} "$@"\n'
        )
        git.chmod(0o755)
        done = project.repo.gofigure("doctor", env={"PATH": f"{git.parent}:{os.environ['PATH']}"})
        assert ("CVE-2025-48384" in said(done)) is warns, said(done)
