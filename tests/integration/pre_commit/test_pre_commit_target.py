"""The target `pre-commit`: an existing configuration by the real pre-commit and prek, under our proofs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.managers import find
from support.repo import Repo

THEIRS = """\
- id: tidy
  name: tidy
  entry: sh -c 'for file do sed -i "s/ *$//" "$file"; done' --
  language: system
  types: [python]
- id: forbid
  name: forbid
  entry: sh -c 'echo "$(pwd) $*" >> "$SEEN"; ! grep -n FORBIDDEN "$@"' --
  language: system
  types: [text]
"""
JOB = '[jobs.check]\non = ["pre-commit"]\nstages = [{stages}]\n'
TIDY = '[stages.tidy]\ntarget = "pre-commit"\nrun = "tidy"\nfiles = \'\\.py$\'\nfix = true\n'
FORBID = '[stages.forbid]\ntarget = "pre-commit"\nrun = "forbid"\nfiles = "."\npass_env = ["SEEN"]\n'


@pytest.fixture(params=["pre-commit", "prek"])
def program(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A folder for the PATH with only one of them."""
    name = str(request.param)
    place = find(name)
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / name).symlink_to(place)
    return str(folder)


@pytest.fixture
def project(repo: Repo, program: str, tmp_path: Path) -> Repo:
    """A project whose hooks come from another repository, by a path."""
    kept = [folder for folder in repo.env["PATH"].split(":") if not _has_one(folder)]
    path = ":".join([program, *_programs_only(kept, tmp_path)])
    made = Repo(repo.root, {**repo.env, "PATH": path, "SEEN": str(tmp_path / "seen")}, repo.command)
    theirs = Repo.create(tmp_path / "theirs", repo.env)
    theirs.write(".pre-commit-hooks.yaml", THEIRS)
    theirs.commit("hooks")
    rev = theirs.git("rev-parse", "HEAD").decode().strip()
    hooks = "[{id: tidy}, {id: forbid}]"
    made.write(".pre-commit-config.yaml", f"repos:\n  - repo: {theirs.root}\n    rev: {rev}\n    hooks: {hooks}\n")
    return made


def _has_one(folder: str) -> bool:
    return any(os.path.lexists(os.path.join(folder, name)) for name in ("pre-commit", "prek"))


def _programs_only(folders: list[str], tmp_path: Path) -> list[str]:
    """What tests need all the same, where the folder that has it was taken away."""
    import shutil
    import sys

    more = tmp_path / "more"
    more.mkdir()
    (more / "python3").symlink_to(sys.executable)
    for name in ("git", "sh", "sed", "grep"):
        place = shutil.which(name)
        if place is not None and os.path.dirname(place) not in folders:
            (more / name).symlink_to(place)
    return [*folders, str(more)]


def start(project: Repo, text: str) -> None:
    project.config(text)
    done = project.gofigure("install-hooks")
    assert done.returncode == 0, done.stderr.decode()


def seen(project: Repo) -> list[list[str]]:
    """The files of each call."""
    place = Path(project.env["SEEN"])
    return [line.split()[1:] for line in place.read_text().splitlines()] if place.exists() else []


def test_only_files_without_a_proof_reach_the_hook(project: Repo) -> None:
    start(project, JOB.format(stages='"forbid"') + FORBID)
    project.write("a.py", "a\n")
    project.write("b.py", "b\n")
    first = project.commit("one")
    assert first.returncode == 0, first.stderr.decode()
    handed = {name for call in seen(project) for name in call}
    assert {"a.py", "b.py"} <= handed
    project.write("b.py", "c\n")
    assert project.commit("two").returncode == 0
    assert seen(project)[-1] == ["b.py"]
    project.write("b.py", "FORBIDDEN\n")
    refused = project.commit("three")
    assert refused.returncode != 0
    assert b"1:FORBIDDEN" in refused.stderr, refused.stderr.decode()


@pytest.mark.parametrize("run", ["", 'run = "no-commit-to-branch"\n'])
def test_a_hook_that_asks_for_the_branch_is_asked_on_each_branch(project: Repo, run: str) -> None:
    branch = "sh -c '! git symbolic-ref HEAD | grep -q protected'"
    hook = f"{{id: no-commit-to-branch, name: x, language: system, entry: {branch!r}, pass_filenames: false}}"
    project.write(".pre-commit-config.yaml", f"repos: [{{repo: local, hooks: [{hook}]}}]\n".replace("\\'", "''"))
    start(project, JOB.format(stages='"all"') + f'[stages.all]\ntarget = "pre-commit"\n{run}files = "."\n')
    project.write("a.py", "a\n")
    assert project.commit("one").returncode == 0
    project.git("switch", "-q", "-c", "protected")
    project.write("b.py", "b\n")
    project.git("add", "b.py")
    project.write("a.py", "not staged\n")  # so that it would have run in another checkout
    refused = project.try_git("commit", "-q", "-m", "two")
    assert refused.returncode != 0
    assert project.try_git("commit", "-q", "--allow-empty", "-m", "nothing new").returncode != 0


def test_another_configuration_proves_nothing(project: Repo) -> None:
    start(project, JOB.format(stages='"forbid"') + FORBID)
    project.write("a.py", "a\n")
    assert project.commit("one").returncode == 0
    config = project.root / ".pre-commit-config.yaml"
    config.write_text(config.read_text() + "exclude: ^none$\n")
    assert project.commit("two").returncode == 0
    assert "a.py" in seen(project)[-1]


def test_a_fixer_mends_the_commit_and_the_file_and_nothing_is_stashed(project: Repo) -> None:
    start(project, JOB.format(stages='"tidy", "forbid"') + TIDY + FORBID)
    project.write("a.py", "a\n")
    assert project.commit("one").returncode == 0
    project.write("a.py", "b   \n")
    project.git("add", "a.py")
    project.write("other.txt", "mine\n")
    project.write(".gitignore", "unfinished\n")
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode == 0, done.stderr.decode()
    assert project.git("show", "HEAD:a.py") == b"b\n"
    assert (project.root / "a.py").read_bytes() == b"b\n"
    assert (project.root / "other.txt").read_bytes() == b"mine\n"
    assert project.git("stash", "list") == b""
    assert b"tash" not in done.stdout + done.stderr


def test_what_is_staged_is_what_the_hook_sees(project: Repo) -> None:
    start(project, JOB.format(stages='"forbid"') + FORBID)
    project.write("a.py", "a\n")
    assert project.commit("one").returncode == 0
    project.write("a.py", "b\n")
    project.git("add", "a.py")
    project.write("a.py", "FORBIDDEN\n")
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode == 0, done.stderr.decode()
    assert (project.root / "a.py").read_bytes() == b"FORBIDDEN\n"
    project.git("add", "a.py")
    project.write("a.py", "c\n")
    assert project.try_git("commit", "-q", "-m", "three").returncode != 0
    assert (project.root / "a.py").read_bytes() == b"c\n"


def test_all_hooks_as_one_stage(project: Repo) -> None:
    whole = '[stages.hooks]\ntarget = "pre-commit"\npass_env = ["SEEN"]\n'
    start(project, JOB.format(stages='"hooks"') + whole)
    project.write("a.py", "a\n")
    assert project.commit("one").returncode == 0
    (run,) = project.json("run")["runs"]
    assert [stage["verdict"] for stage in run["stages"]] == ["reused"]
    project.write("a.py", "FORBIDDEN\n")
    refused = project.commit("two")
    assert refused.returncode != 0
    assert b"forbid" in refused.stderr


def test_an_imported_configuration_runs_by_it(project: Repo) -> None:
    project.write("a.py", "a\n")
    assert project.gofigure("import", "--write").returncode == 0
    text = (project.root / ".gofigure.toml").read_text()
    assert 'target = "pre-commit"\nrun = "forbid"' in text
    (project.root / ".gofigure.toml").write_text(text.replace('run = "forbid"', 'run = "forbid"\npass_env = ["SEEN"]'))
    assert project.gofigure("install-hooks").returncode == 0
    done = project.commit("one")
    assert done.returncode == 0, done.stderr.decode()
    project.write("a.py", "FORBIDDEN\n")
    assert project.commit("two").returncode != 0


def test_where_neither_is_installed_it_says_what_to_do(project: Repo, program: str) -> None:
    start(project, JOB.format(stages='"forbid"') + FORBID)
    for name in os.listdir(program):
        os.unlink(os.path.join(program, name))
    project.write("a.py", "a\n")
    done = project.commit("one")
    assert done.returncode != 0
    assert b"neither prek nor pre-commit can be started: pipx install pre-commit" in done.stderr
