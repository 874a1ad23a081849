"""Durations as points, oldest first: numbers for a template's SVG, which holds no style of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

HEIGHT, TOP, BOTTOM, SIDE = 220, 14, 10, 64
_WIDEST, _NARROWEST, _ROOM = 28, 7, 1000  # px between two points, and for all of them
_SIZE = 4


class Point(NamedTuple):
    run: int
    verdict: str
    seconds: float
    started_ns: int
    shape: str  # a path: another for each verdict
    hit: str  # the path of all of its height, to be aimed at


class Line(NamedTuple):
    y: float
    seconds: float


class Plot(NamedTuple):
    width: int
    height: int
    points: tuple[Point, ...]
    lines: tuple[Line, ...]  # of the scale
    median: Line | None


def plot(runs: Sequence[Mapping[str, Any]], median: float | None) -> Plot | None:
    """Runs, newest first, each at the height of its duration; None: there are none."""
    if not runs:
        return None
    longest = max(*(run["seconds"] for run in runs), median or 0.0, 0.001)
    step = max(_NARROWEST, min(_WIDEST, _ROOM // len(runs)))

    def height(seconds: float) -> float:
        return float(round(HEIGHT - BOTTOM - seconds / longest * (HEIGHT - TOP - BOTTOM), 1))

    points = []
    for at, run in enumerate(reversed(runs)):
        x, y = at * step + step // 2, height(run["seconds"])
        hit = f"M{at * step} 0h{step}v{HEIGHT}h-{step}z"
        points.append(
            Point(run["run"], run["verdict"], run["seconds"], run["started_ns"], _shape(run["verdict"], x, y), hit)
        )
    lines = tuple(Line(height(longest * part), longest * part) for part in (0.0, 0.5, 1.0))
    return Plot(len(runs) * step + SIDE, HEIGHT, tuple(points), lines, Line(height(median), median) if median else None)


def _shape(verdict: str, x: int, y: float) -> str:
    if verdict == "passed":
        return f"M{x - _SIZE} {y}a{_SIZE} {_SIZE} 0 1 0 {2 * _SIZE} 0a{_SIZE} {_SIZE} 0 1 0 -{2 * _SIZE} 0z"
    if verdict == "timed out":
        return f"M{x} {y - _SIZE - 1}l{_SIZE + 1} {2 * _SIZE + 1}h-{2 * _SIZE + 2}z"
    return f"M{x} {y - _SIZE - 1}l{_SIZE + 1} {_SIZE + 1}l-{_SIZE + 1} {_SIZE + 1}l-{_SIZE + 1} -{_SIZE + 1}z"
