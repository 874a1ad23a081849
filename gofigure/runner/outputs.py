"""What stages make: no part of what they read, and yet part of what is proven (docs/decisions/0026-outputs.md).

Annotations are not postponed here: NamedTuple compiles each postponed one at import
(docs/decisions/0003-import-cost.md).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gofigure.digest.frame import digest_value
from gofigure.model import Stage
from gofigure.snapshot.select import Selecting, Selector

_CONTEXT = "gofigure 2026-11 outputs"


class Maker(NamedTuple):
    """A stage that makes something."""

    stage: str
    selector: Selector  # of what it makes


def makers_of(stage: Stage, needed: Iterable[Sequence[Maker]]) -> tuple[Maker, ...]:
    """Those behind a stage: itself, and what it needs, directly or not. `needed`: those behind what it needs."""
    found = {maker.selector: maker for makers in needed for maker in makers}
    if stage.outputs:
        own = Selector(globs=stage.outputs)
        found[own] = Maker(stage.name, own)
    return tuple(found.values())


def leaving_out(selectors: Sequence[Selector], stage: Stage, makers: Sequence[Maker]) -> tuple[Selector, ...]:
    """What a stage reads, without what is made: the keys of those that make it stand for that.

    The files that a per-file stage is handed are its own business, whoever makes them: each is proven by itself.
    """
    if not makers:
        return tuple(selectors)
    without = tuple(maker.selector.globs for maker in makers)
    handed = 0 if stage.files is None else 1
    left = (selector._replace(without=(*selector.without, *without)) for selector in selectors[handed:])
    return (*selectors[:handed], *left)


def standing(makers: Sequence[Maker], tree: bytes, selecting: Selecting) -> bytes:
    """The digest of all that they make, as it stands in a tree; empty where they make nothing."""
    if not makers:
        return b""
    in_order = sorted((maker.selector for maker in makers), key=lambda selector: selector.globs)
    return digest_value(_CONTEXT, [selecting.select(tree, selector).digest for selector in in_order])


def changed_outputs(makers: Sequence[Maker], old: bytes, new: bytes, selecting: Selecting, limit: int) -> list[str]:
    """The first outputs in which two trees differ: "dist/app.js changed, which build makes"."""
    words = [
        f"{word}, which {maker.stage} makes"
        for maker in makers
        for word in selecting.changed(old, new, maker.selector, limit)
    ]
    return words[:limit]
