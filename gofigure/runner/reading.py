"""What a stage reads of some content, as its target and its configuration say."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from gofigure.digest.tree import look_up, names_in
from gofigure.model import Snapshot, Stage, is_older_job
from gofigure.runner.locations import selectors_of, widened
from gofigure.snapshot.select import Selecting, Selector, as_bytes

if TYPE_CHECKING:
    from gofigure.git.repository import Repository
    from gofigure.runner.docker_context import Contexts


class Reading:
    """`root`: where the working tree is; `load`: gives the record of a tree."""

    def __init__(
        self, root: str, repository: Repository | None, load: Callable[[bytes], bytes], selecting: Selecting
    ) -> None:
        self._root = root
        self._repository = repository
        self._load = load
        self._selecting = selecting
        self._contexts: Contexts | None = None

    def selectors(self, stage: Stage, about: Snapshot) -> tuple[Selector, ...]:
        """What chooses it; first, of a per-file stage, its files."""
        besides = (Selector(globs=stage.besides),) if stage.besides else ()
        if stage.target != "docker" or stage.checkout is not None:
            return (*selectors_of(widened(stage, about.tree, self._load, self._selecting)), *besides)
        if self._contexts is None:
            from gofigure.runner.docker_context import Contexts

            self._contexts = Contexts(self._root, self._repository, self._load, self._selecting)
        return (*self._contexts.selectors(stage, about), *besides)

    def asks_git(self, stage: Stage) -> str:
        """That it runs hooks of pre-commit's that ask git for more than files; "" if it does not, as far as one sees.

        The configuration is read where it stands: its content in the store is a digest.
        """
        if stage.target != "pre-commit":
            return ""
        from gofigure.targets.pre_commit import asks_git, hook_in, places_of

        text = stage.run or ""
        if not hook_in(text):
            for place in places_of(stage):
                with contextlib.suppress(OSError), open(os.path.join(self._root, place), encoding="utf-8") as file:
                    text += "\n" + file.read()
        return "one of its hooks asks git for the branch, or for what is staged" if asks_git(text) else ""


def other_configuration(names: Iterable[str], about: bytes, here: bytes, load: Callable[[bytes], bytes]) -> bool:
    """Whether two trees have another configuration. `names`: its files; that of a folder need not stand here."""
    for name in names:
        stands = look_up(here, as_bytes(name), load)
        if look_up(about, as_bytes(name), load) != stands and (stands is not None or "/" not in name):
            return True
    return _older_jobs(about, load) != _older_jobs(here, load)


def _older_jobs(tree: bytes, load: Callable[[bytes], bytes]) -> set[bytes]:
    """The names of its jobs in the older format."""
    return {name for name in names_in(tree, load) if is_older_job(os.fsdecode(name))}
