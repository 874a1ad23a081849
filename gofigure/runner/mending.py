"""Fixers run first, in a private checkout, and what they change is taken over, until nothing is left to change.

    plan → fixers of it that are not proven → run → take over → plan anew, on the mended content → ...

So what comes after them, in any job, reads what will be committed; and a fixer is proven on content that it
leaves as it is. Where content cannot be changed any more (a commit, a merge that git makes), a fixer only checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gofigure.errors import GofigureError
from gofigure.events import Note
from gofigure.model import BY_A_PERSON, STOPPED, RunResult
from gofigure.runner.execute import execute
from gofigure.runner.graph import Graph
from gofigure.runner.plan import Plan, Step
from gofigure.runner.setting import Setting
from gofigure.runner.words import shortened

_ROUNDS = 10  # only what makes another change each time needs more
_NAMED = 5


class Planning(Protocol):
    """How a job's plan is come by."""

    def plan(self) -> Plan: ...

    def plan_again(self) -> Plan:
        """By a new look."""

    def renew(self) -> None:
        """The content itself is another one now."""


def mend(setting: Setting, planning: Planning) -> RunResult | None:
    """Let fixers mend; the result of the last of them to fail, None if nothing stands in the way of the rest."""
    mended: tuple[str, ...] = ()
    seen: set[bytes] = set()
    for _ in range(_ROUNDS):
        whole = planning.plan()
        if whole.content.about.tree in seen:
            raise GofigureError(
                f"the fixers do not come to an end: {shortened(mended, _NAMED)} is as it was before",
                hint="two of them disagree: run them by hand and compare",
            )
        seen.add(whole.content.about.tree)
        plan = fixers_of(whole, setting)
        if plan is None:
            return None
        result = execute(setting, plan, lambda: _left_of(planning.plan_again(), setting))
        if result.verdict in STOPPED:
            return result
        if setting.leaves_index(plan.content.about) and (result.mended or result.left_alone):
            return _handed_on(setting, result)
        if not result.mended:
            refuse_to_go_in_circles(result)
            return result if result.verdict == "failed" else None
        mended = result.mended
        planning.renew()
    raise GofigureError(
        f"the fixers do not come to an end: {shortened(mended, _NAMED)} changed each of {_ROUNDS} times",
        hint="one of them makes another change each time: run them by hand and compare",
    )


def _handed_on(setting: Setting, result: RunResult) -> RunResult:
    """Pre-commit must not take it for a pass: nothing of it is staged."""
    names = shortened(result.mended or result.left_alone, _NAMED)
    setting.observe(Note(f"inside pre-commit nothing is staged: look at {names}, stage that, and commit again"))
    return result._replace(verdict="failed")


def refuse_to_go_in_circles(result: RunResult) -> None:
    """Raise GofigureError where fixers have changed files, and yet all is as it was before."""
    busy = [stage.stage for stage in result.stages if stage.disturbed]
    if len(busy) > 1 and not result.left_alone:
        raise GofigureError(
            f"the fixers undo what others of them have changed: {', '.join(busy)}",
            hint="run them by hand, one after the other, and compare",
        )


def fixers_of(plan: Plan, setting: Setting) -> Plan | None:
    """The plan of those that may mend here, and what they need; None if there are none that must run."""
    if not _can_mend(plan, setting):
        return None
    names = [name for name, step in plan.steps.items() if step.stage.fix and step.fate == "run"]
    if not names:
        return None
    wanted: dict[str, None] = {}
    while names:
        name = names.pop()
        wanted[name] = None
        names += [need for need in plan.steps[name].stage.needs if need not in wanted]
    steps = {name: step for name, step in plan.steps.items() if name in wanted}
    graph = Graph(tuple(step.stage for step in steps.values()), _in_turn(steps, plan.graph.waits_for))
    return plan._replace(steps=steps, graph=graph, mends=True)


def _left_of(plan: Plan, setting: Setting) -> Plan:
    """The fixers that are left where another run came first; maybe none."""
    return fixers_of(plan, setting) or plan._replace(steps={})


def _can_mend(plan: Plan, setting: Setting) -> bool:
    """Git reads the index once more after pre-commit; after pre-merge-commit it commits the tree that it had before."""
    kind, trigger = plan.content.about.kind, setting.trigger.kind
    by_a_person = trigger in BY_A_PERSON and kind in ("index", "working tree")
    return by_a_person or (kind == "index" and trigger == "pre-commit")


def _in_turn(steps: Mapping[str, Step], waits_for: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The order of the graph, and besides: one fixer after the other, so that it is plain who changed what."""
    order: dict[str, frozenset[str]] = {}
    for name, step in steps.items():
        before = {other for other in waits_for[name] if other in steps}
        if step.stage.fix:
            before |= {other for other in order if steps[other].stage.fix}
        order[name] = frozenset(before)
    return order
