"""The working tree as a snapshot: an index's tree, with what git says is different laid over it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

from gofigure.digest.content import digest_bytes
from gofigure.digest.tree import Entry
from gofigure.errors import GitError
from gofigure.events import Observer
from gofigure.git import index, status
from gofigure.git.objects import read_blobs
from gofigure.git.program import output
from gofigure.git.repository import Repository
from gofigure.model import Snapshot
from gofigure.process.capture import Running
from gofigure.snapshot.select import show
from gofigure.snapshot.trees import digest_of_tree, graft_changes, module_entry
from gofigure.store.contents import Contents

_STATE_FILES = (b".gofigure", b".gofigure-journal", b".gofigure.set-aside-")


class Asked(NamedTuple):
    """Questions that git is working on while the rest of the program loads."""

    folder: str
    own_index: str
    status: Running
    flags: Running


def ask(repository: Repository, folder: str, index_file: str | None = None) -> Asked:
    """Start the two git calls that a working tree's snapshot needs. `folder`: see git.index.scratch."""
    own = index.private_index(index_file or repository.index_file, folder)
    return Asked(folder, own, status.start(repository.git, index_file=own), index.start_flags(repository.git, own))


def listing(asked: Asked) -> bytes:
    """Every entry of the index with its flag; to be asked for once."""
    return output(asked.flags, ("ls-files",))


def of_working_tree(
    repository: Repository, asked: Asked, listed: bytes, contents: Contents, observe: Observer
) -> Snapshot:
    """The content of the working tree: what `git add -A` would record, and nothing else. Writes no user file.

    `listed`: see `listing`.
    """
    flags = index.parse_flags(listed)
    if repository.head is not None:
        # Mostly right, and on a first look the long part: it goes on while git is still looking for changes.
        tree = digest_of_tree(repository, repository.head.tree, contents, observe)
    found, unprovable = _status(asked)
    oid = _index_tree(repository, asked, found)
    if repository.head is None or oid != repository.head.tree:
        tree = digest_of_tree(repository, oid, contents, observe)

    looked_at = [
        path
        for path in (*found.tracked, *found.untracked, *found.conflicted, *flags.assumed, *flags.skipped)
        if not path.endswith(b"/") and not path.startswith(_STATE_FILES)
    ]
    changes = _changes(repository, asked, looked_at, contents, unprovable)
    for path in flags.skipped:
        if changes.get(path, path) is None:
            del changes[path]  # not checked out: still part of the content, but no stage can see it
            unprovable[path] = "not checked out (sparse checkout)"
    for path in found.moved_modules:
        changes[path] = _module_head(repository, path)
    return Snapshot(
        "working tree",
        graft_changes(tree, changes, contents),
        oid=None if changes else oid,
        branch=found.branch,
        unprovable=unprovable,
        notes=tuple(f"{show(path)}: {why}" for path, why in sorted(unprovable.items())),
    )


def _status(asked: Asked) -> tuple[status.Status, dict[bytes, str]]:
    """What git says is different, and what nobody can tell the content of."""
    said = asked.status.finish()
    if said.code != 0:
        raise GitError(f"git status: {said.err.decode(errors='backslashreplace').strip()}")
    found = status.parse(said.out)
    unprovable = dict(_unreadable_folders(said.err))
    for path in found.untracked:
        if path.endswith(b"/"):
            unprovable[path[:-1]] = "a repository of its own, unknown to this one"
    for path in found.dirty_modules:
        unprovable[path] = "a submodule with changes of its own"
    return found, unprovable


def _index_tree(repository: Repository, asked: Asked, found: status.Status) -> str:
    """The tree of the index; git is asked for it only where it is not that of HEAD."""
    head = repository.head
    if head is not None and head.commit == found.head and not found.staged and not found.conflicted:
        return head.tree
    if found.conflicted:
        index.drop_conflicts(repository.git, asked.own_index, found.conflicted)
    return index.write_tree(repository.git, asked.own_index, missing_ok=True)


def _changes(
    repository: Repository,
    asked: Asked,
    paths: list[bytes],
    contents: Contents,
    unprovable: dict[bytes, str],
) -> dict[bytes, Entry | None]:
    """What stands at `paths`, as git would store it."""
    if not paths:
        return {}
    from gofigure.git.attributes import conversions
    from gofigure.snapshot.files import digest_files

    found = digest_files(os.fsencode(repository.root), paths, contents)
    unprovable.update(found.unprovable)
    changes = dict(found.entries)
    present = [path for path, entry in changes.items() if entry is not None]
    if not present:
        return changes
    special = conversions(repository.git, present)
    convert = [
        path for path in present if path in special.always or (path in special.line_ends and path in found.with_cr)
    ]
    if convert:
        cleaned = index.write_cleaned(repository.git, asked.folder, asked.own_index, convert)
        variables = index.own_objects(repository.git, asked.folder)
        blobs = read_blobs(repository.git, [oid for _, oid in cleaned], variables)
        for (path, _), data in zip(cleaned, blobs, strict=True):
            entry = changes[path]
            if entry is not None:
                changes[path] = Entry(entry.kind, digest_bytes(data))
    return changes


def _module_head(repository: Repository, path: bytes) -> Entry:
    folder = os.path.join(repository.root, os.fsdecode(path))
    head = repository.git._replace(folder=folder, git_dir="").run("rev-parse", "--verify", "HEAD")
    return module_entry(head.decode().strip())


def _unreadable_folders(said: bytes) -> Iterable[tuple[bytes, str]]:
    start, end = b"warning: could not open directory '", b"': "
    for line in said.splitlines():
        if line.startswith(start) and end in line:
            path, why = line[len(start) :].rsplit(end, 1)
            yield path.rstrip(b"/"), f"cannot be read: {why.decode(errors='replace')}"
