"""Which paths of a content have changed since an earlier commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gofigure.digest.tree import differences
from gofigure.errors import GitError
from gofigure.events import Observer
from gofigure.git.objects import changed_files
from gofigure.git.repository import Repository
from gofigure.model import Snapshot
from gofigure.snapshot.globs import matcher, to_regex
from gofigure.snapshot.trees import digest_of_tree
from gofigure.store.contents import Contents


class Lineage(NamedTuple):
    """Where a content belongs in the history."""

    branches: tuple[str, ...]  # it is on, or is pushed to; () where it is on none
    before: str | None  # the commit that it is compared with; None: nobody can tell


def changed_paths(
    repository: Repository, about: Snapshot, before: str, contents: Contents, observe: Observer
) -> frozenset[bytes] | None:
    """The paths that differ, those that are gone included; None where git does not know that commit (any more).

    Of a working tree, a path may be among them that was changed and changed back.
    """
    if before.startswith("-"):
        return None  # no commit's name, but an option
    try:
        if about.kind in ("index", "commit") and about.oid is not None:
            return frozenset(path for path, _, _ in changed_files(repository.git, before, about.oid))
        if repository.head is None:
            return None
        committed = changed_files(repository.git, before, repository.head.commit)
        head = digest_of_tree(repository, repository.head.tree, contents, observe)
    except GitError:
        return None
    edited = differences(head, about.tree, contents.load_tree)
    return frozenset([*(path for path, _, _ in committed), *(path for path, _, _ in edited)])


def chooser(globs: tuple[str, ...]) -> Callable[[bytes], bool]:
    """As `globs.matcher`; but where the first glob begins with "!", all is chosen that they do not take away."""
    return matcher(("**", *globs) if globs[0].startswith("!") else globs)


def branch_matches(globs: tuple[str, ...], branch: str) -> bool:
    """By the same rules, but a whole name: `release` is not `release/1`. "" is no branch, and so none that is named."""
    import re

    taken = globs[0].startswith("!")
    for glob in globs:
        gives = not glob.startswith("!")
        if gives is not taken and (branch or not gives):
            taken = gives if re.fullmatch(to_regex(glob.removeprefix("!")), branch) else taken
    return taken
