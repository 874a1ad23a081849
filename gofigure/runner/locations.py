"""The locations of a stage in some content: what is to be done there, and what that reads besides."""

from __future__ import annotations

import re
from collections.abc import Callable

from gofigure.digest.tree import look_up
from gofigure.model import Stage
from gofigure.runner.words import shortened
from gofigure.snapshot.select import Selecting, Selector, as_bytes, show
from gofigure.targets import manifests_of, reads_whole_locations, roots_of, source_of

_NAMES_SHOWN = 3


def missing(stage: Stage, tree: bytes, selecting: Selecting) -> tuple[str, ...]:
    """The locations in which there is nothing to do, so that passing there would say nothing."""
    source = source_of(stage)
    if source is None or not _is_here(stage):
        return ()
    locations = stage.locations or ("",)
    return tuple(
        one for one in locations if selecting.select(tree, Selector((one,), source, without=_ignored(stage))).files == 0
    )


def said_of(locations: tuple[str, ...], source: str | None) -> str:
    """That nothing in these locations matches, in words."""
    names = shortened([_shown(location) or "." for location in locations], _NAMES_SHOWN)
    return f"no file in {names} matches {_shown(source or '')}"


def widened(stage: Stage, tree: bytes, load: Callable[[bytes], bytes], selecting: Selecting) -> Stage:
    """The stage with the modules or workspaces around its locations in their place (docs/decisions/0010).

    What is tested in one folder may use all of its module: a change there must not leave the old pass standing.
    Where there are other modules, its manifest may refer to them (`replace x => ../x`): then everything is read.
    """
    markers = roots_of(stage)
    if not markers or stage.inputs or not stage.locations or not _is_here(stage):
        return stage
    roots = {_root_of(location, markers, tree, load) for location in stage.locations}
    outermost = sorted(root for root in roots if not any(root.startswith(f"{other}/") for other in roots))
    manifests = "|".join(re.escape(name) for name in manifests_of(stage))
    pattern = f"(?:^|/)(?:{manifests})$"
    everywhere = selecting.select(tree, Selector(("",), pattern)).files
    if everywhere < 0 or everywhere != selecting.select(tree, Selector(tuple(outermost), pattern)).files:
        return stage._replace(locations=("",))
    return stage._replace(locations=tuple(outermost))


def selectors_of(stage: Stage) -> tuple[Selector, ...]:
    """What a stage reads: the whole tree, if it names neither locations nor patterns.

    A per-file stage reads its files, and what its `inputs` name: that is what the result of every file depends
    on besides, such as the linter's configuration.
    """
    ignored = _ignored(stage)
    of_all: tuple[Selector, ...] = ()
    if stage.inputs and (stage.files is not None or not _is_here(stage)):
        of_all = (Selector((stage.folder,), globs=stage.inputs, without=ignored),)
    if not _is_here(stage):
        return of_all or (Selector(()),)
    locations = stage.locations or ("",)
    if stage.files is not None:
        return (Selector(locations, stage.files, without=ignored), *of_all)
    source = None if reads_whole_locations(stage) else stage.source
    return (Selector(locations, source, stage.inputs, ignored),)


def _is_here(stage: Stage) -> bool:
    """Whether what it works on stands in this repository; in a checkout, only what it says by `inputs` does."""
    return stage.checkout is None and stage.target != "checkout"


def _ignored(stage: Stage) -> tuple[tuple[str, ...], ...]:
    return (stage.ignore,) if stage.ignore else ()


def _root_of(location: str, markers: tuple[str, ...], tree: bytes, load: Callable[[bytes], bytes]) -> str:
    """The outermost folder around a location that holds one of the files; or else the location itself."""
    names = location.split("/")
    for upto in range(len(names)):
        folder = "/".join(names[:upto])
        paths = (as_bytes(f"{folder}/{marker}".lstrip("/")) for marker in markers)
        if any(look_up(tree, path, load) is not None for path in paths):
            return folder
    return location


def _shown(text: str) -> str:
    return show(as_bytes(text))
