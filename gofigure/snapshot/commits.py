"""What git already holds as a snapshot: the index that a commit is made from, or a commit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gofigure.digest.tree import build
from gofigure.errors import GitError, GofigureError
from gofigure.events import Note, Observer
from gofigure.git.index import everything, identity, private_index, scratch, write_tree
from gofigure.git.objects import tree_of
from gofigure.git.repository import Repository
from gofigure.model import Snapshot
from gofigure.snapshot.trees import digest_of_tree
from gofigure.store.contents import Contents

_ROUNDS = 3


def of_index(repository: Repository, index_file: str | None, contents: Contents, observe: Observer) -> Snapshot:
    """The tree that the commit under way will have, by git's own word.

    `index_file`: the GIT_INDEX_FILE that git handed over; None: the repository's own. Raises GitError where
    there are unmerged entries.
    """
    try:
        with scratch(repository) as folder:  # so that neither the user's index nor its lock is touched
            oid = write_tree(repository.git, private_index(index_file or repository.index_file, folder))
    except GitError as error:
        if "unmerged" in str(error):
            raise GitError("the index has conflicts", hint="resolve them, then: git add FILE") from error
        raise
    return Snapshot("index", digest_of_tree(repository, oid, contents, observe), oid=oid)


def tree_to_check_out(
    repository: Repository, about: Snapshot, index_file: str | None, contents: Contents, observe: Observer
) -> str:
    """Git's tree of what a run is about. Where that is the working tree, git is let to write it, and nothing else.

    Raises GitError where the working tree has moved on.
    """
    # The index's tree was only named, not written, when somebody looked at the working tree.
    is_there = about.kind != "working tree" or (repository.head is not None and about.oid == repository.head.tree)
    if about.oid is not None and is_there:
        return about.oid
    with scratch(repository) as folder:
        oid = everything(repository.git, private_index(index_file or repository.index_file, folder))
    if digest_of_tree(repository, oid, contents, observe) != about.tree:
        raise GitError("the working tree changed meanwhile, or holds what git cannot", hint="gofigure run")
    return oid


def of_index_until_still(
    repository: Repository, index_file: str | None, contents: Contents, observe: Observer, mended: Sequence[str]
) -> Iterator[Snapshot]:
    """The tree that will be committed and, as long as the index has moved when that is done with, the new one.

    Git reads the index once more after its hook, so a `git add` meanwhile would slip through unseen. Raises
    GofigureError where it moves again and again. `mended`: trees that fixers of ours have put there and that were
    checked; the list grows meanwhile.
    """
    place = index_file or repository.index_file
    checked = ""
    for _ in range(_ROUNDS):
        before = identity(place)
        about = of_index(repository, index_file, contents, observe)
        if about.oid == checked or about.oid in mended[-1:]:
            return  # it was written anew, with the same in it: `git status` does so
        if checked:
            observe(Note("the index changed while the checks ran: what is in it now is checked too"))
        yield about
        if identity(place) == before:
            return
        checked = about.oid or ""
    if of_index(repository, index_file, contents, observe).oid not in (checked, *mended[-1:]):
        raise GofigureError("the index changed each time that the checks ran", hint="commit again")


def of_commit(repository: Repository, revision: str, contents: Contents, observe: Observer) -> Snapshot:
    """The tree of a commit, named by anything that git resolves to one."""
    commit, oid = tree_of(repository.git, revision)
    tree = digest_of_tree(repository, oid, contents, observe)
    return Snapshot("commit", tree, oid=oid, commit=commit)


def of_nothing(contents: Contents) -> Snapshot:
    """What is checked out in a repository without a working tree."""
    tree, records = build(())
    contents.save_trees(records)
    return Snapshot("folder", tree)
