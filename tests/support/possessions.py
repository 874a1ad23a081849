"""All that is a person's in a repository: to be the same after anything that gofigure does, or that is done to it."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from support.repo import Repo

_OURS = (".git", ".gofigure", ".gofigure-journal")
Content = Mapping[str, object]


class Possessions(NamedTuple):
    """`files`: mode, kind, content, time of each; `staged`: the index, entries with flags; the rest as git tells it."""

    files: Content
    staged: Content
    refs: Mapping[str, bytes]  # HEAD among them
    logs: Mapping[str, bytes]  # of HEAD, of branches and of the stash
    places: Content  # configuration, hooks, working trees


def of(repo: Repo) -> Possessions:
    common = Path(os.fsdecode(repo.git("rev-parse", "--path-format=absolute", "--git-common-dir").strip()))
    own = Path(os.fsdecode(repo.git("rev-parse", "--absolute-git-dir").strip()))
    head = {"HEAD": (own / "HEAD").read_bytes()}
    refs = repo.git("for-each-ref", "--format=%(refname) %(objectname) %(symref)").splitlines()
    return Possessions(
        _files(repo.root),
        index_of(repo),
        {**head, **{os.fsdecode(line.split()[0]): line for line in refs}},
        {**_texts(common / "logs", "common/"), **_texts(own / "logs", "own/")},
        {
            "config": (common / "config").read_bytes(),
            "worktrees": re.sub(rb"HEAD \w+", b"", repo.git("worktree", "list", "--porcelain")),
            **_texts(common / "hooks", "hooks/"),
        },
    )


def index_of(repo: Repo, file: str | None = None) -> dict[str, object]:
    """Each entry of an index, with its stage and its flags; not the stats, which git refreshes as it likes."""
    env = {"GIT_INDEX_FILE": file} if file is not None else {}
    entries = repo.git("ls-files", "-s", "-v", "-z", env=env).split(b"\0")[:-1]
    told = repo.git("ls-files", "--debug", "-z", env=env)
    flags = re.findall(rb"flags: (\w+)", told)
    assert len(flags) == len(entries)
    return {
        os.fsdecode(entry): (int(flag, 16) & ~0xFFF).to_bytes(8, "big")  # the rest is the length of the name
        for entry, flag in zip(entries, flags, strict=True)
    }


def differences(before: Content, after: Content, but: Collection[str] = ()) -> list[str]:
    """What is not the same, in words; names that begin with one of `but` do not count."""
    return [
        f"{name}: {before.get(name, 'nothing')!r} became {after.get(name, 'nothing')!r}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name) and not name.startswith(tuple(but))
    ]


def locks(repo: Repo) -> list[Path]:
    """Lock files that somebody left; a linked worktree's git directory is below the common one."""
    common = Path(os.fsdecode(repo.git("rev-parse", "--path-format=absolute", "--git-common-dir").strip()))
    return [path for path in common.rglob("*.lock") if "gofigure" not in path.relative_to(common).parts]


def _files(root: Path) -> dict[str, object]:
    seen: dict[str, object] = {}
    for parent, folders, files in os.walk(root):
        at_root = Path(parent) == root
        folders[:] = [name for name in folders if not (at_root and name in _OURS)]
        for name in [*folders, *files]:
            if at_root and (name in _OURS or name.startswith(".gofigure.set-aside-")):
                continue
            place = os.path.join(parent, name)
            info = os.lstat(place)
            what: object = None
            if stat.S_ISREG(info.st_mode):
                what = hashlib.sha256(Path(place).read_bytes()).hexdigest()[:16]
            elif stat.S_ISLNK(info.st_mode):
                what = os.readlink(place)
            when = 0 if stat.S_ISDIR(info.st_mode) else info.st_mtime_ns
            seen[os.path.relpath(place, root)] = (oct(info.st_mode), what, when)
    return seen


def _texts(folder: Path, prefix: str) -> dict[str, bytes]:
    return {f"{prefix}{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}
