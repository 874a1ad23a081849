"""The working tree as a snapshot: an index's tree, with what git says is different laid over it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gofigure.digest.content import digest_bytes
from gofigure.digest.tree import EXECUTABLE, FILE, LINK, MODULE, Entry, look_up, module_entry
from gofigure.errors import GitError
from gofigure.events import Observer
from gofigure.git import index, status
from gofigure.git.exclude import is_own
from gofigure.git.objects import read_blobs
from gofigure.git.program import output
from gofigure.git.repository import Repository
from gofigure.model import CONFIG_NAME, Snapshot
from gofigure.process.capture import Running
from gofigure.snapshot.configurations import among
from gofigure.snapshot.trees import digest_of_tree, graft_changes
from gofigure.store.contents import Contents

if TYPE_CHECKING:
    from gofigure.git.attributes import Conversions


POINTER = "a Git LFS pointer, not the file itself (git lfs pull)"


def objects_in(folder: str) -> str:
    """Where the trees go that name the index; of use as long as that is the same."""
    return os.path.join(folder, "objects")


class Asked(NamedTuple):
    """Questions that git is working on while the rest of the program loads."""

    folder: str
    own_index: str
    status: Running
    flags: Running | None  # None: that is known

    @property
    def cleaned(self) -> str:
        """Where the files go that git has to clean first; of use to this look only."""
        return os.path.join(self.folder, "cleaned")

    def kill(self) -> None:
        self.status.kill()
        if self.flags is not None:
            self.flags.kill()


def ask(repository: Repository, folder: str, index_file: str | None = None, *, flags: bool = True) -> Asked:
    """Start the git calls that a working tree's snapshot needs. `folder`: see git.index.scratch."""
    own = index.private_index(index_file or repository.index_file, folder)
    return Asked(
        folder,
        own,
        status.start(repository.git, index_file=own),
        index.start_flags(repository.git, own) if flags else None,
    )


def listing(asked: Asked) -> bytes:
    """Every entry of the index with its flag; to be asked for once."""
    return output(asked.flags, ("ls-files",)) if asked.flags is not None else b""


# The paths in conflict, which are left out -> the tree of the index, and the repository to read its objects in.
IndexTree = Callable[[tuple[bytes, ...]], tuple[Repository, str]]


def index_tree(repository: Repository, asked: Asked) -> IndexTree:
    """Asks git for the tree of the index; it is not written into the user's repository."""

    def written(conflicted: tuple[bytes, ...]) -> tuple[Repository, str]:
        apart = repository._replace(git=index.with_own_objects(repository, objects_in(asked.folder)))
        own = asked.own_index
        if conflicted:
            own = index.without_conflicts(repository.git, own, conflicted)
        return apart, index.write_tree(apart.git, own, missing_ok=True)

    return written


def of_working_tree(
    repository: Repository,
    asked: Asked,
    listed: bytes,
    contents: Contents,
    observe: Observer,
    tree_of_index: IndexTree,
    ours: frozenset[bytes] = frozenset(),
) -> Snapshot:
    """The content of the working tree: what `git add -A` would record, and nothing else. Writes no user file.

    `listed`: see `listing`; `tree_of_index`: see `index_tree`; `ours`: untracked files and folders to leave out.
    """
    flags = index.parse_flags(listed)
    if repository.head is not None:
        # Mostly right, and on a first look the long part: it goes on while git is still looking for changes.
        tree = digest_of_tree(repository, repository.head.tree, contents, observe)
    found, unprovable = _status(asked)
    apart, oid = _index_tree(repository, found, tree_of_index)
    if repository.head is None or oid != repository.head.tree:
        tree = digest_of_tree(apart, oid, contents, observe)

    new = [
        path for path in found.untracked if not path.endswith(b"/") and not is_own(path) and not _is_below(path, ours)
    ]
    looked_at = [*found.tracked, *new, *found.conflicted, *flags.assumed, *flags.skipped]
    changes = _changes(repository, asked, tree, looked_at, flags, contents, unprovable)
    for path in flags.skipped:
        if changes[path] is None:
            del changes[path]  # not checked out: still part of the content, but no stage can see it
            unprovable[path] = "not checked out (sparse checkout)"
    for path in flags.assumed:
        if changes[path] is None and _is_module(tree, path, contents):
            del changes[path]
            unprovable[path + b"/"] = "a submodule that git is told not to look at"
    for path in index.absent_modules(repository):
        if _is_module(tree, path, contents):
            unprovable[path + b"/"] = "a submodule that is not checked out (git submodule update --init)"
    for path in found.moved_modules:
        changes[path] = _module_head(repository, path)
    unprovable.update(dict.fromkeys(_pointers(repository, asked, listed, new), POINTER))
    return Snapshot(
        "working tree",
        graft_changes(tree, changes, contents),
        oid=None if changes else oid,
        branch=found.branch,
        unprovable=unprovable,
        notes=_notes(unprovable),
        new_folders=among(new, CONFIG_NAME),
    )


def _pointers(repository: Repository, asked: Asked, listed: bytes, new: Iterable[bytes]) -> list[bytes]:
    """Files that are only Git LFS pointers. Where there are no attributes, nothing is spent on that."""
    if b".gitattributes\0" not in listed and not any(path.endswith(b".gitattributes") for path in new):
        return []
    from gofigure.snapshot.lfs import pointers_in

    return pointers_in(repository, asked.own_index, listed, new)


def _notes(unprovable: Mapping[bytes, str]) -> tuple[str, ...]:
    if not unprovable:
        return ()
    from gofigure.snapshot.lfs import notes_of

    return notes_of(unprovable, POINTER)


def of_checkout(repository: Repository, ours: frozenset[bytes], contents: Contents, observe: Observer) -> Snapshot:
    """The content of a checkout of our own, as it stands now. `ours`: untracked paths to leave out."""
    with index.scratch(repository) as folder:
        asked = ask(repository, folder)
        try:
            return of_working_tree(
                repository, asked, listing(asked), contents, observe, index_tree(repository, asked), ours
            )
        finally:
            asked.kill()


def _status(asked: Asked) -> tuple[status.Status, dict[bytes, str]]:
    """What git says is different, and what nobody can tell the content of."""
    said = asked.status.finish()
    if said.code != 0:
        raise GitError(f"git status: {said.err.decode(errors='backslashreplace').strip()}")
    found = status.parse(said.out)
    unprovable = dict(_unreadable_folders(said.err))
    for path in found.untracked:
        if path.endswith(b"/"):
            unprovable[path] = "a repository of its own, unknown to this one"
    for path in found.dirty_modules:
        unprovable[path + b"/"] = "a submodule with changes of its own"
    return found, unprovable


def _index_tree(repository: Repository, found: status.Status, tree_of_index: IndexTree) -> tuple[Repository, str]:
    """The tree of the index, and the repository with the objects that it may need; mostly it is that of HEAD."""
    head = repository.head
    if head is not None and head.commit == found.head and not found.staged and not found.conflicted:
        return repository, head.tree
    return tree_of_index(found.conflicted)


def _changes(
    repository: Repository,
    asked: Asked,
    tree: bytes,
    paths: list[bytes],
    flags: index.Flags,
    contents: Contents,
    unprovable: dict[bytes, str],
) -> dict[bytes, Entry | None]:
    """What stands at `paths`, as git would store it over `tree`."""
    if not paths:
        return {}
    from gofigure.git.attributes import conversions
    from gofigure.snapshot.files import digest_files

    found = digest_files(os.fsencode(repository.root), paths, contents)
    unprovable.update(found.unprovable)
    changes = dict(found.entries)
    present = {path: entry for path, entry in changes.items() if entry is not None}
    if not present:
        return changes
    special = conversions(repository.git, list(present))
    if special.no_modes or special.no_links:
        for path, entry in present.items():
            before = look_up(tree, path, contents.load_tree)
            changes[path] = present[path] = Entry(_kept_kind(entry, before, special), entry.digest)
    convert = [
        path for path in present if path in special.always or (path in special.line_ends and path in found.with_cr)
    ]
    if convert:
        flagged = sorted({*flags.assumed, *flags.skipped}.intersection(convert))
        apart = index.with_own_objects(repository, asked.cleaned)
        cleaned = index.write_cleaned(apart, asked.own_index, convert, flagged)
        blobs = read_blobs(apart, [oid for _, oid in cleaned])
        changes.update(dict.fromkeys(convert))  # what has gone meanwhile is not among those cleaned
        for (path, _), data in zip(cleaned, blobs, strict=True):
            changes[path] = Entry(present[path].kind, digest_bytes(data))
    return changes


def _kept_kind(entry: Entry, before: Entry | None, special: Conversions) -> bytes:
    """The kind of an entry where git goes by what it has, not by what the file system says (git-config)."""
    if entry.kind == LINK or (special.no_links and before is not None and before.kind == LINK):
        return LINK
    if special.no_modes:
        return EXECUTABLE if before is not None and before.kind == EXECUTABLE else FILE
    return entry.kind


def _is_below(path: bytes, places: Iterable[bytes]) -> bool:
    return any(path == place or path.startswith(place + b"/") for place in places)


def _is_module(tree: bytes, path: bytes, contents: Contents) -> bool:
    entry = look_up(tree, path, contents.load_tree)
    return entry is not None and entry.kind == MODULE


def _module_head(repository: Repository, path: bytes) -> Entry:
    folder = os.path.join(repository.root, os.fsdecode(path))
    head = repository.git._replace(folder=folder, git_dir="").run("rev-parse", "--verify", "HEAD")
    return module_entry(head.decode().strip())


def _unreadable_folders(said: bytes) -> Iterable[tuple[bytes, str]]:
    start, end = b"warning: could not open directory '", b"': "
    for line in said.splitlines():
        if line.startswith(start) and end in line:
            path, why = line[len(start) :].rsplit(end, 1)
            yield path.rstrip(b"/") + b"/", f"cannot be read: {why.decode(errors='replace')}"
