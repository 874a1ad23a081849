"""Programs that are content: a script of the project that a stage starts is the one of the content in question."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence

from gofigure.model import Command, Stage
from gofigure.snapshot.select import Selecting, Selector, selects
from gofigure.targets import tools_of


def scripts_of(
    stage: Stage, commands: Iterable[Command], tree: bytes, selectors: Sequence[Selector], selecting: Selecting
) -> tuple[frozenset[str], tuple[Selector, ...]]:
    """The names among a stage's programs that are part of the tree, and what is to be read besides for their sake.

    A name counts where it is found from every folder that the stage runs in; what `selectors` read in any case is
    not read twice.
    """
    names: set[str] = set()
    besides: dict[Selector, None] = {}
    folders = [command.cwd for command in commands]
    for name in (*stage.tools, *tools_of(stage)):
        if "/" not in name or name.startswith("/"):
            continue
        places = [posixpath.normpath(posixpath.join(folder, name)) for folder in folders]
        if any(place.startswith("..") for place in places):
            continue
        alone = [Selector((place,)) for place in places]
        if not all(selecting.select(tree, one).files for one in alone):
            continue
        names.add(name)
        besides |= {
            one: None
            for one, place in zip(alone, places, strict=True)
            if stage.files is not None or not selects(selectors[0], place.encode("utf-8", "surrogateescape"))
        }
    return frozenset(names), tuple(besides)
