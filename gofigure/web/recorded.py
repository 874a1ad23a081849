"""Which of the newest commits record the content that a run was about: what came of it in git."""

from __future__ import annotations

from collections.abc import Mapping

from gofigure.errors import GofigureError
from gofigure.git.commits import Commit
from gofigure.git.library import newest
from gofigure.web.page import Ask

_COMMITS = 200  # of the branch that is checked out


def recorded(ask: Ask) -> Mapping[bytes, Commit]:
    """By the tree's digest: the newest commit of each, as far as it is known what their trees are called."""
    repository = ask.project.repository
    if repository is None:
        return {}
    try:
        commits = newest(repository.git, _COMMITS).commits
    except GofigureError:  # there is none yet
        return {}
    named = [(ask.store.contents.tree_digest(commit.tree), commit) for commit in reversed(commits)]
    return {digest: commit for digest, commit in named if digest is not None}


def commit_told(commit: Commit | None) -> dict[str, str] | None:
    return None if commit is None else {"id": commit.id, "subject": commit.subject}
