"""Look at the working tree, as often as a run needs to know what stands there now."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from gofigure.events import Observer
from gofigure.git import index
from gofigure.git.repository import Repository
from gofigure.model import Snapshot

if TYPE_CHECKING:
    from gofigure.snapshot.working_tree import Asked
    from gofigure.store.contents import Contents


class Looking:
    """A context: git begins to look when it is entered, while the rest of the program is still loading."""

    def __init__(self, root: str, repository: Repository | None, index_file: str | None) -> None:
        self._root = root
        self._repository = repository
        self._index_file = index_file
        self._cleanup = contextlib.ExitStack()
        self._folder = ""
        self._asked: Asked | None = None
        self._listed: bytes | None = None
        self._seen: Snapshot | None = None

    def __enter__(self) -> Looking:
        if self._repository is not None and not self._repository.is_bare:
            from gofigure.snapshot.working_tree import ask

            self._folder = self._cleanup.enter_context(index.scratch(self._repository))
            self._asked = ask(self._repository, self._folder, self._index_file)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _where: TracebackType | None
    ) -> None:
        self._drop()
        self._cleanup.close()

    def tracked(self, names: Sequence[str]) -> list[str]:
        """Which of `names`, relative to the root, are in the index, by what git has been asked anyway."""
        listed = b"\0" + self._listing()
        return [
            name
            for name in names
            if any(b"\0%s %s\0" % (tag, os.fsencode(name)) in listed for tag in (b"H", b"h", b"S", b"s", b"M"))
        ]

    def _listing(self) -> bytes:
        if self._listed is None:
            from gofigure.snapshot.working_tree import listing

            self._listed = listing(self._asked) if self._asked is not None else b""
        return self._listed

    def here(self, contents: Contents, observe: Observer) -> Snapshot:
        """What stands in the working tree, as far as it was looked at last."""
        if self._seen is None:
            self._seen = self._look(contents, observe)
        return self._seen

    def again(self, contents: Contents, observe: Observer) -> Snapshot:
        """What stands there now: every question is asked anew."""
        self.forget()
        return self.here(contents, observe)

    def forget(self) -> None:
        """What was seen no longer counts; the next question is a new look."""
        self._seen = None

    def _look(self, contents: Contents, observe: Observer) -> Snapshot:
        if self._repository is None:
            from gofigure.snapshot.folder import of_folder

            return of_folder(self._root, contents, observe)
        if self._repository.is_bare:
            from gofigure.snapshot.commits import of_nothing

            return of_nothing(contents)
        from gofigure.snapshot.working_tree import ask, of_working_tree

        asked = self._asked or ask(self._repository, self._folder, self._index_file)
        self._asked = asked
        try:
            return of_working_tree(self._repository, asked, self._listing(), contents, observe)
        finally:
            self._drop()

    def _drop(self) -> None:
        if self._asked is not None:
            for running in (self._asked.status, self._asked.flags):
                running.kill()
            self._asked = self._listed = None
