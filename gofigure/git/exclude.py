"""Keep gofigure's own files out of git without touching anything that is committed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from gofigure.errors import GitError
from gofigure.events import Note, Observer
from gofigure.git.program import Git, explain
from gofigure.git.repository import Repository

_WRITTEN = (b".gofigure", b".gofigure-journal")
_LOCAL = b".gofigure.local.toml"  # in any folder
_SET_ASIDE = b".gofigure.set-aside-"
_LINES = (*(f"/{os.fsdecode(name)}" for name in (*_WRITTEN, _SET_ASIDE + b"*")), os.fsdecode(_LOCAL))


def is_ignored(repository: Repository, path: bytes) -> bool:
    """Whether git leaves out what stands at `path` (relative to the root), by whatever rule."""
    return bool(_ignored_below(repository, [path]))


def ignored(repository: Repository, paths: Sequence[bytes]) -> frozenset[bytes]:
    """Those of the paths, each of which is there, that git leaves out."""
    found = {path.rstrip(b"/") for path in _ignored_below(repository, paths).split(b"\0")[:-1]}
    return frozenset(path for path in paths if any(path == one or path.startswith(one + b"/") for one in found))


class IgnoreRule(NamedTuple):
    """What makes git leave something out (git-check-ignore)."""

    file: str  # as git calls it: from the root, or absolute
    line: int
    pattern: str


def ignore_rule(repository: Repository, path: bytes) -> IgnoreRule | None:
    """The rule by which git leaves out what stands at `path`; None where git does not say."""
    env = {name: value for name, value in repository.git.env.items() if name != "GIT_LITERAL_PATHSPECS"}
    git = repository.git._replace(env=env)
    said = git.start("check-ignore", "-v", "-z", "--stdin", stdin=b"./%s\0" % path).finish()
    if said.code != 0 or said.out.count(b"\0") != 4:
        return None
    file, line, pattern = (part.decode("utf-8", "backslashreplace") for part in said.out.split(b"\0")[:3])
    return IgnoreRule(file, int(line) if line.isdecimal() else 0, pattern)


def _ignored_below(repository: Repository, paths: Sequence[bytes]) -> bytes:
    # Not `check-ignore`: it refuses literal pathspecs.
    # One path alone that is inside an ignored folder makes git say "directory entry not superset of prefix".
    listed = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory", "--", ".git")
    return repository.git.run(*listed, *map(os.fsdecode, paths))


def matched(git: Git, paths: Sequence[bytes]) -> list[bytes]:
    """Those of the paths that a rule of git's leaves out, tracked or not; without reading the index, thus quick."""
    # With literal pathspecs git refuses; a "./" takes the magic from what would have some.
    asked = git._replace(env={**git.env, "GIT_LITERAL_PATHSPECS": "0"})
    stdin = b"".join(b"./%s\0" % path for path in paths)
    done = asked.start("check-ignore", "-z", "--no-index", "--stdin", stdin=stdin).finish()
    if done.code not in (0, 1):  # 1: none of them
        raise GitError(explain(done, ("check-ignore",)))
    return [path[2:] for path in done.out.split(b"\0")[:-1]]


def exclude_state(repository: Repository, observe: Observer) -> None:
    """Name our files in `info/exclude` (gitignore), once; where that cannot be done, git will show them."""
    path = os.path.join(repository.common_dir, "info", "exclude")
    try:
        with open(path, "rb") as file:
            present = file.read()
    except OSError:
        present = b""
    missing = [line for line in _LINES if os.fsencode(line) not in present.split(b"\n")]
    if not missing:
        return
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "ab") as file:
            if present and not present.endswith(b"\n"):
                file.write(b"\n")
            file.write(os.fsencode("\n".join(missing)) + b"\n")
    except OSError as error:
        observe(Note(f"{path} cannot be written ({error.strerror}); git will show .gofigure as untracked"))


def is_own(path: bytes) -> bool:
    """Whether this is one of them; also where `info/exclude` has not been written yet, and outside git."""
    return is_written_by_us(path) or path == _LOCAL or path.endswith(b"/" + _LOCAL)


def is_written_by_us(path: bytes) -> bool:
    """Whether gofigure itself writes this while it works: no sign of anybody else."""
    return path in _WRITTEN or path.startswith(_SET_ASIDE)
