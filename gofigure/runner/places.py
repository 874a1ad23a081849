"""Where each stage runs: in the user's working tree where that is as good, else in a private checkout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gofigure.model import Place
from gofigure.runner.plan import Content, Plan, Step
from gofigure.runner.why import read_of, unprovable
from gofigure.snapshot.select import show


def placed(steps: Mapping[str, Step], content: Content, apart: Mapping[str, str] = {}) -> dict[str, Step]:
    """The steps with their places. Stages that need one another share one: what one leaves behind, the other finds.

    `apart`: stages that are to be kept out of the working tree if they do not ask for it, and why.
    """
    done = dict(steps)
    bare = content.here.kind == "folder"
    if content.about.kind == "folder":
        return done  # without git there is nothing to check out from
    for group in _together(steps):
        if not any(step.fate == "run" for step in group):
            continue
        why_of = {step.stage.name: _why_private(step, content, apart, bare=bare) for step in group}
        first = next((name for name, why in why_of.items() if why), None)
        if first is None:
            continue
        for step in group:
            # What a checkout brings has a place of its own, wherever those are that need it.
            if step.stage.workspace != "in-place" and step.stage.target != "checkout":
                why = why_of[step.stage.name] or f"{first} does"
                done[step.stage.name] = moved(step, content, "private", why)
    return done


def moved(step: Step, content: Content, place: Place, why: str, leads_back: str = "") -> Step:
    """The step in another place."""
    there = step._replace(place=place, why_there=why, leads_back=leads_back)
    return there._replace(unprovable=unprovable(there, content))


def fallen_back(plan: Plan, why: str) -> Plan:
    """The plan without a private checkout: what then would run on something else than a commit is left out."""
    steps = {
        name: _fallen_back(step, plan.content, why) if step.place == "private" else step
        for name, step in plan.steps.items()
    }
    return plan._replace(steps=steps, mends=False)


def not_checked_out(step: Step) -> Step:
    """What stands here is not that commit: whatever came out would not be about it."""
    return step._replace(
        fate="not checked out", reason=f"its content is not checked out here: {', '.join(step.differs)}"
    )


def _fallen_back(step: Step, content: Content, why: str) -> Step:
    if step.stage.fix and step.fate == "run":  # it would write into the user's files
        return step._replace(place="in place", fate="nothing to do", reason=f"no private checkout: {why}")
    here = moved(step, content, "in place", "")
    if here.astray and here.fate == "run" and content.about.kind == "commit":
        return not_checked_out(here)._replace(reason=f"no private checkout: {why}")
    return here


def _why_private(step: Step, content: Content, apart: Mapping[str, str], *, bare: bool) -> str:  # noqa: PLR0911 - a reason each
    """Why a stage cannot, or does not want to, run in the working tree; "" if it can. `bare`: there is none."""
    if bare and step.stage.workspace == "auto":
        return "this repository is bare"
    if step.stage.workspace == "private":
        return "it asks for that"
    if step.stage.fix:
        return "it may change what it reads"
    if step.stage.workspace != "auto":
        return ""
    if step.stage.name in apart:
        return apart[step.stage.name]
    if step.differs:
        return f"the working tree differs: {', '.join(step.differs)}"
    unseen = content.here.unprovable
    blind = next((path for path in read_of(step, unseen) if path not in content.about.unprovable), None)
    return f"{show(blind)}: {unseen[blind]}" if blind is not None else ""


def _together(steps: Mapping[str, Step]) -> Iterable[list[Step]]:
    """Groups of stages that are connected by `needs`."""
    groups: dict[str, list[str]] = {}
    for name, step in steps.items():
        joined = [name]
        for group in _distinct(groups[other] for other in step.stage.needs):
            joined = group + joined
        for member in joined:
            groups[member] = joined
    return [[steps[name] for name in group] for group in _distinct(groups.values())]


def _distinct(groups: Iterable[list[str]]) -> Iterator[list[str]]:
    seen: set[int] = set()
    for group in groups:
        if id(group) not in seen:
            seen.add(id(group))
            yield group
