"""`run --from-ref A --to-ref B` and `run --all-files`: what per-file stages are handed, and what that proves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import lines, said, stages, verdicts

CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["lint", "unit", "docs"]
[stages.lint]
run = 'echo "$@" >> ../lint; ! grep -l BROKEN "$@"'
files = '\\.py$'
inputs = ["lint.cfg"]
[stages.unit]
run = "echo ran >> ../unit"
inputs = ["*.py"]
needs = ["lint"]
[stages.docs]
run = "echo ran >> ../docs"
changed = ["docs/**"]
"""


@pytest.fixture
def history(repo: Repo) -> Repo:
    """main: base, then m.py; side, off base and checked out: a.py changed, b.py as ever, n.py new, d.py gone."""
    repo.config(CONFIG)
    for name in ("a.py", "b.py", "d.py", "lint.cfg"):
        repo.write(name, f"{name}\n")
    repo.commit("base")
    repo.git("checkout", "-qb", "side")
    repo.write("a.py", "changed\n")
    repo.write("n.py", "new\n")
    (repo.root / "d.py").unlink()
    repo.commit("side")
    repo.git("checkout", "-q", "main")
    repo.write("m.py", "main's\n")
    repo.commit("main")
    repo.git("checkout", "-q", "side")
    repo.gofigure("allow")
    return repo


def _handed(tmp_path: Path) -> list[str]:
    place = tmp_path / "lint"
    return place.read_text().splitlines() if place.exists() else []


def test_per_file_stages_get_what_has_changed_since_the_histories_parted(history: Repo, tmp_path: Path) -> None:
    told = history.json("run", "--from-ref", "main", "--to-ref", "side")
    assert _handed(tmp_path) == ["a.py n.py"], "not m.py, which is main's doing, nor b.py, which nobody touched"
    assert verdicts(told) == {"lint": "passed", "unit": "passed", "docs": "skipped"}
    assert stages(told)["lint"]["note"].startswith("only what has changed since ")
    assert lines(tmp_path / "unit") == 1, "a stage that is not per file runs as ever"


def test_what_passed_is_proven_file_by_file_and_the_rest_is_not(history: Repo, tmp_path: Path) -> None:
    history.write("b.py", "BROKEN\n")
    history.commit("broken")
    history.git("commit", "-q", "--allow-empty", "-m", "on top")
    history.write("n.py", "newer\n")
    history.commit("newer")
    told = history.json("run", "--from-ref", "HEAD~1")
    assert _handed(tmp_path) == ["n.py"]
    assert verdicts(told)["lint"] == "passed"
    assert not stages(told)["lint"]["proven"]
    assert (stages(told)["unit"]["proven"], stages(told)["unit"]["note"]) == (
        False,
        "not proven: it needs lint, which was not proven",
    )
    whole = history.gofigure("run")
    assert whole.returncode == 1, "b.py is still to be found out"
    assert _handed(tmp_path)[1:] == ["a.py b.py"], "and what has passed is not run again"


def test_nothing_changed_is_no_proof(history: Repo, tmp_path: Path) -> None:
    done = history.json("run", "--from-ref", "HEAD")
    assert _handed(tmp_path) == []
    lint = stages(done)["lint"]
    assert (lint["verdict"], lint["proven"]) == ("reused", False)
    assert lint["reason"].startswith("none of its files has changed since")
    assert stages(done)["unit"]["note"] == "not proven: it needs lint, which was not proven"
    assert history.json("run", "--from-ref", "HEAD", "lint")["runs"][0]["verdict"] == "reused"
    history.json("run", "lint")
    assert _handed(tmp_path) == ["a.py b.py n.py"]


def test_what_is_proven_already_is_not_handed_over_again(history: Repo, tmp_path: Path) -> None:
    history.json("run", "lint")
    assert stages(history.json("run", "--from-ref", "main"))["lint"]["reason"].startswith("proven in run 1")
    history.write("a.py", "anew\n")
    history.commit("anew")
    told = history.json("run", "--from-ref", "main")
    assert _handed(tmp_path)[1:] == ["a.py"], "n.py has changed too, and is proven"
    assert stages(told)["lint"]["proven"], "nothing without a proof is left"


def test_all_files_where_what_they_all_depend_on_has_changed(history: Repo, tmp_path: Path) -> None:
    history.write("lint.cfg", "stricter\n")
    history.commit("stricter")
    told = history.json("run", "--from-ref", "HEAD~1", "lint")
    assert _handed(tmp_path) == ["a.py b.py n.py"]
    assert stages(told)["lint"]["proven"]


def test_a_condition_on_paths_is_about_the_same_range(history: Repo, tmp_path: Path) -> None:
    history.write("docs/x", "1\n")
    history.commit("docs")
    history.write("a.py", "later\n")
    history.commit("later")
    assert verdicts(history.json("run", "--from-ref", "HEAD~1"))["docs"] == "skipped"
    assert verdicts(history.json("run", "--from-ref", "main"))["docs"] == "passed"


def test_without_a_proof_every_changed_file_is_handed_over(history: Repo, tmp_path: Path) -> None:
    history.json("run", "lint")
    history.json("run", "--from-ref", "main", "--no-cache", "lint")
    assert _handed(tmp_path)[1:] == ["a.py n.py"]


def test_a_range_that_ends_where_nobody_stands(history: Repo, tmp_path: Path) -> None:
    """side is checked out, and with edits that are nobody's business here."""
    history.write("a.py", "BROKEN\n")
    told = history.json("run", "--from-ref", "side", "--to-ref", "main", "--keep-going")
    assert stages(told)["lint"]["reason"] == "1 of 4 files without a proof: m.py"
    assert verdicts(told)["lint"] == "passed"
    assert (history.root / "a.py").read_text() == "BROKEN\n"


def test_two_histories_with_nothing_in_common_are_compared_as_they_are(history: Repo, tmp_path: Path) -> None:
    history.git("checkout", "-q", "--orphan", "other")
    history.write("a.py", "other\n")
    history.commit("other")
    told = history.json("run", "--from-ref", "side", "lint")
    assert _handed(tmp_path) == ["a.py"]
    assert verdicts(told)["lint"] == "passed"


def test_all_files_runs_what_is_proven_of_per_file_stages_only(history: Repo, tmp_path: Path) -> None:
    history.json("run")
    told = history.json("run", "--all-files")
    assert _handed(tmp_path)[1:] == ["a.py b.py n.py"]
    assert stages(told)["lint"]["reason"] == "asked to (--all-files)"
    assert verdicts(told) == {"lint": "passed", "unit": "reused", "docs": "passed"}, "docs: as if all had changed"
    assert lines(tmp_path / "unit") == 1


@pytest.mark.parametrize(
    ("words", "said_of_it"),
    [
        ("--staged --commit HEAD", "two different contents"),
        ("--staged --from-ref main", "two different contents"),
        ("--commit HEAD --from-ref main", "--to-ref says up to which commit"),
        ("--all-files --from-ref main", "contradict each other"),
        ("--to-ref HEAD", "--to-ref needs --from-ref"),
        ("--from-ref nothing", "nothing names no commit"),
        ("--from-ref main --to-ref nothing", "nothing names no commit"),
        ("--from-ref=--help", "--help names no commit"),
        ("--from-ref=", "'' names no commit"),
        ("--from-ref main --to-ref=", "'' names no commit"),
        ("--from-ref main:a.py", "names no commit"),
        ("--from-ref 0000000000000000000000000000000000000000", "names no commit"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(
    history: Repo, tmp_path: Path, words: str, said_of_it: str
) -> None:
    done = history.gofigure("run", *words.split(), "--json")
    assert done.returncode == 2, said(done)
    assert said_of_it in json.loads(done.stdout)["error"]["message"]
    assert "Traceback" not in said(done)
    assert not _handed(tmp_path)


def test_outside_git_there_is_nothing_to_compare_with(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "plain").mkdir()
    folder = Repo(tmp_path / "plain", environment)
    folder.config(CONFIG)
    folder.gofigure("allow")
    done = folder.gofigure("run", "--from-ref", "HEAD")
    assert done.returncode == 2
    assert "not in a git repository" in said(done)
    assert folder.gofigure("run", "--all-files").returncode == 0


def test_before_the_first_commit(repo: Repo) -> None:
    repo.config(CONFIG)
    repo.gofigure("allow")
    done = repo.gofigure("run", "--from-ref", "HEAD")
    assert done.returncode == 2
    assert "HEAD names no commit" in said(done)
