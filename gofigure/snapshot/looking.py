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
from gofigure.snapshot import plain_index

if TYPE_CHECKING:
    from gofigure.snapshot.working_tree import Asked
    from gofigure.store.contents import Contents


_FEW = 10  # names that are looked for one by one


class Looking:
    """A context: git begins to look when it is entered, while the rest of the program is still loading."""

    def __init__(self, root: str, repository: Repository | None, index_file: str | None) -> None:
        self._root = root
        self._repository = repository
        self._index_file = index_file
        self._cleanup = contextlib.ExitStack()
        self._folder = ""
        self._asked: Asked | None = None
        self._held: tuple[int, ...] = ()  # the index that the next two are of: see git.index.identity
        self._name = b""  # of that index, see plain_index
        self._is_plain = False  # so that it need not be listed to know what stands in the working tree
        self._listed: bytes | None = None
        self._index_tree: tuple[Repository, str] | None = None
        self._seen: Snapshot | None = None
        self.new_folders: tuple[str, ...] = ()  # see Snapshot, by the newest look

    def begin(self, repository: Repository | None = None) -> Looking:
        """Let git begin a new look, if it has not; `repository`: the same one, with what is checked out now.

        For who looks again and again: what is known of the index is kept as long as that is the same.
        """
        self._repository = repository or self._repository
        self.forget()
        if self._asked is None and self._repository is not None and not self._repository.is_bare:
            if not os.path.isdir(self._folder):
                self._held = ()
                self._folder = self._cleanup.enter_context(index.scratch(self._repository))
            self._asked = self._ask(self._repository)
        return self

    def __enter__(self) -> Looking:
        return self.begin()

    def close(self) -> None:
        self.drop()
        self._cleanup.close()

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _where: TracebackType | None
    ) -> None:
        self.close()

    def knows_index(self, oid: str) -> None:
        """Somebody has asked git for the tree of the index just now."""
        if self._repository is not None and self._is_the_same_index(self._repository):
            self._index_tree = self._repository, oid

    def tracked(self, names: Sequence[str]) -> list[str]:
        """Which of `names`, relative to the root, are in the index, by what git has been asked anyway."""
        if self._listed is None and self._is_plain and plain_index.lists_none(names):
            return []
        listed = self.listing()
        if len(names) > _FEW:
            known = {entry[2:] for entry in listed.split(b"\0")}
            return [name for name in names if os.fsencode(name) in known]
        return [name for name in names if index.lists(listed, os.fsencode(name))]

    def listing(self) -> bytes:
        """Every entry of the index, as `git ls-files -v -z` names them; nothing where nobody has looked."""
        if self._listed is None and self._asked is not None and self._asked.flags is not None:
            from gofigure.snapshot.working_tree import listing

            self._listed = listing(self._asked)
        elif self._listed is None and self._is_plain and self._repository is not None:
            self._listed = self._repository.git.run(*index.FLAGS, index_file=self._held_file)
        return self._listed or b""

    @property
    def _held_file(self) -> str:
        return os.path.join(self._folder, "held")

    def _ask(self, repository: Repository) -> Asked:
        """Ask git; what the index alone decides, only if it is another one than the last time."""
        from gofigure.snapshot.working_tree import ask

        if not self._is_the_same_index(repository):
            self._hold_index(repository)
        return ask(repository, self._folder, self._index_file, flags=self._listed is None and not self._is_plain)

    def _is_the_same_index(self, repository: Repository) -> bool:
        return self._held != () and index.identity(self._index_file or repository.index_file) == self._held

    def _hold_index(self, repository: Repository) -> None:
        """Link the index, so that no later one can look like it, and forget what was known of another."""
        from gofigure.snapshot.working_tree import objects_in

        self._listed = self._index_tree = None
        self._name, self._is_plain = b"", False
        index.remove_scratch(objects_in(self._folder))
        held = self._held_file
        with contextlib.suppress(FileNotFoundError):
            os.unlink(held)
        try:
            os.link(self._index_file or repository.index_file, held)
            self._held = index.identity(held)
        except OSError:  # there is none yet, or no link can be made: then nothing is known
            self._held = ()
            return
        self._name = plain_index.name_of(held)
        self._is_plain = plain_index.is_known(_own_folder(repository), self._name)

    def here(self, contents: Contents, observe: Observer) -> Snapshot:
        """What stands in the working tree, as far as it was looked at last."""
        if self._seen is None:
            self._seen = self._look(contents, observe)
            self.new_folders = self._seen.new_folders
        return self._seen

    def again(self, contents: Contents, observe: Observer) -> Snapshot:
        """What stands there now: every question is asked anew."""
        self.forget()
        return self.here(contents, observe)

    def has_to_wait(self) -> bool:
        """Whether git is still at it."""
        return self._asked is not None and not self._asked.status.ended()

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
        return self._look_with_git(self._repository, contents, observe)

    def _look_with_git(self, repository: Repository, contents: Contents, observe: Observer) -> Snapshot:
        from gofigure.snapshot.working_tree import index_tree, of_working_tree

        asked = self._asked = self._asked or self._ask(repository)

        def tree_of_index(conflicted: tuple[bytes, ...]) -> tuple[Repository, str]:
            if conflicted or self._index_tree is None:
                found = index_tree(repository, asked)(conflicted)
                if conflicted:
                    return found
                self._index_tree = found
            return self._index_tree

        listed = b"" if self._is_plain else self.listing()
        if not self._is_plain and self._name and plain_index.is_plain(listed):
            self._is_plain = True
            plain_index.remember(_own_folder(repository), self._name)
        try:
            return of_working_tree(repository, asked, listed, contents, observe, tree_of_index)
        finally:
            self.drop()

    def drop(self) -> None:
        """Whatever git is looking for, nobody waits for it any more."""
        if self._asked is not None:
            self._asked.kill()
            index.remove_scratch(self._asked.cleaned)
            self._asked = None


def _own_folder(repository: Repository) -> str:
    """Where things of this very working tree are kept."""
    return os.path.join(repository.git_dir, "gofigure")
