"""Hooks that start one another: a manager that nobody knows, chains that end, and what is told of them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import lines, said

CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["one"]
[stages.one]
run = "echo ran >> ../ours"
cache = false
"""
# Sets aside what it finds under a name of its own, and runs it first.
UNKNOWN = '#!/bin/sh\n[ ! -x "$0.theirs" ] || "$0.theirs" "$@" || exit 1\necho {} >> ../theirs\n'
UNKNOWN = UNKNOWN.replace("$0.theirs", ".git/hooks/pre-commit.theirs")


@pytest.fixture
def configured(repo: Repo) -> Repo:
    repo.config(CONFIG)
    repo.write("a", "1\n")
    return repo


def _hook(repo: Repo, suffix: str = "") -> Path:
    return repo.root / f".git/hooks/pre-commit{suffix}"


def _they_install(repo: Repo, version: int) -> None:
    if _hook(repo).exists():
        _hook(repo).rename(_hook(repo, ".theirs"))
    repo.write(".git/hooks/pre-commit", UNKNOWN.format(version), mode=0o755)


def _installs(repo: Repo) -> None:
    done = repo.gofigure("install-hooks")
    assert done.returncode == 0, said(done)


def _ran(repo: Repo) -> tuple[int, int]:
    """How often ours and theirs ran for one commit that goes well."""
    outside = repo.root.parent
    before = lines(outside / "ours"), lines(outside / "theirs")
    done = repo.commit("one", "--allow-empty")
    assert done.returncode == 0, said(done)
    return lines(outside / "ours") - before[0], lines(outside / "theirs") - before[1]


def test_a_manager_that_has_installed_itself_above_the_one_that_we_kept(configured: Repo) -> None:
    """It starts ours, which has kept it: that one is not started once more."""
    _they_install(configured, 1)
    _installs(configured)
    _they_install(configured, 1)
    assert _ran(configured) == (1, 1)


def test_a_circle_ends_where_ours_comes_round_again(configured: Repo) -> None:
    """Theirs runs ours, which runs an older one of theirs, which runs ours."""
    _they_install(configured, 1)
    _installs(configured)
    _they_install(configured, 2)
    assert _ran(configured) == (1, 2)


def test_a_circle_that_begins_at_ours_ends_there_too(configured: Repo) -> None:
    """Ours runs theirs, which runs what it has set aside: ours."""
    _they_install(configured, 1)
    _installs(configured)
    _they_install(configured, 1)
    _installs(configured)
    assert _hook(configured, ".theirs").read_bytes() == _hook(configured).read_bytes()
    assert _ran(configured) == (1, 1)


def test_a_hook_that_commits_again_has_its_commit_checked(configured: Repo) -> None:
    """What our guard against circles must not take for one: git starts ours, for another commit."""
    configured.config(CONFIG.replace("pre-commit", "post-commit"))
    again = '#!/bin/sh\n[ -n "$AGAIN" ] || AGAIN=1 git commit -q --allow-empty -m again\n'
    configured.write(".git/hooks/post-commit", again, mode=0o755)
    _installs(configured)
    assert _ran(configured) == (2, 0)


def test_others_of_a_shared_repository_can_reach_the_hooks(configured: Repo) -> None:
    """prek's install_uses_group_permissions: core.sharedRepository, and an umask that says no."""
    configured.git("config", "core.sharedRepository", "group")
    git_folder = configured.root / ".git"
    git_folder.chmod(0o2770)
    assert not (git_folder / "hooks").exists(), "as with an empty template"
    before = os.umask(0o077)
    try:
        _installs(configured)
    finally:
        os.umask(before)
    assert stat.S_IMODE((git_folder / "hooks").stat().st_mode) == 0o2770
    assert stat.S_IMODE(_hook(configured).stat().st_mode) == 0o755


def test_a_submodule_has_hooks_of_its_own(configured: Repo, tmp_path: Path) -> None:
    """pre-commit's test_install_in_submodule_and_run."""
    inner = Repo.create(tmp_path / "inner", configured.env)
    inner.config(CONFIG.replace("../ours", f"{tmp_path}/ours"))
    inner.commit("inner")
    configured.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.root), "sub")
    module = configured.at(configured.root / "sub")
    _installs(module)
    assert (configured.root / ".git/modules/sub/hooks/pre-commit").exists()
    assert not _hook(configured).exists()
    module.write("a", "in the submodule\n")
    done = module.commit("there")
    assert done.returncode == 0, said(done)
    assert _ran(configured) == (0, 0)
    assert lines(tmp_path / "ours") == 1
    assert module.json("history")["runs"][0]["tree"] == module.digest("--commit", "HEAD")
    assert module.gofigure("uninstall-hooks").returncode == 0
    assert not (configured.root / ".git/modules/sub/hooks/pre-commit").exists()
