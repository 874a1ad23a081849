"""Names that resolve and orders that can be kept, in time linear in the file.

`needs` is order and data; `strict_dependency` is order only. A cycle in the first is wrong, and one in both
together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from gofigure.config.kinds import KeyPath, Wrong, quote

if TYPE_CHECKING:
    from gofigure.model import Job, Stage

_DRAWN = 12

Edges = Mapping[str, tuple[str, ...]]


def check_graph(jobs: Mapping[str, Job], stages: Mapping[str, Stage]) -> list[Wrong]:
    """Unknown names, cycles of `needs`, and cycles that a strict order closes."""
    return [*_unknown_names(jobs, stages), *_checkouts(stages), *_needs_cycles(stages), *_order_cycles(jobs, stages)]


def _unknown_names(jobs: Mapping[str, Job], stages: Mapping[str, Stage]) -> Iterator[Wrong]:
    names = tuple(stages)
    lists: list[tuple[KeyPath, tuple[str, ...], str | None]] = [
        (("jobs", job.name, "stages"), job.stages, None) for job in jobs.values()
    ]
    lists += [(("stages", stage.name, "needs"), stage.needs, stage.checkout) for stage in stages.values()]
    for at, listed, told_elsewhere in lists:
        for index, name in enumerate(listed):
            if name not in stages and name != told_elsewhere:
                yield Wrong((*at, index), f"unknown stage {quote(name)}", names=names, name=name)


def _checkouts(stages: Mapping[str, Stage]) -> Iterator[Wrong]:
    """Stages that run in what is no checkout, and checkouts that share a folder."""
    sources = tuple(name for name, stage in stages.items() if stage.target == "checkout")
    folders: dict[str, str] = {}
    for stage in stages.values():
        at = ("stages", stage.name, "checkout")
        if stage.checkout is not None and stage.checkout not in stages:
            yield Wrong(at, f"unknown stage {quote(stage.checkout)}", names=sources, name=stage.checkout)
        elif stage.checkout is not None and stage.checkout not in sources:
            message = f"found {quote(stage.checkout)}, expected a stage with the target 'checkout'"
            yield Wrong(at, message, names=sources, name=stage.checkout)
        dest = stage.setting("dest") if stage.target == "checkout" else None
        if dest is not None:
            yield from _in_the_way(stage.name, dest, folders, stages)
            folders[dest] = stage.name


def _in_the_way(name: str, dest: str, folders: Mapping[str, str], stages: Mapping[str, Stage]) -> Iterator[Wrong]:
    """Of the folder of a checkout: another one there, above or below; and outputs of somebody. `folders`: by dest."""
    at = ("stages", name, "dest")
    for folder, first in folders.items():
        if folder == dest or f"{folder}/".startswith(f"{dest}/") or f"{dest}/".startswith(f"{folder}/"):
            where = "where" if folder == dest else f"and {quote(folder)} is where"
            message = f"found {quote(dest)}, {where} stage {quote(first)} checks out already; expected each in its own"
            yield Wrong(at, message)
            return
    makers = [stage for stage in stages.values() if stage.outputs] if not dest.startswith("/") else []
    if makers:
        from gofigure.snapshot.select import Selector, as_bytes, selects

        for stage in makers:
            taken = Selector(globs=stage.outputs)
            if selects(taken, as_bytes(dest)) or selects(taken, as_bytes(f"{dest}/file")):
                message = f"found {quote(dest)}, which is among the outputs of stage {quote(stage.name)}; expected"
                yield Wrong(at, f"{message} a folder that nobody else writes to")
                return


def _needs_cycles(stages: Mapping[str, Stage]) -> Iterator[Wrong]:
    needs = {name: stage.needs for name, stage in stages.items()}
    for cycle in cycles(stages, lambda name: needs.get(name, ())):
        at: KeyPath = ("stages", cycle[0], "needs", needs[cycle[0]].index(cycle[1]))
        if stages[cycle[0]].checkout == cycle[1]:
            at = ("stages", cycle[0], "checkout")
        yield Wrong(at, f"found the cycle {draw(cycle)}, expected that no stage needs itself")


def _order_cycles(jobs: Mapping[str, Job], stages: Mapping[str, Stage]) -> Iterator[Wrong]:
    needs = {name: stage.needs for name, stage in stages.items()}
    strict = [job for job in jobs.values() if job.strict_dependency]
    # One pass over all jobs at once: where their orders together close no cycle, none of them does alone.
    together: dict[str, tuple[str, ...]] = {}
    for job in strict:
        for name, before in _order(job).items():
            together[name] = together.get(name, ()) + before
    if next(cycles(together, _after(needs, together)), None) is None:
        return
    for job in strict:
        order = _order(job)
        for cycle in cycles(job.stages, _after(needs, order)):
            yield from _order_problem(job, cycle, needs)


def _order_problem(job: Job, cycle: tuple[str, ...], needs: Edges) -> Iterator[Wrong]:
    edges = pairwise(cycle)
    by_order = [(name, before) for name, before in edges if before not in needs.get(name, ())]
    if not by_order:
        return  # a cycle of `needs` alone, reported there
    drawn = ", ".join(f"{name} → {before}" for name, before in by_order[:_DRAWN])
    yield Wrong(
        ("jobs", job.name, "stages", job.stages.index(by_order[0][0])),
        f"found the cycle {draw(cycle)}, expected an order that can be kept: "
        f"{drawn} comes from strict_dependency (the order of this list), the rest from needs",
    )


def _order(job: Job) -> Edges:
    return {name: (before,) for before, name in pairwise(job.stages)}


def _after(needs: Edges, order: Edges) -> Callable[[str], tuple[str, ...]]:
    """What a stage comes after, for either reason."""
    return lambda name: needs.get(name, ()) + order.get(name, ())


def cycles(roots: Iterable[str], after: Callable[[str], Iterable[str]]) -> Iterator[tuple[str, ...]]:
    """Cycles that can be reached from the roots, each closed ("a", "b", "a"); of those that overlap, one.

    Depth first without recursion: a chain of stages may be longer than Python's stack.
    """
    done: set[str] = set()
    drawn: set[str] = set()
    for root in roots:
        if root in done:
            continue
        path, place = [root], {root: 0}
        pending = [iter(after(root))]
        while pending:
            for name in pending[-1]:
                if name in place:
                    if name not in drawn and path[-1] not in drawn:
                        cycle = path[place[name] :]
                        drawn.update(cycle)
                        yield (*cycle, name)
                elif name not in done:
                    place[name] = len(path)
                    path.append(name)
                    pending.append(iter(after(name)))
                    break
            else:
                pending.pop()
                done.add(path[-1])
                del place[path.pop()]


def draw(cycle: tuple[str, ...]) -> str:
    """`lint → unit → lint`; the middle of a long one is only counted."""
    if len(cycle) <= _DRAWN:
        return " → ".join(cycle)
    left_out = len(cycle) - _DRAWN
    return " → ".join((*cycle[: _DRAWN - 3], f"… {left_out} more …", *cycle[-3:]))
