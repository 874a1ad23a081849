"""The nearest valid name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gofigure.config.kinds import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LISTED = 12
_COMPARED = 200  # characters; comparing takes quadratic time
_SHORTEST_PREFIX = 3


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The valid name that was probably meant, if one is near."""
    import difflib

    by_folded = {valid.casefold(): valid for valid in names}
    folded = name.casefold()[:_COMPARED]
    if found := difflib.get_close_matches(folded, by_folded, n=1, cutoff=0.6):
        return by_folded[found[0]]
    longer = [valid for valid in by_folded if valid.startswith(folded)]
    return by_folded[longer[0]] if len(longer) == 1 and len(folded) >= _SHORTEST_PREFIX else None


def suggestion(name: str, names: Sequence[str]) -> str:
    """What to say after an unknown name: the nearest one, or else what there is."""
    if near := nearest(name, names):
        return f"; did you mean {single_quoted(near)}?"
    return f"; valid: {listed(names)}" if names else ""


def listed(names: Sequence[str]) -> str:
    more = len(names) - _LISTED
    text = ", ".join(names[:_LISTED])
    return f"{text} and {more} more" if more > 0 else text


def single_quoted(name: str) -> str:
    return f"'{quote(name)[1:-1]}'"
