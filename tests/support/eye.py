"""gofigure's view of a folder, asked in this process: no Python to start for each question."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from blake3 import blake3

from gofigure import trust
from gofigure.digest.frame import digest_value
from gofigure.digest.tree import EXECUTABLE, FILE, LINK, MODULE, build
from gofigure.events import ignore
from gofigure.git.environment import GitVariables
from gofigure.git.repository import ask
from gofigure.model import Snapshot, Trigger
from gofigure.project import Project, locate, open_store
from gofigure.queries import digests
from gofigure.snapshot.commits import of_commit, of_index
from gofigure.snapshot.looking import Looking
from gofigure.store.store import Store
from gofigure.subject import Request
from support.repo import Repo


class Eye:
    """Looks at one working tree or folder, with its real store."""

    def __init__(self, root: Path, env: Mapping[str, str]) -> None:
        self.env = env
        self.project: Project = locate(ask(str(root), env, GitVariables()), env)
        self.token = trust.allow(self.project.trust, ())

    def here(self, *, remember: bool = True, meanwhile: Callable[[], None] = lambda: None) -> Snapshot:
        """The working tree. `meanwhile` happens after git was asked, before its answer is used."""
        project = self.project
        with Looking(project.root, project.repository, None) as looking, self._store(remember=remember) as store:
            meanwhile()
            return looking.here(store.contents, ignore)

    def commit(self, revision: str = "HEAD", *, remember: bool = True) -> Snapshot:
        assert self.project.repository is not None
        with self._store(remember=remember) as store:
            return of_commit(self.project.repository, revision, store.contents, ignore)

    def index(self, *, remember: bool = True) -> Snapshot:
        assert self.project.repository is not None
        with self._store(remember=remember) as store:
            return of_index(self.project.repository, None, store.contents, ignore)

    def tracked(self, *names: str) -> list[str]:
        """Those of `names` that are in the index, by the question that is asked for the working tree."""
        with Looking(self.project.root, self.project.repository, None) as looking:
            return looking.tracked(names)

    def of(self, path: bytes) -> tuple[str, str]:
        """(kind, digest) as `gofigure digest PATH` prints them."""
        [(_, kind, hexed)] = digests(self.project, Request(Trigger("manual"), self.env), [path], ignore)
        return kind, hexed

    def _store(self, *, remember: bool) -> Store:
        if not remember:
            return Store.in_memory()
        with open_store(self.project, self.token, ignore):
            pass  # makes it where there is none
        return Store.open(self.project.store_file, self.token)[0]


def eye(repo: Repo) -> Eye:
    return Eye(repo.root, repo.env)


_KINDS = {b"100644": FILE, b"100755": EXECUTABLE, b"120000": LINK}


def blobs(repo: Repo, revision: str = "HEAD") -> list[tuple[bytes, bytes, bytes]]:
    """(path, mode, content) of every file of a commit; a submodule's content is its commit id."""
    git = repo.try_git
    listed = git("ls-tree", "-r", "-z", "--full-tree", revision).stdout
    found: list[tuple[bytes, bytes, bytes]] = []
    for line in listed.split(b"\0")[:-1]:
        (mode, _, oid), path = line.split(b"\t", 1)[0].split(b" "), line.split(b"\t", 1)[1]
        found.append((path, mode, oid))
    asked = b"".join(oid + b"\n" for _, mode, oid in found if mode != b"160000")
    out = git("cat-file", "--batch", stdin=asked, env={"GIT_NO_REPLACE_OBJECTS": "1"}).stdout if asked else b""
    whole: list[tuple[bytes, bytes, bytes]] = []
    for path, mode, oid in found:
        if mode == b"160000":
            whole.append((path, mode, oid))
            continue
        head, _, out = out.partition(b"\n")
        size = int(head.split()[2])
        whole.append((path, mode, out[:size]))
        out = out[size + 1 :]
    return whole


def by_hand(repo: Repo, revision: str = "HEAD") -> bytes:
    """A commit's tree digest as its definition has it: from git's own list, remembering nothing."""
    files = [
        (path, MODULE, digest_value("gofigure 2026-11 submodule", content.decode()))
        if mode == b"160000"
        else (path, _KINDS[mode], blake3(content).digest())
        for path, mode, content in blobs(repo, revision)
    ]
    return build(files)[0]


def export(repo: Repo, folder: Path, revision: str = "HEAD") -> Path:
    """A commit's content as a plain folder: the stored bytes, with modes as git has them."""
    folder.mkdir()
    for path, mode, content in blobs(repo, revision):
        place = os.path.join(os.fsencode(folder), path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if mode == b"120000":
            os.symlink(content, place)
            continue
        with open(place, "wb") as file:
            file.write(content)
        os.chmod(place, 0o755 if mode == b"100755" else 0o644)
    return folder


_OURS = (".gofigure", ".gofigure-journal", ".git/gofigure", ".git/info/exclude")


def everything(root: Path, *, objects: bool = True) -> dict[str, tuple[object, ...]]:
    """All of a repository, git directory included, save what is gofigure's own: to compare before with after."""
    seen: dict[str, tuple[object, ...]] = {}
    for parent, folders, files in os.walk(root):
        below = os.path.relpath(parent, root)
        for name in [*folders, *files]:
            path = os.path.normpath(os.path.join(below, name))
            if path in _OURS or path.startswith(".gofigure.set-aside-"):
                continue
            if path.startswith(".git/") and name in folders:
                continue  # `.git/info` may be made for our line in `.git/info/exclude`
            info = os.lstat(os.path.join(parent, name))
            what: object = None
            if stat.S_ISREG(info.st_mode):
                with open(os.path.join(parent, name), "rb") as file:
                    what = hashlib.sha256(file.read()).hexdigest()
            elif stat.S_ISLNK(info.st_mode):
                what = os.readlink(os.path.join(parent, name))
            # The user's files keep their time, too.
            when = info.st_mtime_ns if not path.startswith(".git") else 0
            seen[path] = (oct(info.st_mode), what, when if not stat.S_ISDIR(info.st_mode) else 0)
        folders[:] = [
            name
            for name in folders
            if (path := os.path.normpath(os.path.join(below, name))) not in _OURS
            and (objects or path != ".git/objects")
        ]
    return seen
