"""The submodules that a tree names (gitmodules)."""

from __future__ import annotations

import os
from typing import NamedTuple

from gofigure.git.repository import Repository


class Module(NamedTuple):
    name: str  # by which its repository is kept below `modules/`
    path: bytes
    commit: str


def modules_of(repository: Repository, tree: str) -> list[Module]:
    """Each submodule of a tree that its .gitmodules has a path for. `tree`: git's tree id."""
    asked = ("config", "-z", "--no-includes", "--blob", f"{tree}:.gitmodules")
    said = repository.git.start(*asked, "--get-regexp", r"^submodule\..*\.path$").finish()
    names: dict[bytes, str] = {}
    for entry in said.out.split(b"\0"):
        key, newline, path = entry.partition(b"\n")
        name = os.fsdecode(key.removeprefix(b"submodule.").removesuffix(b".path"))
        # Such names have led out of `modules/` (CVE-2018-11235).
        if newline and path.rstrip(b"/") and ".." not in name.split("/") and not name.startswith("/"):
            names[path.rstrip(b"/")] = name
    if not names:
        return []
    listed = repository.git.run("ls-tree", "-z", "--full-tree", tree, "--", *map(os.fsdecode, names))
    found = []
    for line in listed.split(b"\0")[:-1]:
        meta, path = line.split(b"\t", 1)
        mode, _, oid = meta.split(b" ")
        if mode == b"160000":
            found.append(Module(names[path], path, oid.decode()))
    return found


def kept_at(repository: Repository, module: Module) -> str | None:
    """The git directory of a submodule, if it was ever fetched: for this working tree, for another, or in place."""
    places = [os.path.join(folder, "modules", module.name) for folder in (repository.git_dir, repository.common_dir)]
    places.append(os.path.join(repository.root, os.fsdecode(module.path), ".git"))  # before git 1.7.8, and by hand
    return next((place for place in places if os.path.isfile(os.path.join(place, "HEAD"))), None)
