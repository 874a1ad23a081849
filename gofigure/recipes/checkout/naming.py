"""What a commit's content is called: the same that `gofigure digest` prints for it."""

from __future__ import annotations

import os

from gofigure.digest.content import digest_bytes, digest_if_blob
from gofigure.digest.tree import KIND_OF_GIT_MODE, LINK, MODULE, build, module_entry
from gofigure.git.objects import list_tree, read_blobs, tree_of
from gofigure.git.program import Git


def digest_of(dest: str, commit: str) -> bytes:
    """Of the commit that is checked out at `dest`: files are read there, and from git where a filter was at work."""
    with open(os.path.join(dest, ".git"), "rb") as file:
        git_dir = os.fsdecode(file.read().removeprefix(b"gitdir: ").removesuffix(b"\n"))
    git = Git(dest, git_dir, os.environ)
    _, tree = tree_of(git, commit)
    triples: list[tuple[bytes, bytes, bytes]] = []
    unread: list[tuple[bytes, bytes, str]] = []
    folder = os.path.join(os.fsencode(dest), b"")
    for path, mode, oid in list_tree(git, tree):
        kind = KIND_OF_GIT_MODE[mode]
        if kind == MODULE:
            triples.append((path, *module_entry(oid)))
            continue
        digest = digest_if_blob(folder + path, link=kind == LINK, oid=oid)
        if digest is None:
            unread.append((path, kind, oid))
        else:
            triples.append((path, kind, digest))
    contents = read_blobs(git, [oid for _, _, oid in unread]) if unread else ()
    triples += [(path, kind, digest_bytes(data)) for (path, kind, _), data in zip(unread, contents, strict=True)]
    return build(triples)[0]
