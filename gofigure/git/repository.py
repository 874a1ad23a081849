"""Find the repository, and the places in it that belong to gofigure."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from gofigure.errors import GitError, NotARepository
from gofigure.git.environment import GitVariables, for_git
from gofigure.git.program import Git, explain
from gofigure.process.capture import Running


class Head(NamedTuple):
    """The commit that was checked out when git was asked."""

    commit: str
    tree: str


class Repository(NamedTuple):
    """A working tree and its git directories; all paths absolute."""

    root: str  # top of this working tree
    git_dir: str  # of this working tree
    common_dir: str  # shared by all working trees of the repository
    git: Git
    head: Head | None  # None before the first commit

    @property
    def is_linked(self) -> bool:
        """Whether this is a linked worktree (gitglossary)."""
        return self.git_dir != self.common_dir

    @property
    def home(self) -> str:
        """Where `.gofigure` lives: the root of the main working tree, or the git directory if there is none."""
        if not self.is_linked:
            return self.root
        parent, name = os.path.split(self.common_dir)
        return parent if name == ".git" else self.common_dir

    @property
    def state_dir(self) -> str:
        """Logs, locks and other files that can be rebuilt."""
        return os.path.join(self.common_dir, "gofigure")

    @property
    def index_file(self) -> str:
        return os.path.join(self.git_dir, "index")


_QUESTION = (
    "rev-parse", "--path-format=absolute", "--absolute-git-dir", "--git-common-dir", "--show-toplevel",
    "--revs-only", "HEAD", "HEAD^{tree}",
)  # fmt: skip


def branch_of(repository: Repository) -> str:
    """The branch that is checked out, also before its first commit; "" on a detached HEAD."""
    done = repository.git.start("symbolic-ref", "--quiet", "--short", "HEAD").finish()
    return os.fsdecode(done.out).removesuffix("\n") if done.code == 0 else ""


class Asked(NamedTuple):
    """A question that git is working on."""

    folder: str
    env: Mapping[str, str]
    running: Running


def ask(folder: str, environ: Mapping[str, str], taken: GitVariables) -> Asked:
    """Start to ask for the repository around `folder`, or the one that git's variables name.

    Uses `rev-parse` only, which runs nothing of the repository's own (CVE-2022-24765 and what followed).
    """
    env = for_git(environ)
    given = {"GIT_DIR": taken.git_dir, "GIT_WORK_TREE": taken.work_tree}
    variables = {name: os.path.join(folder, value) for name, value in given.items() if value is not None}
    return Asked(folder, env, Git(folder, "", {**env, **variables}).start(*_QUESTION))


def answer(asked: Asked) -> Repository:
    """What git said. Raises NotARepository, or GitError for a bare one or one that git itself refuses."""
    folder, env, running = asked
    done = running.finish()
    if done.code != 0:
        said = explain(done, _QUESTION)
        if "not a git repository" in said:
            raise NotARepository(f"{folder} is not in a git repository", hint="git init")
        if "work tree" in said:
            raise GitError(f"{folder} has no working tree (a bare repository, or inside .git)")
        raise GitError(said)
    git_dir, common_dir, root, *head = os.fsdecode(done.out).removesuffix("\n").split("\n")
    if len(head) not in (0, 2):
        raise GitError(f"{folder}: a folder above it has a line break in its name, or HEAD's commit is damaged")
    return Repository(root, git_dir, common_dir, Git(root, git_dir, env), Head(*head) if head else None)
