"""Programs that are content: a script of the project that a stage starts is the one of the content in question."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence

from gofigure.model import Command, Stage
from gofigure.runner.outputs import Maker
from gofigure.snapshot.select import Selecting, Selector, as_bytes, selects
from gofigure.targets import tools_of


def scripts_of(
    stage: Stage,
    commands: Iterable[Command],
    tree: bytes,
    selectors: Sequence[Selector],
    makers: Sequence[Maker],
    selecting: Selecting,
) -> tuple[frozenset[str], tuple[Selector, ...]]:
    """The names among a stage's programs that are part of the tree, and what is to be read besides for their sake.

    A name counts where it is found from every folder that the stage runs in; what `selectors` read in any case is
    not read twice. A program that one of those that it needs makes counts as well, there or not: what it is when a
    run is planned says nothing.
    """
    names: set[str] = set()
    besides: dict[Selector, None] = {}
    others = [maker.selector for maker in makers if maker.stage != stage.name]
    folders = [command.cwd for command in commands]
    for name in (*stage.tools, *tools_of(stage)):
        if "/" not in name or name.startswith("/"):
            continue
        places = [posixpath.normpath(posixpath.join(folder, name)) for folder in folders]
        if any(place.startswith("..") for place in places):
            continue
        if all(any(selects(maker, as_bytes(place)) for maker in others) for place in places):
            names.add(name)
            continue
        alone = [Selector((place,)) for place in places]
        if not all(selecting.select(tree, one).files for one in alone):
            continue
        names.add(name)
        besides |= {
            one: None
            for one, place in zip(alone, places, strict=True)
            if stage.files is not None or not selects(selectors[0], as_bytes(place))
        }
    return frozenset(names), tuple(besides)
