"""The order of a job's stages: `needs` edges, and the chain of a strict job."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from gofigure.model import Config, Job, Stage


class Graph(NamedTuple):
    """A job's stages with what they needed pulled in, each after everything it waits for."""

    stages: tuple[Stage, ...]
    waits_for: Mapping[str, frozenset[str]]


def order(job: Job, config: Config) -> Graph:
    """Sort a job's stages; the configuration's checks have shown that there is no cycle.

    `needs` orders and is part of the key. `strict_dependency` only orders: the same stage must have the same
    key in every job that lists it.
    """
    waits_for: dict[str, set[str]] = {}
    pending = list(job.stages)
    while pending:
        name = pending.pop()
        if name not in waits_for:
            waits_for[name] = set(config.stages[name].needs)
            pending.extend(waits_for[name])
    if job.strict_dependency:
        for before, after in zip(job.stages, job.stages[1:], strict=False):
            waits_for[after].add(before)
    wanted = [*job.stages, *sorted(waits_for.keys() - set(job.stages))]
    return Graph(
        tuple(config.stages[name] for name in _sorted(wanted, waits_for)),
        {name: frozenset(before) for name, before in waits_for.items()},
    )


def behind(first: Iterable[str], before: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    """Some stages and all that comes before them, by a step of `before` at a time."""
    found: dict[str, None] = {}
    pending = list(first)
    while pending:
        if (name := pending.pop()) not in found:
            found[name] = None
            pending.extend(before(name))
    return tuple(found)


def _sorted(wanted: list[str], waits_for: Mapping[str, set[str]]) -> list[str]:
    """Depth first, without recursion: a chain may be 10,000 long."""
    done: dict[str, None] = {}
    for start in wanted:
        stack = [start]
        while stack:
            name = stack[-1]
            waiting = [before for before in sorted(waits_for[name]) if before not in done]
            if name in done or not waiting:
                done.setdefault(name)
                stack.pop()
            else:
                stack.extend(reversed(waiting))
    return list(done)
