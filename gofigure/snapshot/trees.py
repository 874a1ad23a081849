"""Git trees by digest: known ones at once, others by their difference to a known one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from gofigure.digest.content import digest_bytes, digest_if_blob
from gofigure.digest.tree import KIND_OF_GIT_MODE, LINK, Changes, Entry, build, graft, module_entry
from gofigure.errors import GitError
from gofigure.events import Observer, Progress
from gofigure.git.objects import TreeFile, changed_files, list_tree, read_blobs
from gofigure.git.repository import Repository
from gofigure.store.contents import REMEMBER_BLOBS_FROM, Contents

# How many trees back to look for one that git can still compare with.
_BASES = 5
# From here on, a second process pays for its start.
_PARALLEL_FROM = 6000
_CHUNK = 2500

_SUBMODULE = b"160000"


def digest_of_tree(repository: Repository, oid: str, contents: Contents, observe: Observer) -> bytes:
    """The digest of a git tree. Raises GitError where objects are missing.

    Nothing is read for a tree that was seen before; for any other, only the files in which it differs from
    the nearest one that was.
    """
    known = contents.tree_digest(oid)
    if known is not None and contents.has_tree(known):
        return known
    for base_oid, base_digest in _bases(repository, oid, contents):
        try:
            changed = changed_files(repository.git, base_oid, oid)
        except GitError:
            continue  # git has pruned that tree since
        changes: dict[bytes, Entry | None] = {path: None for path, mode, _ in changed if not mode}
        for path, kind, file_digest in _digested(repository, changed, contents, observe):
            changes[path] = Entry(kind, file_digest)
        digest, records = graft(base_digest, changes, contents.load_tree)
        break
    else:
        files = list_tree(repository.git, oid)
        digest, records = build(_digested(repository, files, contents, observe))
    contents.save_tree(oid, digest, records)
    return digest


def _bases(repository: Repository, oid: str, contents: Contents) -> list[tuple[str, bytes]]:
    """Known trees to work the difference out from: HEAD's, which git surely has, then the most recent ones."""
    bases = contents.recent_trees(len(oid), _BASES)
    if repository.head is not None:
        known = contents.tree_digest(repository.head.tree)
        if known is not None and contents.has_tree(known):
            bases.insert(0, (repository.head.tree, known))
    return bases


def _digested(
    repository: Repository, files: Sequence[TreeFile], contents: Contents, observe: Observer
) -> Iterator[tuple[bytes, bytes, bytes]]:
    """(path, kind, digest) of every file that is there."""
    blobs = [(path, KIND_OF_GIT_MODE[mode], oid) for path, mode, oid in files if mode and mode != _SUBMODULE]
    digests = _blob_digests(repository, blobs, contents, observe)
    for (path, kind, _), digest in zip(blobs, digests, strict=True):
        yield path, kind, digest
    for path, mode, oid in files:
        if mode == _SUBMODULE:
            yield path, *module_entry(oid)


def _blob_digests(
    repository: Repository, blobs: Sequence[tuple[bytes, bytes, str]], contents: Contents, observe: Observer
) -> list[bytes]:
    """Digests of (path, kind, blob id) triples, in order.

    The file in the working tree is mostly the blob, and quicker to read; where it is not, git is asked.
    """
    root = os.path.join(os.fsencode(repository.root), b"")
    digests = _from_disk([(root + path, kind == LINK, oid) for path, kind, oid in blobs], observe)
    missing = [at for at, digest in enumerate(digests) if digest is None]
    wanted: dict[str, bytes | None] = {blobs[at][2]: None for at in missing}
    for oid in wanted:
        wanted[oid] = contents.blob_digest(oid)
    unknown = [oid for oid, digest in wanted.items() if digest is None]
    big: list[tuple[str, bytes]] = []
    for done, (oid, data) in enumerate(
        zip(unknown, read_blobs(repository.git, unknown) if unknown else (), strict=True)
    ):
        wanted[oid] = digest = digest_bytes(data)
        if len(data) >= REMEMBER_BLOBS_FROM:
            big.append((oid, digest))
        if done % _CHUNK == 0:
            observe(Progress("reading from git", done, len(unknown)))
    if big:
        contents.remember("blob", big)
    return [digest if digest is not None else _known(wanted[blobs[at][2]]) for at, digest in enumerate(digests)]


def _known(digest: bytes | None) -> bytes:
    assert digest is not None  # noqa: S101 - every wanted blob has just been read
    return digest


_Item = tuple[bytes, bool, str]  # absolute path, is a link, blob id


def _from_disk(items: Sequence[_Item], observe: Observer) -> list[bytes | None]:
    if len(items) < _PARALLEL_FROM:
        return digest_disk_files(items)
    from gofigure.process.pool import map_parts

    digests: list[bytes | None] = []
    parts = [items[at : at + _CHUNK] for at in range(0, len(items), _CHUNK)]
    for part in map_parts(digest_disk_files, parts):
        digests.extend(part)
        observe(Progress("digesting", len(digests), len(items)))
    return digests


def digest_disk_files(items: Iterable[_Item]) -> list[bytes | None]:
    """For each item, its digest, or None if the file on disk is not that blob."""
    return [digest_if_blob(path, link=link, oid=oid) for path, link, oid in items]


def graft_changes(tree: bytes, changes: Changes, contents: Contents) -> bytes:
    """The tree with changes laid over it, kept in the store."""
    if not changes:
        return tree
    digest, records = graft(tree, changes, contents.load_tree)
    contents.save_trees(records)
    return digest
