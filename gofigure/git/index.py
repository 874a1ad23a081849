"""The index, read without taking the user's lock and without writing to it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gofigure.git.program import Git
from gofigure.git.repository import Repository
from gofigure.process.capture import Running


class Flags(NamedTuple):
    """Entries for which `git status` does not look at the working tree (git-update-index)."""

    assumed: tuple[bytes, ...]  # --assume-unchanged
    skipped: tuple[bytes, ...]  # --skip-worktree, by hand or by a sparse checkout


_SCRATCH = "scratch-"
_APART = "-without-conflicts"


@contextlib.contextmanager
def scratch(repository: Repository) -> Iterator[str]:
    """A folder for one snapshot's private index and objects, gone afterwards.

    Below the git directory, so that an index can be hard-linked into it; in the system's place for temporary
    files where the git directory cannot be written.
    """
    folder = os.path.join(repository.state_dir, f"{_SCRATCH}{os.getpid()}-{os.urandom(4).hex()}")
    try:
        os.makedirs(repository.state_dir, mode=0o700, exist_ok=True)
        os.mkdir(folder, 0o700)
        for left in abandoned(repository.state_dir):
            with contextlib.suppress(OSError):  # another process may be doing the same
                remove_scratch(left)
    except OSError:
        import tempfile

        folder = tempfile.mkdtemp(prefix="gofigure-")
    try:
        yield folder
    finally:
        remove_scratch(folder)


def abandoned(state_dir: str) -> list[str]:
    """What processes that were killed have left."""
    found = []
    for name in os.listdir(state_dir):
        if name.startswith(_SCRATCH):
            pid = name.removeprefix(_SCRATCH).partition("-")[0]
            try:
                os.kill(int(pid), 0)
            except ProcessLookupError:
                found.append(os.path.join(state_dir, name))
            except (OSError, ValueError):
                continue
    return found


def remove_scratch(folder: str) -> None:
    """Remove what is there of it: a stage may have been quicker."""
    for parent, _, files in os.walk(folder, topdown=False):
        for name in files:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(parent, name))
        with contextlib.suppress(FileNotFoundError):
            os.rmdir(parent)


def private_index(index_file: str, folder: str) -> str:
    """A name of our own for an index file: locking and writing it leaves the user's alone.

    Git never writes an index in place (it renames a new one over it), so a hard link is a snapshot.
    """
    own = os.path.join(folder, "index")
    for left in (own, own + _APART):
        for name in (left, left + ".lock"):  # of an earlier look; the lock, of a git that was killed
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
    try:
        os.link(index_file, own)
    except FileNotFoundError:
        pass  # a repository without an index yet: git reads it as empty
    except OSError:  # another file system, or one without hard links
        import shutil

        shutil.copy2(index_file, own)  # with its time: by that git knows which entries are racy
    return own


def write_tree(git: Git, index_file: str | None, *, missing_ok: bool = False) -> str:
    """The id of the tree that committing this index would record. Raises GitError on unmerged entries.

    `missing_ok`: the blobs need not be there (a partial clone).
    """
    args = ("write-tree", "--missing-ok") if missing_ok else ("write-tree",)
    return git.run(*args, index_file=index_file).decode().strip()


def everything(git: Git, index_file: str) -> str:
    """The id of the tree that `git add -A && git commit` would record. `index_file`: see private_index."""
    git.run("add", "--all", index_file=index_file)
    return write_tree(git, index_file)


def without_conflicts(git: Git, index_file: str, paths: Sequence[bytes]) -> str:
    """A copy of a private index with the conflicted paths left out, so that the rest can be named by a tree."""
    import shutil

    own = shutil.copyfile(index_file, index_file + _APART)
    git.run("update-index", "--force-remove", "-z", "--stdin", index_file=own, stdin=_listed(paths))
    return own


FLAGS = ("ls-files", "-v", "-z", "--cached")


def start_flags(git: Git, index_file: str) -> Running:
    return git.start(*FLAGS, index_file=index_file)


def parse_flags(out: bytes) -> Flags:
    """Read `git ls-files -v -z`: `H` is an ordinary entry, a small letter an assumed one, `S` a skipped one."""
    ordinary = out.count(b"\0H ") + out.startswith(b"H ")
    if ordinary == out.count(b"\0"):
        return Flags((), ())  # the common case, without making 100,000 objects
    assumed, skipped = [], []
    for line in out.split(b"\0"):
        tag, path = line[:1], line[2:]
        if tag in b"Ss" and tag:
            skipped.append(path)
        elif tag.islower():
            assumed.append(path)
    return Flags(tuple(assumed), tuple(skipped))


def lists(listed: bytes, path: bytes) -> bool:
    """Whether a path is in the answer of `git ls-files -v -z`; of 100,000 files that is a megabyte or more."""
    wanted = b" %s\0" % path
    at = listed.find(wanted)
    while at > 1 and listed[at - 2]:  # the end of another name, which has a space in it
        at = listed.find(wanted, at + 1)
    return at > 0


def tracked_among(git: Git, names: Sequence[str]) -> list[str]:
    """Which of `names` (relative to the root) are in the index."""
    return [os.fsdecode(path) for path in git.run("ls-files", "-z", "--cached", "--", *names).split(b"\0")[:-1]]


def write_cleaned(
    apart: Git, index_file: str, paths: Sequence[bytes], flagged: Sequence[bytes]
) -> list[tuple[bytes, str]]:
    """Let git itself clean `paths` as `git add` would: (path, blob id) pairs.

    Only `git add`'s own code knows every rule (filter drivers, `text=auto` and what the index already holds).
    `apart`: see with_own_objects; the blobs go there. `flagged`: those among the paths that git was told not to
    look at. A path that has gone meanwhile is left out.
    """
    for option in ("--no-assume-unchanged", "--no-skip-worktree") if flagged else ():
        apart.run("update-index", option, "-z", "--stdin", index_file=index_file, stdin=_listed(flagged))
    add = ("update-index", "--add", "--remove", "--replace", "-z", "--stdin")
    apart.run(*add, index_file=index_file, stdin=_listed(paths))
    listed = apart.run("ls-files", "-s", "-z", index_file=index_file)
    wanted = set(paths)
    found = []
    for line in listed.split(b"\0")[:-1]:
        meta, path = line.split(b"\t", 1)
        if path in wanted:
            found.append((path, meta.split(b" ")[1].decode()))
    return found


def with_own_objects(repository: Repository, folder: str) -> Git:
    """A git that writes objects into `folder`, and reads the repository's besides."""
    env = repository.git.env
    os.makedirs(folder, exist_ok=True)
    theirs = env.get("GIT_OBJECT_DIRECTORY") or os.path.join(repository.common_dir, "objects")
    # What a push has brought is read through two folders: the first is then only the newer one.
    places = [_quoted(theirs), *filter(None, [env.get("GIT_ALTERNATE_OBJECT_DIRECTORIES")])]
    own = {"GIT_OBJECT_DIRECTORY": folder, "GIT_ALTERNATE_OBJECT_DIRECTORIES": ":".join(places)}
    return repository.git._replace(env={**env, **own})


def identity(index_file: str) -> tuple[int, ...]:
    """By which one index is told from the next: git writes a new file each time. () where there is none.

    Not by ctime: our own link to it changes that. An inode is used again only when nothing holds it any more.
    """
    try:
        info = os.stat(index_file)
    except FileNotFoundError:
        return ()
    return info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns


def _quoted(path: str) -> str:
    """As in a list with colons, in which a name may hold one (git, "GIT_ALTERNATE_OBJECT_DIRECTORIES")."""
    escaped = path.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def _listed(paths: Sequence[bytes]) -> bytes:
    return b"".join(path + b"\0" for path in paths)


def absent_modules(repository: Repository) -> list[bytes]:
    """The submodules that .gitmodules names (gitmodules) and that are not checked out."""
    names = os.path.join(repository.root, ".gitmodules")
    if not os.path.isfile(names):
        return []
    args = ("config", "-z", "--no-includes", "-f", names, "--get-regexp", r"^submodule\..*\.path$")
    said = repository.git.start(*args).finish().out
    paths = [entry.partition(b"\n")[2].rstrip(b"/") for entry in said.split(b"\0") if b"\n" in entry]
    root = os.fsencode(repository.root)
    return [path for path in paths if path and not os.path.lexists(os.path.join(root, path, b".git"))]
