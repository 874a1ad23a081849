"""A stage that writes down what it sees, without git: to be held against the tree that a commit got."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import NamedTuple

from support.repo import Repo

_LOOK = """
import hashlib, json, os, stat, sys
algorithm, out = sys.argv[1:]
seen = {}
def note(path):
    info = os.lstat(path)
    link = stat.S_ISLNK(info.st_mode)
    data = os.readlink(path) if link else open(path, "rb").read()
    mode = "120000" if link else "100755" if info.st_mode & 0o100 else "100644"
    digest = hashlib.new(algorithm, b"blob %d\\0" % len(data) + data).hexdigest()
    seen[os.fsdecode(path[2:])] = mode + " " + digest
for parent, folders, files in os.walk(b"."):
    for name in list(folders):
        path = os.path.join(parent, name)
        if os.path.islink(path):
            note(path)
        if name == b".git" or os.path.lexists(os.path.join(path, b".git")):
            folders.remove(name)  # a repository of its own
    for name in files:
        ours = name in (b".gofigure", b".gofigure-journal") or name.startswith(b".gofigure.set-aside-")
        if name != b".git" and not (parent == b"." and ours):
            note(os.path.join(parent, name))
with open(out, "a") as file:
    file.write(json.dumps({"place": os.getcwd(), "files": seen}) + "\\n")
"""


class Facts(NamedTuple):
    """What a stage saw: its folder, and each file's mode and object id, as git would name it."""

    place: str
    files: dict[str, str]


class Looker:
    """`line` is for a stage of a repository; `seen` what it saw, each time."""

    def __init__(self, folder: Path, algorithm: str = "sha1") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        script = folder / "look.py"
        script.write_text(_LOOK)
        self._out = folder / "seen"
        self.line = f"{sys.executable} -I -S {script} {algorithm} {self._out}"

    @property
    def seen(self) -> list[Facts]:
        if not self._out.exists():
            return []
        return [Facts(**json.loads(line)) for line in self._out.read_text().splitlines()]


def tree(repo: Repo, revision: str = "HEAD") -> dict[str, str]:
    """A commit's files as `Facts` has them; submodules are left out."""
    found = {}
    for entry in repo.git("ls-tree", "-r", "-z", revision).split(b"\0")[:-1]:
        head, _, path = entry.partition(b"\t")
        mode, kind, oid = head.decode().split()
        if kind == "blob":
            found[os.fsdecode(path)] = f"{mode} {oid}"
    return found
