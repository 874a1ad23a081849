"""What a stage reads of some content, as its target and its configuration say."""

from __future__ import annotations

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
