"""`required = true`: neither SKIP nor GOFIGURE_ONLY nor GOFIGURE=0 leaves it out; and GOFIGURE_ONLY besides."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import lines, said, stages, verdicts

CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["lint", "secrets"]
[stages.lint]
run = "echo ran >> ../lint"
[stages.list]
run = "echo ran >> ../list"
[stages.secrets]
run = "echo ran >> ../secrets; ! grep -q TOKEN a"
needs = ["list"]
required = true
"""


@pytest.fixture
def configured(repo: Repo) -> Repo:
    repo.config(CONFIG)
    repo.write("a", "1\n")
    assert repo.gofigure("install-hooks").returncode == 0
    repo.git("add", "-A")
    return repo


def _counts(tmp_path: Path) -> dict[str, int]:
    return {name: lines(tmp_path / name) for name in ("lint", "list", "secrets")}


@pytest.mark.parametrize("skip", ["SKIP=lint,secrets,list", "SKIP=check", "GOFIGURE_ONLY=lint"])
def test_it_runs_with_what_it_needs(configured: Repo, tmp_path: Path, skip: str) -> None:
    variable, _, value = skip.partition("=")
    done = configured.try_git("commit", "-qm", "x", env={variable: value})
    assert done.returncode == 0, said(done)
    lint = 1 if variable == "GOFIGURE_ONLY" else 0
    assert _counts(tmp_path) == {"lint": lint, "list": 1, "secrets": 1}
    assert ("note: SKIP: secrets is not left out: it is required" in said(done)) is (variable == "SKIP")


def test_its_failure_blocks_all_the_same(configured: Repo) -> None:
    configured.write("a", "TOKEN\n")
    configured.git("add", "-A")
    done = configured.try_git("commit", "-qm", "x", env={"SKIP": "check"})
    assert done.returncode != 0
    assert "secrets" in said(done)


def test_all_off_is_refused_with_the_names(configured: Repo, tmp_path: Path) -> None:
    done = configured.try_git("commit", "-qm", "x", env={"GOFIGURE": "0"})
    assert done.returncode != 0
    assert "GOFIGURE=0 is refused: list, secrets are required" in said(done)
    assert configured.try_git("rev-parse", "HEAD").returncode != 0, "no commit was made"
    assert _counts(tmp_path) == {"lint": 0, "list": 0, "secrets": 0}
    assert configured.try_git("commit", "-qm", "x", "--no-verify").returncode == 0, "git's own way is git's own"


def test_all_off_where_this_hook_has_nothing_required(configured: Repo) -> None:
    configured.config(CONFIG.replace("pre-commit", "pre-push") + "[jobs.other]\non=['pre-commit']\nstages=['lint']\n")
    assert configured.gofigure("install-hooks").returncode == 0
    done = configured.commit()
    assert done.returncode == 0
    done = configured.try_git("commit", "-qm", "x", "--allow-empty", env={"GOFIGURE": "0"})
    assert done.returncode == 0, said(done)
    assert "GOFIGURE=0" in said(done)


def test_all_off_gets_by_a_configuration_that_is_broken(configured: Repo) -> None:
    configured.config("not toml")
    configured.git("add", "-A")
    assert configured.try_git("commit", "-qm", "x", env={"GOFIGURE": "0"}).returncode == 0


def test_a_required_job(configured: Repo, tmp_path: Path) -> None:
    configured.config(CONFIG.replace("required = true", "").replace("[jobs.check]", "[jobs.check]\nrequired = true"))
    configured.git("add", "-A")
    done = configured.try_git("commit", "-qm", "x", env={"SKIP": "lint,check"})
    assert done.returncode == 0, said(done)
    assert _counts(tmp_path) == {"lint": 1, "list": 1, "secrets": 1}


def test_only_what_is_named_runs_with_what_it_needs_and_the_rest_is_on_record(repo: Repo, tmp_path: Path) -> None:
    repo.config(CONFIG.replace("required = true", ""))
    repo.write("a", "1\n")
    repo.gofigure("allow")
    done = repo.gofigure("run", env={"GOFIGURE_ONLY": "secrets,scrts"})
    assert done.returncode == 0, said(done)
    assert _counts(tmp_path) == {"lint": 0, "list": 1, "secrets": 1}
    assert "note: GOFIGURE_ONLY: no job or stage is named 'scrts'; did you mean 'secrets'?" in said(done)
    told = stages(repo.json("history"))
    assert (told["lint"]["verdict"], told["lint"]["reason"]) == ("skipped", "GOFIGURE_ONLY=scrts,secrets")
    assert verdicts(repo.json("run")) == {"lint": "passed", "list": "reused", "secrets": "reused"}, "nothing is lost"


def test_a_list_of_unknown_names_leaves_nothing_out(repo: Repo) -> None:
    repo.config(CONFIG)
    repo.write("a", "1\n")
    repo.gofigure("allow")
    done = repo.gofigure("run", env={"GOFIGURE_ONLY": "lnt"})
    assert done.returncode == 0
    assert "did you mean 'lint'?" in said(done)
    assert set(verdicts(repo.json("history")).values()) == {"passed"}


def test_what_was_left_out_is_shown_by_why_and_history(configured: Repo) -> None:
    configured.try_git("commit", "-qm", "x", env={"SKIP": "lint"})
    (row,) = configured.json("why", "lint")["stages"]
    assert (row["skipped"]["run"], row["skipped"]["reason"], row["last"]) == (1, "SKIP=lint", None)
    assert "skipped in run 1: SKIP=lint" in said(configured.gofigure("why", "lint"))
    assert "1 skipped (SKIP=lint)" in said(configured.gofigure("history"))
    configured.json("run", "lint")
    (row,) = configured.json("why", "lint")["stages"]
    assert row["skipped"] is None
