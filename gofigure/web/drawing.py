"""Where things are drawn: numbers for the templates' SVG, which holds no style of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from unicodedata import east_asian_width

BOX, ROW, GAP, PAD = 168, 40, 44, 6
_BETWEEN = 14
_MOST_STAGES = 80  # a drawing of more shows nothing
_ROOM = BOX - 30 - 6  # of a label, behind the sign
_WIDTHS = {**dict.fromkeys("ijl.,:;'|! ", 5.0), **dict.fromkeys("frt-/()_", 6.2), **dict.fromkeys("mwMW@%…", 13.0)}
_LETTER, _WIDE = 8.8, 13.0  # of 12.5 px, bold, in a wide font
_SHARES = (0.34, 0.5, 0.0, 0.75, 1.0)  # of a short name, for its beginning; names mostly differ at their ends
_BARS, _BAR, _HEIGHT, _LEAST = 20, 6, 22, 3


class Bar(NamedTuple):
    """One run of a sparkline: few values, as a page may have hundreds of them."""

    run: int
    verdict: str
    seconds: float | None
    shape: str  # a path
    hit: str  # the path of all of its height, to be aimed at


class Box(NamedTuple):
    stage: str
    label: str  # its name, as far as there is room
    x: int
    y: int


class Drawing(NamedTuple):
    width: int
    height: int
    boxes: tuple[Box, ...]
    edges: tuple[str, ...]  # paths


def sparkline(runs: Sequence[Mapping[str, Any]]) -> list[Bar]:
    """Runs, newest first, as bars, the oldest of them first; the longest is as high as there is room."""
    shown = list(reversed(runs[:_BARS]))
    longest = max((run["seconds"] or 0.0 for run in shown), default=0.0) or 1.0
    bars = []
    for at, run in enumerate(shown):
        x, height = at * (_BAR + 2), round(max(_LEAST, (run["seconds"] or 0.0) / longest * _HEIGHT), 1)
        shape, hit = f"M{x} {_HEIGHT}v-{height}h{_BAR}v{height}z", f"M{x} 0h{_BAR + 2}v{_HEIGHT}h-{_BAR + 2}z"
        bars.append(Bar(run["run"], run["verdict"], run["seconds"], shape, hit))
    return bars


def graph(stages: Sequence[str], waits_for: Mapping[str, frozenset[str]]) -> Drawing | None:
    """A job's stages from left to right, each behind all that it waits for; None: too many to be seen."""
    if not stages or len(stages) > _MOST_STAGES:
        return None
    column = _columns(stages, waits_for)
    rows: dict[int, int] = {}
    boxes: dict[str, Box] = {}
    for name, label in zip(stages, labels(stages), strict=True):
        row = rows.get(column[name], 0)
        rows[column[name]] = row + 1
        boxes[name] = Box(name, label, PAD + column[name] * (BOX + GAP), PAD + row * (ROW + _BETWEEN))
    edges = [_edge(boxes[before], boxes[name]) for name in stages for before in _nearest(name, waits_for, boxes)]
    width = 2 * PAD + (max(column.values()) + 1) * (BOX + GAP) - GAP
    return Drawing(
        width, 2 * PAD + max(rows.values()) * (ROW + _BETWEEN) - _BETWEEN, tuple(boxes.values()), tuple(edges)
    )


def labels(names: Sequence[str]) -> list[str]:
    """Each name as it fits into its box: cut in the middle, and where it can be so that no two become the same."""
    taken = {name for name in names if _width(name) <= _ROOM}
    found = []
    for name in names:
        label = name if name in taken else _cut(name, taken)
        taken.add(label)
        found.append(label)
    return found


def _cut(name: str, taken: Collection[str]) -> str:
    cuts = [_fitted(name, share) for share in _SHARES]
    return next((one for one in cuts if one not in taken), cuts[0])


def _fitted(name: str, share: float) -> str:
    for count in range(min(len(name) - 1, 40), 1, -1):
        head = round(count * share)
        label = f"{name[:head]}…{name[len(name) - count + head :]}"
        if _width(label) <= _ROOM:
            return label
    return "…"


def _width(text: str) -> float:
    """About: no server knows a browser's fonts."""
    return sum(_WIDE if east_asian_width(one) in "WF" else _WIDTHS.get(one, _LETTER) for one in text)


def _columns(stages: Sequence[str], waits_for: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """Each stands right before the first that waits for it: then few lines cross a box."""
    column: dict[str, int] = {}
    for name in stages:  # each comes after what it waits for
        column[name] = 1 + max((column.get(before, -1) for before in waits_for.get(name, ())), default=-1)
    followers: dict[str, list[str]] = {name: [] for name in stages}
    for name in stages:
        for before in waits_for.get(name, ()):
            followers.get(before, []).append(name)
    for name in reversed(stages):
        column[name] = min((column[after] - 1 for after in followers[name]), default=column[name])
    return column


def _nearest(name: str, waits_for: Mapping[str, frozenset[str]], boxes: Mapping[str, Box]) -> list[str]:
    """What a stage waits for, without what it waits for through another of them."""
    direct = [one for one in waits_for.get(name, ()) if one in boxes]
    through = {far for one in direct for far in waits_for.get(one, ())}
    return sorted(one for one in direct if one not in through)


def _edge(before: Box, after: Box) -> str:
    x1, y1, x2, y2 = before.x + BOX, before.y + ROW // 2, after.x, after.y + ROW // 2
    half = (x1 + x2) // 2
    return f"M{x1} {y1}C{half} {y1} {half} {y2} {x2} {y2}"
