"""Which folders can hold content: all that git does not leave out."""

from __future__ import annotations

import os
from collections.abc import Sequence

from gofigure.errors import GitError
from gofigure.git.exclude import matched
from gofigure.git.index import identity, start_flags, tracked_among
from gofigure.git.program import output
from gofigure.git.repository import Repository
from gofigure.process.capture import Running


class Ignoring:
    """Asks git, where there is one; outside git nothing is left out."""

    def __init__(self, repository: Repository | None, listing: bytes | None = None) -> None:
        """`listing`: what `ask` asks for, of the present index, where somebody knows it already."""
        self._repository = repository
        self._asked: Running | None = None
        self._of: tuple[int, ...] = ()  # the index that the next is of
        self._tracked: frozenset[bytes] = frozenset()
        self._listing = listing

    @property
    def asks_git(self) -> bool:
        return self._repository is not None

    def index(self) -> tuple[int, ...]:
        """By which one index is told from the next; () outside git."""
        return identity(self._repository.index_file) if self._repository is not None else ()

    def ask(self) -> None:
        """Start to ask for the tracked folders."""
        if self._repository is not None:
            self._of = self.index()
            self._asked = start_flags(self._repository.git, self._repository.index_file)

    def tracked(self) -> frozenset[bytes]:
        """The folders that hold something tracked, at any depth; without the top."""
        if self._repository is None:
            return frozenset()
        if self._listing is not None:
            self._of, self._tracked = self.index(), folders_of(self._listing)
            self._listing = None
        if self._asked is None and self.index() != self._of:
            self.ask()
        if self._asked is not None:
            asked, self._asked = self._asked, None
            try:
                self._tracked = folders_of(output(asked, ("ls-files",)))
            except GitError:  # a look will say it better
                self._of = ()
        return self._tracked

    def among(self, folders: Sequence[bytes]) -> frozenset[bytes]:
        """Those that git leaves out with all that is below them."""
        if self._repository is None:
            return frozenset()
        found = _matched(self._repository, folders)
        return found - self.tracked() if found else found

    def files_among(self, files: Sequence[bytes]) -> frozenset[bytes]:
        """Those that git leaves out."""
        if self._repository is None:
            return frozenset()
        found = _matched(self._repository, files)
        if not found:
            return found
        try:
            tracked = tracked_among(self._repository.git, [os.fsdecode(path) for path in found])
        except GitError:  # at the worst they are looked for in vain
            return frozenset()
        return found.difference(map(os.fsencode, tracked))

    def takes_in(self, nested: bytes) -> bool:
        """Whether a repository in this folder is part of the content: a submodule is; any other git does not enter."""
        if self._repository is None:
            return True
        try:
            return bool(tracked_among(self._repository.git, [os.fsdecode(nested)]))
        except GitError:  # a look will say it better; at the worst its folders are watched in vain
            return True

    def close(self) -> None:
        if self._asked is not None:
            self._asked.kill()
            self._asked = None


def folders_of(listed: bytes) -> frozenset[bytes]:
    """The folders on the way to the paths of `git ls-files -v -z`, without the top."""
    found = {path.rpartition(b"/")[0][2:] for path in listed.split(b"\0")}
    for folder in tuple(found):
        parent = folder.rpartition(b"/")[0]
        while parent not in found:
            found.add(parent)
            parent = parent.rpartition(b"/")[0]
    return frozenset(found - {b""})


def _matched(repository: Repository, paths: Sequence[bytes]) -> frozenset[bytes]:
    """By the rules of the submodules, too: git reads every `.gitignore` on the way."""
    try:
        return frozenset(matched(repository.git, paths))
    except GitError:  # one was exchanged for a link meanwhile, and there will be an event for that
        return frozenset()
