"""Find the repository, and the places in it that belong to gofigure."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gofigure.errors import GitError, NotARepository
from gofigure.git.environment import GitVariables, for_git
from gofigure.git.program import Git, explain
from gofigure.process.capture import Captured, Running


class Head(NamedTuple):
    """The commit that was checked out when git was asked."""

    commit: str
    tree: str


class Repository(NamedTuple):
    """A working tree and its git directories; all paths absolute."""

    root: str  # top of this working tree; of a bare repository, which has none, the git directory
    git_dir: str  # of this working tree
    common_dir: str  # shared by all working trees of the repository
    git: Git
    head: Head | None  # None before the first commit

    @property
    def is_bare(self) -> bool:
        """Whether there is no working tree."""
        return self.git.is_bare

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


_DIRECTORIES = ("rev-parse", "--path-format=absolute", "--absolute-git-dir", "--git-common-dir")
_HEAD = ("--revs-only", "HEAD", "HEAD^{tree}")
_REF = b"ref:"
_QUESTION = (*_DIRECTORIES, "--show-toplevel", *_HEAD)
_OF_A_BARE_ONE = (*_DIRECTORIES, "--is-bare-repository", *_HEAD)


def branch_of(repository: Repository) -> str:
    """The branch that is checked out, also before its first commit; "" on a detached HEAD."""
    done = repository.git.start("symbolic-ref", "--quiet", "--short", "HEAD").finish()
    return os.fsdecode(done.out).removesuffix("\n") if done.code == 0 else ""


def with_head(repository: Repository) -> Repository:
    """The repository with what is checked out now. Raises GitError where git finds it no more."""
    done = repository.git.start("rev-parse", *_HEAD).finish()
    if done.code != 0:
        raise GitError(explain(done, ("rev-parse",)))
    head = os.fsdecode(done.out).split()
    return repository._replace(head=Head(*head) if len(head) == 2 else None)


def head_stamp(repository: Repository) -> tuple[object, ...] | None:
    """As long as this is the same, so is what HEAD means; None: only git can tell (gitrepository-layout, reftable)."""
    try:
        with open(os.path.join(repository.git_dir, "HEAD"), "rb") as file:
            said = file.read(4096)
    except OSError:
        return None
    if not said.startswith(_REF):
        return (said,)
    ref = os.fsdecode(said.removeprefix(_REF).strip())
    place = os.path.join(repository.common_dir, ref)
    if not ref.startswith("refs/heads/") or ref.endswith("/.invalid") or _leads_on(place):
        return None
    return said, _stamp(place), _stamp(os.path.join(repository.common_dir, "packed-refs"))


def _leads_on(place: str) -> bool:
    """Whether what is at `place` is only another name of a branch (git-symbolic-ref)."""
    try:
        with open(place, "rb") as file:
            return file.read(len(_REF)) == _REF
    except OSError:  # it is packed, or there is no commit yet
        return False


def _stamp(path: str) -> tuple[int, ...]:
    try:
        info = os.stat(path)
    except OSError:
        return ()
    return info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns


class Asked(NamedTuple):
    """A question that git is working on."""

    folder: str
    environ: Mapping[str, str]
    taken: GitVariables
    running: Running


def ask(folder: str, environ: Mapping[str, str], taken: GitVariables) -> Asked:
    """Start to ask for the repository around `folder`, or the one that git's variables name.

    Uses `rev-parse` only, which runs nothing of the repository's own (CVE-2022-24765 and what followed).
    """
    return Asked(folder, environ, taken, _start(folder, environ, taken, _QUESTION))


def _start(folder: str, environ: Mapping[str, str], taken: GitVariables, question: Sequence[str]) -> Running:
    given = {"GIT_DIR": taken.git_dir, "GIT_WORK_TREE": taken.work_tree}
    variables = {name: os.path.join(folder, value) for name, value in given.items() if value is not None}
    return Git(folder, "", {**for_git(environ), **taken.quarantine, **variables}).start(*question)


def answer(asked: Asked) -> Repository:
    """What git said. Raises NotARepository, or GitError for one that git itself refuses."""
    folder, environ, taken, running = asked
    done = running.finish()
    if done.code != 0:
        said = explain(done, _QUESTION)
        if "not a git repository" in said:
            raise NotARepository(f"{folder} is not in a git repository", hint="git init")
        if "work tree" in said:
            return _bare(asked)
        raise GitError(said)
    git_dir, common_dir, root, head = _read(done, folder)
    if git_dir == root and taken.work_tree is None:
        return _around(git_dir, asked)
    git = Git(root, git_dir, {**for_git(environ), **taken.quarantine})
    return Repository(root, git_dir, common_dir, git, head)


def _bare(asked: Asked) -> Repository:
    """The bare repository in which git was asked. Raises GitError in the git directory of one that is not."""
    folder, environ, taken, _ = asked
    done = _start(folder, environ, taken, _OF_A_BARE_ONE).finish()
    if done.code != 0:
        raise GitError(explain(done, _OF_A_BARE_ONE))
    git_dir, common_dir, is_bare, head = _read(done, folder)
    if is_bare != "true":
        raise GitError(f"{folder} is inside a git directory, and has no working tree", hint="cd to the working tree")
    git = Git(git_dir, git_dir, {**for_git(environ), **taken.quarantine}, is_bare=True)
    return Repository(git_dir, git_dir, common_dir, git, head)


def _around(git_dir: str, asked: Asked) -> Repository:
    """The repository that a git directory belongs to.

    Git receives a push inside the git directory, names only that, and would then take it for the working tree.
    """
    above = _working_tree(git_dir)
    with contextlib.suppress(NotARepository):
        found = answer(ask(above, asked.environ, GitVariables(quarantine=asked.taken.quarantine)))
        if found.git_dir == git_dir:
            return found
    raise GitError(
        f"{git_dir} is told to have a working tree, which is not at {above}", hint="git config core.worktree"
    )


def _read(done: Captured, folder: str) -> tuple[str, str, str, Head | None]:
    """The three answers, and the commit that is checked out."""
    git_dir, common_dir, third, *head = os.fsdecode(done.out).removesuffix("\n").split("\n")
    if len(head) not in (0, 2):
        raise GitError(f"{folder}: a folder above it has a line break in its name, or HEAD's commit is damaged")
    return git_dir, common_dir, third, Head(*head) if head else None


def _working_tree(git_dir: str) -> str:
    """Where the working tree of a git directory should be (gitrepository-layout)."""
    place = os.path.join(git_dir, "gitdir")  # a linked one's
    try:
        with open(place, encoding="utf-8", errors="surrogateescape") as file:
            return os.path.dirname(os.path.join(git_dir, file.read(4096).removesuffix("\n")))
    except OSError:
        return os.path.dirname(git_dir)
