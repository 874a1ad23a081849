"""What in the working tree differs from an index, by git's own judgement."""

from __future__ import annotations

from typing import NamedTuple

from gofigure.git.program import Git
from gofigure.process.capture import Running

_ARGS = (
    "status", "--porcelain=v2", "-z", "--branch", "--no-ahead-behind",
    "--untracked-files=all", "--no-renames", "--ignore-submodules=none",
)  # fmt: skip


class Status(NamedTuple):
    """Paths relative to the root."""

    tracked: tuple[bytes, ...]  # content, kind or existence differs from the index
    untracked: tuple[bytes, ...]  # with a slash at its end: a repository of its own
    conflicted: tuple[bytes, ...]
    moved_modules: tuple[bytes, ...]  # submodules at another commit than the index says
    dirty_modules: tuple[bytes, ...]  # submodules with changes of their own, which no commit id covers
    branch: str  # "" on a detached HEAD
    head: str  # the commit that the index was compared with; "" before the first one
    staged: bool  # the index differs from that commit


def start(git: Git, *, index_file: str | None = None) -> Running:
    return git.start(*_ARGS, index_file=index_file)


def parse(out: bytes) -> Status:  # noqa: C901, PLR0912 - one case per kind of line
    """Read `git status --porcelain=v2 -z` (git-status, "Porcelain Format Version 2")."""
    tracked: list[bytes] = []
    untracked: list[bytes] = []
    conflicted: list[bytes] = []
    moved: list[bytes] = []
    dirty: list[bytes] = []
    branch = head = ""
    staged = False
    for line in out.split(b"\0"):
        match line[:1]:
            case b"1":
                _, xy, sub, _, mode, _, _, _, path = line.split(b" ", 8)
                staged = staged or xy[:1] != b"."
                if sub[:1] == b"S":
                    if sub[1:2] == b"C":
                        moved.append(path)
                        if mode != b"160000":  # in place of a file; git does not look into it
                            untracked.append(path + b"/")
                    elif xy[1:2] in (b"D", b"T"):
                        tracked.append(path)
                    if sub[2:4] != b"..":
                        dirty.append(path)
                elif xy[1:2] != b".":
                    tracked.append(path)
            case b"u":
                conflicted.append(line.split(b" ", 10)[10])
            case b"?":
                untracked.append(line[2:])
            case b"#":
                if line.startswith(b"# branch.head ") and not line.endswith(b" (detached)"):
                    branch = line[14:].decode("utf-8", "backslashreplace")
                elif line.startswith(b"# branch.oid ") and not line.endswith(b" (initial)"):
                    head = line[13:].decode()
            case _:  # ignored paths are not asked for
                continue
    return Status(tuple(tracked), tuple(untracked), tuple(conflicted), tuple(moved), tuple(dirty), branch, head, staged)
