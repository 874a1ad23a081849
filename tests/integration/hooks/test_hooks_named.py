"""`install-hooks --via config`: git's configuration names ours, and neither folders nor other managers matter."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.managers import newer_git
from support.repo import Repo
from support.rig import lines, said

CONFIG = """
[jobs.commit]
on = ["pre-commit"]
stages = ["commit"]
[jobs.push]
on = ["pre-push"]
stages = ["push"]
[stages.commit]
run = "echo commit >> ../ours && test ! -e ../ours-fail"
cache = false
[stages.push]
run = 'echo "$1 $(cat)" >> ../pushed'
cache = false
"""
FOREIGN = "#!/bin/sh\necho foreign >> ../foreign\n"


@pytest.fixture
def configured(repo: Repo) -> Repo:
    repo.config(CONFIG)
    repo.write("a", "1\n")
    return repo


@pytest.fixture
def newer(configured: Repo) -> Repo:
    return newer_git(configured)


def _installs(repo: Repo, *args: str) -> str:
    done = repo.gofigure("install-hooks", *args)
    assert done.returncode == 0, said(done)
    return said(done)


def _ran(repo: Repo) -> tuple[int, int]:
    """How often ours and the foreign one ran for one commit that goes well."""
    outside = repo.root.parent
    before = lines(outside / "ours"), lines(outside / "foreign")
    done = repo.commit("one", "--allow-empty")
    assert done.returncode == 0, said(done)
    return lines(outside / "ours") - before[0], lines(outside / "foreign") - before[1]


def _problems(repo: Repo) -> list[str]:
    import json

    found = json.loads(repo.gofigure("doctor", "--json").stdout)["findings"]
    return [one["found"] for one in found if one["level"] == "problem"]


def test_it_is_refused_where_git_would_not_run_it(configured: Repo, tmp_path: Path) -> None:
    git = tmp_path / "bin/git"
    git.parent.mkdir()
    git.write_text(
        '#!/bin/sh\n[ "$1" != --version ] || exec echo "git version 2.53.1"\nPATH=${PATH#*:}\nexec git "$@"\n'
    )
    git.chmod(0o755)
    old = Repo(configured.root, {**configured.env, "PATH": f"{git.parent}:{configured.env['PATH']}"})
    done = old.gofigure("install-hooks", "--via", "config")
    assert done.returncode == 2
    assert "git 2.53.1 runs no hooks that its configuration names; git 2.54 does" in said(done)
    assert b"hook." not in old.git("config", "--list")
    assert not (old.root / ".git/gofigure/hooks").exists()


def test_both_run_ours_first_and_each_blocks(newer: Repo) -> None:
    place = newer.write(".git/hooks/pre-commit", FOREIGN + "test ! -e ../foreign-fail\n", mode=0o755)
    before = place.read_bytes()
    _installs(newer, "--via", "config")
    assert {path.name for path in place.parent.iterdir()} == {"pre-commit"}
    assert newer.json("status")["hooks"] == ["pre-commit", "pre-push"]
    assert _problems(newer) == []
    told = said(newer.gofigure("doctor"))
    assert "pre-commit runs gofigure by hook.gofigure-pre-commit (local configuration), then another program" in told
    assert _ran(newer) == (1, 1)
    for whose in ("ours", "foreign"):
        flag = newer.root.parent / f"{whose}-fail"
        flag.touch()
        assert newer.commit("blocked", "--allow-empty").returncode != 0, whose
        flag.unlink()
    assert newer.gofigure("uninstall-hooks").returncode == 0
    assert b"hook." not in newer.git("config", "--list")
    assert place.read_bytes() == before
    assert _ran(newer) == (0, 1)


@pytest.mark.parametrize("scope", ["--local", "--global"])
def test_core_hooks_path_has_no_say(newer: Repo, scope: str) -> None:
    """husky, and a folder for all repositories, where the hooks folder cannot be used."""
    newer.git("config", scope, "core.hooksPath", "/nowhere")
    _installs(newer, "--via", "config")
    assert _problems(newer) == []
    assert _ran(newer) == (1, 0)


def test_pre_push_is_handed_what_git_hands_over(newer: Repo, tmp_path: Path) -> None:
    _installs(newer, "--via", "config")
    newer.commit("one")
    newer.git("init", "-q", "--bare", str(tmp_path / "remote"))
    newer.git("push", "-q", str(tmp_path / "remote"), "main")
    head = newer.git("rev-parse", "HEAD").decode().strip()
    assert (tmp_path / "pushed").read_text() == f"{tmp_path}/remote refs/heads/main {head} refs/heads/main {'0' * 40}\n"


def test_from_one_way_to_the_other_and_back(newer: Repo) -> None:
    place = newer.write(".git/hooks/pre-commit", FOREIGN, mode=0o755)
    for _ in range(2):
        _installs(newer, "--via", "folder")
        assert b"hook." not in newer.git("config", "--list")
        assert _ran(newer) == (1, 1)
        assert "gave back" in _installs(newer, "--via", "config")
        assert place.read_text() == FOREIGN
        assert _ran(newer) == (1, 1)
    _installs(newer)
    assert place.read_text() == FOREIGN, "as it is now, if not said"


def test_in_a_linked_worktree(newer: Repo, tmp_path: Path) -> None:
    _installs(newer, "--via", "config")
    newer.commit("one")
    linked = newer.at(tmp_path / "linked")
    newer.git("worktree", "add", "-q", str(linked.root))
    assert _ran(linked) == (1, 0)


def test_a_repository_that_was_moved_is_told(newer: Repo, tmp_path: Path) -> None:
    _installs(newer, "--via", "config")
    newer.root.rename(tmp_path / "it's moved")
    moved = newer.at(tmp_path / "it's moved")
    assert moved.commit("one").returncode != 0, "not without a check"
    assert any("hook.gofigure-pre-commit starts" in found for found in _problems(moved))
    _installs(moved, "--via", "config")
    assert _problems(moved) == []
    assert _ran(moved) == (1, 0)


def test_our_own_calls_of_git_start_none_of_them(newer: Repo) -> None:
    """core.hooksPath does not keep them from running."""
    newer.git("config", "hook.seen.command", "echo index >> ../index-changes #")
    newer.git("config", "hook.seen.event", "post-index-change")
    newer.commit("one")
    seen = newer.root.parent / "index-changes"
    assert seen.exists(), "git itself does"
    seen.unlink()
    newer.write("a", "2\n")
    newer.git("-c", "hook.seen.enabled=false", "add", "a")
    assert newer.gofigure("allow").returncode == 0
    subprocess.run(["touch", "a"], cwd=newer.root, check=True)
    newer.gofigure("run")
    newer.gofigure("run", "--staged")
    assert not seen.exists()
