"""Git's objects without starting git, for who lives long: by libgit2, as far as it can read the repository.

It refuses SHA-256 repositories, those of other users, and some extensions; the index it reads differently from git
(design: what is being committed is git's own word). So nobody asks it for more than commits.
"""

from __future__ import annotations

import itertools

from gofigure.errors import GitError
from gofigure.git import commits
from gofigure.git.commits import Branch, Commit
from gofigure.git.program import Git


def newest(git: Git, limit: int) -> Branch:
    """As commits.newest, in half the time and without a process. Raises GitError where HEAD leads to no commit."""
    found = _read(git.git_dir, limit + 1)
    if found is None:
        return commits.newest(git, limit)
    return Branch(found[:limit], len(found) > limit, has_remotes=False)


def _read(git_dir: str, limit: int) -> tuple[Commit, ...] | None:
    """None: libgit2 cannot read it, or not all of it."""
    import pygit2  # 80 ms, which only a long life is worth

    try:
        repository = pygit2.Repository(git_dir)
        if repository.head_is_unborn:
            raise GitError("HEAD's commits cannot be listed: there are none yet")
        walk = repository.walk(repository.head.target)  # in the order of `git rev-list`
        return tuple(
            Commit(str(one.id), str(one.tree_id), tuple(map(str, one.parent_ids)), _subject(one.message))
            for one in itertools.islice(walk, limit)
        )
    except (pygit2.GitError, KeyError, ValueError, OSError):
        return None


def _subject(message: str) -> str:
    """As git's %s: the first paragraph in one line."""
    return " ".join(message.strip("\n").split("\n\n")[0].split("\n")).rstrip()
