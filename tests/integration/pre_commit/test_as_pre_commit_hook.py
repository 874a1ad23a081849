"""gofigure as a hook of pre-commit and prek: what .pre-commit-hooks.yaml offers, with the real ones."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import click
import pytest
import yaml
from support.managers import find
from support.repo import Done, Repo

from gofigure.cli.main import gofigure

HERE = Path(__file__).resolve().parents[3]
OFFERED = ".pre-commit-hooks.yaml"
CONFIG = """\
[jobs.check]
on = ["pre-commit"]
stages = ["lint", "tidy"]
[jobs.message]
on = ["commit-msg"]
stages = ["message"]
[jobs.never]
stages = ["no"]
[stages.lint]
run = '! grep -n FORBIDDEN "$@"'
files = '\\.py$'
[stages.tidy]
run = 'sed -i "s/ *$//" "$@"'
files = '\\.py$'
fix = true
[stages.message]
run = 'grep -q "^[A-Z]" "$1"'
[stages.no]
run = "touch ../ran-what-nobody-asked-for"
"""


@pytest.fixture(params=["pre-commit", "prek"])
def project(request: pytest.FixtureRequest, repo: Repo, tmp_path: Path) -> Repo:
    """A project whose pre-commit has gofigure from a repository, started as it is installed here."""
    program = find(str(request.param))
    folder = tmp_path / "bin"
    folder.mkdir()
    installed = folder / "gofigure"
    installed.write_text(f'#!/bin/sh\nexec {shlex.join(repo.command)} "$@"\n')
    installed.chmod(0o755)
    made = Repo(repo.root, {**repo.env, "PATH": f"{folder}:{repo.env['PATH']}"}, repo.command)
    ours = Repo.create(tmp_path / "ours", repo.env)
    ours.write(OFFERED, (HERE / OFFERED).read_bytes())
    ours.commit("offered")
    rev = ours.git("rev-parse", "HEAD").decode().strip()
    hooks = "".join(f"      - {{id: {one['id']}, language: system}}\n" for one in offered())
    types = "default_install_hook_types: [pre-commit, commit-msg]\n"
    made.write(".pre-commit-config.yaml", f"{types}repos:\n  - repo: {ours.root}\n    rev: {rev}\n    hooks:\n{hooks}")
    made.config(CONFIG)
    assert made.gofigure("allow", "--yes").returncode == 0
    done = subprocess.run([program, "install"], cwd=made.root, env=dict(made.env), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return made


def offered() -> list[dict[str, object]]:
    found = yaml.safe_load((HERE / OFFERED).read_text())
    assert isinstance(found, list)
    return found


def runs(project: Repo) -> list[str]:
    return [run["job"] for run in project.json("history")["runs"]]


def told(done: Done) -> str:
    return (done.stdout + done.stderr).decode(errors="replace")


def test_a_commit_runs_the_jobs_of_its_hook_and_no_other(project: Repo) -> None:
    project.write("a.py", "a\n")
    done = project.commit("Good")
    assert done.returncode == 0, told(done)
    assert not os.path.lexists(project.root.parent / "ran-what-nobody-asked-for")
    project.write("a.py", "FORBIDDEN\n")
    refused = project.commit("Bad")
    assert refused.returncode != 0
    assert "1:FORBIDDEN" in told(refused)
    project.write("a.py", "b\n")
    small = project.commit("small")
    assert small.returncode != 0, told(small)


def test_it_is_about_what_is_being_committed_in_each_form(project: Repo) -> None:
    project.write("a.py", "a\n")
    assert project.commit("One").returncode == 0
    project.write("a.py", "FORBIDDEN\n")
    assert project.try_git("commit", "-q", "-a", "-m", "All").returncode != 0
    assert project.try_git("commit", "-q", "-m", "Path", "--", "a.py").returncode != 0
    assert (project.root / "a.py").read_bytes() == b"FORBIDDEN\n"
    project.write("b.py", "b\n")
    project.git("add", "b.py")
    staged = project.try_git("commit", "-q", "-m", "Staged")
    assert staged.returncode == 0, told(staged)
    assert (project.root / "a.py").read_bytes() == b"FORBIDDEN\n"


def test_what_it_mends_is_committed(project: Repo) -> None:
    project.write("a.py", "a\n")
    assert project.commit("One").returncode == 0
    project.write("a.py", "b   \n")
    done = project.commit("Two")
    if done.returncode != 0:  # pre-commit has seen the file change, and asks for a look
        assert "files were modified by this hook" in told(done)
        done = project.commit("Two")
    assert done.returncode == 0, told(done)
    assert project.git("show", "HEAD:a.py") == b"b\n"


def test_what_is_not_staged_stays_where_it_is_beside_a_mend(project: Repo) -> None:
    project.write("a.py", "a\nb\n")
    assert project.commit("One").returncode == 0
    project.write("a.py", "a\nb   \n")
    project.git("add", "a.py")
    project.write("a.py", "a\nb   \nnot staged\n")
    done = project.try_git("commit", "-q", "-m", "Two")
    assert done.returncode != 0
    assert "patch does not apply" not in told(done)
    assert b"not staged\n" in (project.root / "a.py").read_bytes()
    project.git("add", "a.py")
    done = project.commit("Three")
    if done.returncode != 0:
        done = project.commit("Three")
    assert done.returncode == 0, told(done)
    assert project.git("show", "HEAD:a.py") == b"a\nb\nnot staged\n"


def test_a_wrong_configuration_is_told(project: Repo) -> None:
    project.config(CONFIG.replace("stages", "stage"))
    done = project.commit("One")
    assert done.returncode != 0
    assert "unknown key" in told(done)


def test_each_entry_is_a_command_of_ours() -> None:
    ids = {str(one["id"]) for one in offered()}
    assert {"gofigure", "gofigure-validate"} <= ids
    for one in offered():
        program, command, *_ = str(one["entry"]).split()
        assert program == "gofigure"
        assert command in gofigure.list_commands(click.Context(gofigure))
