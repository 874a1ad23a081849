"""Find the repository, and the places in it that belong to gofigure."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from gofigure.errors import GitError, NotARepository
from gofigure.git.environment import GitVariables, for_git
from gofigure.git.program import Git, explain


class Repository(NamedTuple):
    """A working tree and its git directories; all paths absolute."""

    root: str  # top of this working tree
    git_dir: str  # of this working tree
    common_dir: str  # shared by all working trees of the repository
    git: Git

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


def discover(folder: str, environ: Mapping[str, str], taken: GitVariables) -> Repository:
    """The repository around `folder`, or the one that git's variables name.

    Uses `rev-parse` only, which runs nothing of the repository's own (research: reliability_security T1).
    Raises NotARepository, or GitError for a bare one or one that git itself refuses.
    """
    env = for_git(environ)
    given = {"GIT_DIR": taken.git_dir, "GIT_WORK_TREE": taken.work_tree}
    variables = {name: os.path.join(folder, value) for name, value in given.items() if value is not None}
    args = (
        "rev-parse",
        "--path-format=absolute",
        "--absolute-git-dir",
        "--git-common-dir",
        "--show-toplevel",
    )
    done = Git(folder, "", env).start(*args, variables=variables).finish()
    if done.code != 0:
        said = explain(done, args)
        if "not a git repository" in said:
            raise NotARepository(f"{folder} is not in a git repository", hint="git init")
        if "work tree" in said:
            raise GitError(f"{folder} has no working tree (a bare repository, or inside .git)")
        raise GitError(said)
    git_dir, common_dir, root = (os.fsdecode(line) for line in done.out.split(b"\n")[:3])
    return Repository(root, git_dir, common_dir, Git(root, git_dir, env))
