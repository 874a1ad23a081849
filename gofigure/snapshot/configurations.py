"""Which folders have a configuration of their own: by git's index, never by a walk over the disk.

Most repositories have none. That is told by reading the index, which for 50,000 files takes 2 ms; what git lists is
remembered with the index's checksum, as what is plain is (plain_index).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gofigure.git.program import output
from gofigure.snapshot.plain_index import name_of

if TYPE_CHECKING:
    from gofigure.git.repository import Repository
    from gofigure.process.capture import Running

_FILE = "configurations"
_BIG = 1 << 20  # bytes of an index that takes a while to read
_WHOLE_NAMES = (2, 3)  # versions of the index in which each name is written out (gitformat-index)
_ELSEWHERE = (b"link\0\0\0", b"sdir\0\0\0")  # extensions: some of the names are not in this file


class Listing:
    """A question that git works on, if it has to be asked."""

    def __init__(self, repository: Repository, index_file: str, name: str) -> None:
        """`name`: what a configuration is called."""
        self._folder = os.path.join(repository.git_dir, "gofigure")
        self._index_file = index_file
        self._name = name
        self._index = name_of(index_file)
        self._known = _remembered(self._folder, self._index)
        self._asked: Running | None = None
        if self._known is None:
            size = _holds_none(index_file, name)
            if size < 0:
                self._asked = _start(repository, index_file, name, "--cached")
            elif size >= _BIG:
                self._keep([])

    def folders(self) -> list[str]:
        """Sorted, from the root, which is not among them. Raises GitError."""
        if self._asked is not None:
            asked, self._asked = self._asked, None
            self._known = _folders(output(asked, ("ls-files",)), self._name)
            self._keep(self._known)
        return self._known or []

    def close(self) -> None:
        if self._asked is not None:
            self._asked.kill()

    def _keep(self, folders: list[str]) -> None:
        """Not if another index may have been looked into; where it cannot be written, git is asked again."""
        if not self._index or name_of(self._index_file) != self._index:
            return
        path = os.path.join(self._folder, _FILE)
        with contextlib.suppress(OSError):
            with open(os.open(f"{path}.{os.getpid()}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(self._index + b"\0".join(map(os.fsencode, folders)))
            os.replace(f"{path}.{os.getpid()}", path)


def may_be_in(index_file: str, name: str) -> bool:
    """Whether an index may name one below the root."""
    return _holds_none(index_file, name) < 0


def untracked(repository: Repository, name: str) -> list[str]:
    """The folders with one that git does not track, and does not ignore: git walks over the disk for that."""
    asked = _start(repository, repository.index_file, name, "--others", "--exclude-standard")
    return _folders(output(asked, ("ls-files",)), name)


def among(paths: Iterable[bytes], name: str) -> tuple[str, ...]:
    """The folders of those paths that are called so, the root's left out."""
    end = b"/" + os.fsencode(name)
    return tuple(os.fsdecode(path.removesuffix(end)) for path in paths if path.endswith(end))


def text_in(repository: Repository, index_file: str, path: str) -> bytes:
    """What the index holds at a path. Raises GitError."""
    return repository.git.run("cat-file", "blob", f":{path}", index_file=index_file)


def _holds_none(index_file: str, name: str) -> int:
    """The size of an index that names no such file below the root; -1 where it does, or only git can tell."""
    try:
        with open(index_file, "rb", buffering=0) as file:
            data = file.read()
    except FileNotFoundError:
        return 0
    except OSError:
        return -1
    if data[:4] != b"DIRC" or int.from_bytes(data[4:8], "big") not in _WHOLE_NAMES:
        return -1
    named = b"/%s\0" % os.fsencode(name) in data or any(sign in data for sign in _ELSEWHERE)
    return -1 if named else len(data)


def _start(repository: Repository, index_file: str, name: str, *which: str) -> Running:
    # Literal pathspecs, which are in force for all else, know no globs.
    git = repository.git._replace(env={**repository.git.env, "GIT_LITERAL_PATHSPECS": "0"})
    return git.start("ls-files", "-z", *which, "--", f":(top,glob)**/{name}", index_file=index_file)


def _folders(listed: bytes, name: str) -> list[str]:
    return sorted(set(among(listed.split(b"\0"), name)))


def _remembered(folder: str, index: bytes) -> list[str] | None:
    try:
        with open(os.path.join(folder, _FILE), "rb", buffering=0) as file:
            data = file.read()
    except OSError:
        return None
    if not index or not data.startswith(index):
        return None
    return [os.fsdecode(one) for one in data.removeprefix(index).split(b"\0") if one]
