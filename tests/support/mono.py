"""A repository with three projects that have a configuration of their own, and one of the root."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from support.repo import Done, Repo
from support.rig import said

ROOT = "[jobs.docs]\non = ['pre-commit']\nstages = ['spell']\n[stages.spell]\nrun = 'true'\ninputs = ['docs/**']\n"
LIB = "[jobs.check]\non = ['pre-commit']\nstages = ['build']\n[stages.build]\nrun = 'true'\n"


def project(*needs: str, run: str = "cat app", more: str = "") -> str:
    """A project's file: its stage reads the folder, runs in it, and needs `needs`."""
    return (
        "[jobs.check]\non = ['pre-commit', 'change']\nstages = ['unit']\n"
        f"[stages.unit]\nrun = '{run}'\nneeds = {list(needs)}\n{more}\n"
    )


def begin(repo: Repo, *, committed: bool = True) -> None:
    """`services/web` needs `lib`; all are committed and proven."""
    repo.config(ROOT)
    repo.write("docs/a", "1\n")
    for folder, text in (("lib", LIB), ("services/api", project()), ("services/web", project("lib:build"))):
        repo.write(f"{folder}/.gofigure.toml", text)
        repo.write(f"{folder}/app", f"{folder}\n")
    repo.git("add", "-A")
    assert repo.gofigure("allow", "--yes").returncode == 0
    assert repo.gofigure("install-hooks").returncode == 0
    if committed:
        commit(repo, "first")


def commit(repo: Repo, message: str = "a change", *args: str) -> Done:
    repo.git("add", "-A")
    done = repo.try_git("commit", "-qm", message, *args)
    assert done.returncode == 0, said(done)
    return done


def jobs(done: Done) -> list[str]:
    """The jobs that a hook or command says it has run, or looked at; sorted."""
    found: list[str] = []
    for names in re.findall(r"^(\S.*): run \d+, \d+ stage", said(done), re.MULTILINE):
        found += names.split(", ")
    return sorted(found)


def names(answer: Any) -> Sequence[str]:
    """The jobs of what `run --json` or `status --json` has answered."""
    return [one["job"] for one in answer["runs" if "runs" in answer else "jobs"]]
