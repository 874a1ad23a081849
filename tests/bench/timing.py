"""Time whole commands against one another, in turn, so that a slow moment of the machine hits all of them."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Contestant(NamedTuple):
    name: str
    argv: Sequence[str]
    prepare: Callable[[], None] = lambda: None  # before each timed call, untimed
    codes: Sequence[int] = (0,)


class Timing(NamedTuple):
    name: str
    median_ms: float
    ratio: float  # median of the per-round ratios to the first contestant
    over_ms: float  # median of the per-round differences to the first contestant
    peak_mb: float
    rounds_ms: Sequence[float]


def compare(contestants: Sequence[Contestant], *, rounds: int, cwd: Path, env: Mapping[str, str]) -> list[Timing]:
    """One untimed round, then `rounds` timed ones; the first contestant is what the others are held against."""
    times: dict[str, list[float]] = {contestant.name: [] for contestant in contestants}
    peaks: dict[str, float] = {}
    for turn in range(rounds + 1):
        for contestant in contestants:
            contestant.prepare()
            seconds, peak = once(contestant, cwd, env)
            if turn:
                times[contestant.name].append(seconds)
                peaks[contestant.name] = max(peaks.get(contestant.name, 0.0), peak)
    return against_first(times, peaks)


def against_first(times: Mapping[str, Sequence[float]], peaks: Mapping[str, float]) -> list[Timing]:
    """`times` in seconds, of the same rounds; `peaks` in MB."""
    base = next(iter(times.values()))
    return [
        Timing(
            name,
            1000 * statistics.median(own),
            statistics.median(mine / theirs for mine, theirs in zip(own, base, strict=True)),
            1000 * statistics.median(mine - theirs for mine, theirs in zip(own, base, strict=True)),
            peaks[name],
            [1000 * one for one in own],
        )
        for name, own in times.items()
    ]


def once(contestant: Contestant, cwd: Path, env: Mapping[str, str]) -> tuple[float, float]:
    """Seconds, and the peak in MB."""
    with tempfile.TemporaryFile() as said:  # the end of a pipe would be the end of all who have it
        began = time.perf_counter()
        child = subprocess.Popen(
            contestant.argv,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in contestant.codes:
            said.seek(0)
            words = said.read().decode(errors="replace")
            raise RuntimeError(f"{contestant.name}: exit code {child.returncode}: {words}")
    return seconds, usage.ru_maxrss / 1024


def table(title: str, timings: Sequence[Timing]) -> list[str]:
    """Markdown."""
    base = timings[0].name
    lines = [f"### {title}", "", f"| | median ms | × {base} | ms over {base} | peak MB |", "|---|---|---|---|---|"]
    lines += [
        f"| {one.name} | {one.median_ms:.1f} | {one.ratio:.2f} | {one.over_ms:+.1f} | {one.peak_mb:.0f} |"
        for one in timings
    ]
    return [*lines, ""]
