"""Two people and what they share: to try what arrives from somewhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gofigure import trust
from gofigure.errors import NotAllowedError
from gofigure.git.environment import GitVariables
from gofigure.git.repository import ask
from gofigure.project import Project, load_config, locate
from support.repo import Repo

_PADDING = "".join(f"# {number}\n" for number in range(12))  # what is far apart, git merges by itself


def config(a: object = 1, b: object = 1) -> str:
    """A configuration with two values far apart."""
    return (
        f'[jobs.j]\nstages = ["a", "b"]\n[stages.a]\nrun = "echo a {a} >> ../ran"\n'
        f'{_PADDING}[stages.b]\nrun = "echo b {b} >> ../ran"\n'
    )


def project_at(repo: Repo) -> Project:
    return locate(ask(str(repo.root), repo.env, GitVariables()), repo.env)


def refusal(repo: Repo) -> str:
    """Why the present configuration may not run; "" if it may. Asked in this process, as `gofigure run` asks."""
    project = project_at(repo)
    try:
        trust.require(project.trust, load_config(project).layers)
    except NotAllowedError as error:
        return str(error)
    return ""


def say_yes(repo: Repo) -> None:
    project = project_at(repo)
    trust.allow(project.trust, load_config(project).layers)


@dataclass(frozen=True)
class Pair:
    """My clone, which is allowed; the other person's; and the bare repository between them."""

    mine: Repo
    theirs: Repo
    remote: Path

    @classmethod
    def create(cls, folder: Path, env: Mapping[str, str], *init: str) -> Pair:
        first = Repo.create(folder / "first", env, *init)
        first.config(config())
        first.write("other", "1\n")
        assert first.commit("one").returncode == 0
        remote = folder / "remote.git"
        first.git("clone", "-q", "--bare", str(first.root), str(remote))
        people = []
        for name in ("mine", "theirs"):
            first.git("clone", "-q", f"file://{remote}", str(folder / name / "repo"))
            people.append(first.at(folder / name / "repo"))
        other = {"GIT_AUTHOR_NAME": "Another", "GIT_COMMITTER_NAME": "Another"}
        pair = cls(people[0], replace(people[1], env={**env, **other}), remote)
        say_yes(pair.mine)
        return pair

    def they_push(self, branch: str = "main", *, a: object = 1, b: object = 1, text: str | None = None) -> None:
        """The other one commits a configuration and pushes it."""
        self.theirs.git("checkout", "-q", "-B", branch)
        self.theirs.config(config(a, b) if text is None else text)
        self.they_commit(branch)

    def they_ask_me_to_pull(self, *, a: object = 1, b: object = 1) -> None:
        """As a hosting site keeps it: under a name that is not fetched by itself."""
        self.theirs.git("checkout", "-q", "-B", "request")
        self.theirs.config(config(a, b))
        self.theirs.git("commit", "-q", "-a", "-m", "theirs, on request")
        self.theirs.git("push", "-q", "origin", "request:refs/pull/1/head")
        self.mine.git("fetch", "-q", "origin", "pull/1/head")

    def they_commit(self, branch: str = "main") -> None:
        self.theirs.git("add", "-A")
        self.theirs.git("commit", "-q", "-m", f"theirs, on {branch}")
        self.theirs.git("push", "-q", "origin", f"{branch}:{branch}")

    def i_commit(self, *, a: object = 1, b: object = 1, message: str = "mine") -> None:
        self.mine.config(config(a, b))
        self.mine.git("commit", "-q", "-a", "-m", message)

    def worktree(self, *args: str) -> Repo:
        place = self.mine.root.parent / "linked"
        self.mine.git("worktree", "add", "-q", str(place), *args)
        return self.mine.at(place)


def touch(repo: Repo) -> None:
    os.utime(repo.root / ".gofigure.toml", (1, 1))
