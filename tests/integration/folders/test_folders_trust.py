"""A folder's file is configuration like the root's: what arrives from elsewhere needs a yes, all of it in one."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.mono import LIB, begin, commit, project
from support.repo import Repo
from support.rig import said, verdicts


@pytest.fixture
def upstream(repo: Repo) -> Repo:
    begin(repo)
    return repo


@pytest.fixture
def clone(upstream: Repo, tmp_path: Path) -> Repo:
    upstream.git("clone", "-q", str(upstream.root), str(tmp_path / "clone"))
    clone = upstream.at(tmp_path / "clone")
    assert clone.gofigure("allow", "--yes").returncode == 0
    return clone


def test_one_yes_is_for_all_files(upstream: Repo, tmp_path: Path) -> None:
    upstream.git("clone", "-q", str(upstream.root), str(tmp_path / "clone"))
    clone = upstream.at(tmp_path / "clone")
    assert clone.gofigure("run").returncode == 2
    told = said(clone.gofigure("allow"))
    for name in (".gofigure.toml", "lib/.gofigure.toml", "services/api/.gofigure.toml", "services/web/.gofigure.toml"):
        assert f"{name}:\n" in told
    assert clone.gofigure("run").returncode == 0


@pytest.mark.parametrize("path", ["services/api", "services/new"])
def test_what_is_pulled_needs_a_yes_and_shows_the_difference(upstream: Repo, clone: Repo, path: str) -> None:
    upstream.write(f"{path}/.gofigure.toml", project(run="echo pulled"))
    upstream.write(f"{path}/app", "2\n")
    commit(upstream)
    clone.git("pull", "-q")
    done = clone.gofigure("run", "lib")
    assert done.returncode == 2, "one file that is not allowed lets nothing run: others may need what it says"
    assert f"{path}/.gofigure.toml is not what was allowed to run here" in said(done)
    told = said(clone.gofigure("allow"))
    assert "echo pulled" in told
    assert "lib/.gofigure.toml: the same as was allowed" in told
    assert clone.gofigure("run").returncode == 0


def test_what_is_written_here_runs_without_a_word(clone: Repo) -> None:
    clone.write("services/mine/.gofigure.toml", LIB)
    clone.write("services/mine/.gofigure.local.toml", "[stages.build]\ntimeout = '1m'\n")
    assert verdicts(clone.json("run", "services/mine")) == {"services/mine:build": "passed"}


def test_what_comes_with_an_ignored_folder_is_nothing(clone: Repo) -> None:
    clone.write(".gitignore", "node_modules\n")
    clone.write("node_modules/evil/.gofigure.toml", LIB.replace("true", "touch evil"))
    assert clone.gofigure("run").returncode == 0
    assert not list(clone.root.rglob("evil/evil"))


def test_a_pulled_configuration_that_was_deleted_here_is_still_judged(upstream: Repo, clone: Repo) -> None:
    upstream.write("services/new/.gofigure.toml", LIB.replace("true", "echo pulled"))
    commit(upstream)
    clone.gofigure("install-hooks")
    clone.git("pull", "-q")
    (clone.root / "services/new/.gofigure.toml").unlink()
    clone.write("docs/a", "2\n")
    clone.git("add", "docs")
    done = clone.try_git("commit", "-qm", "mine")
    assert done.returncode != 0
    assert "services/new/.gofigure.toml is not what was allowed" in said(done)
    assert "echo pulled" in said(clone.gofigure("allow"))
    assert clone.try_git("commit", "-qm", "mine").returncode == 0


def test_a_tracked_personal_file_of_a_folder_is_refused(clone: Repo) -> None:
    clone.write("lib/.gofigure.local.toml", "[stages.build]\nrun = 'mine'\n")
    clone.git("add", "-f", "lib/.gofigure.local.toml")
    done = clone.gofigure("run")
    assert done.returncode == 2
    assert "lib/.gofigure.local.toml is tracked by git, so it may be anybody's" in said(done)
    assert "git rm --cached lib/.gofigure.local.toml" in said(done)


def test_no_push_brings_folders_into_a_bare_repository(upstream: Repo, tmp_path: Path) -> None:
    bare = Repo.create(tmp_path / "bare.git", upstream.env, "--bare")
    bare.config("[jobs.gate]\non = ['pre-receive']\nstages = ['ok']\n[stages.ok]\nrun = 'true'\n")
    assert bare.gofigure("allow", "--yes").returncode == 0
    upstream.git("push", "-q", str(bare.root), "HEAD:refs/heads/main")
    assert bare.json("validate")["folders"] == []
