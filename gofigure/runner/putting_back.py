"""What becomes of the outputs of stages in one run: kept when they have passed, put back where they are reused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from gofigure.artifacts.restore import CannotPutBackError
from gofigure.events import Note
from gofigure.runner.artifacts import Artifacts, Workspace
from gofigure.runner.made import artifact_of, with_outputs
from gofigure.runner.plan import Plan, Step, files_put_back
from gofigure.runner.standing_up import run_again
from gofigure.snapshot.select import show
from gofigure.store.bounds import BOUNDS

if TYPE_CHECKING:
    from gofigure.artifacts.manifest import Item
    from gofigure.events import Observer
    from gofigure.model import Place, RunResult
    from gofigure.runner.checkouts import Places
    from gofigure.runner.setting import Setting


def whole_again(setting: Setting, plan: Plan, plan_again: Callable[[], Plan]) -> Plan:
    """The plan when all that is lacking in the working tree was put back; another one where that cannot be.

    What cannot be put back is not tried again, so this comes to an end.
    """
    artifacts = setting.planner.artifacts
    while artifacts is not None and plan.lacks:
        try:
            done = [_put_back(step, plan, artifacts, _here(setting), setting.observe) for step in plan.lacks]
        except CannotPutBackError:
            plan = plan_again()
        else:
            plan = plan._replace(steps={**plan.steps, **{step.stage.name: step for step in done}})
    return plan


class RunsOutputs:
    """Those of one run, as its loop asks for them."""

    def __init__(self, setting: Setting, plan: Plan, places: Places) -> None:
        self._artifacts = setting.planner.artifacts
        self._observe = setting.observe
        self._plan = plan
        self._where = {place: _here(setting) for place in places.roots}
        if "private" in places.roots:
            shared, repository = plan.shared.folders, places.repositories["private"]
            self._where["private"] = Workspace(places.roots["private"], repository, ours=True, shared=shared)
        # Before anything is started: what has been changed by now, no stage of this run has changed.
        here = [name for name, step in plan.steps.items() if step.keeps and "in place" in places.roots]
        self._before = self._artifacts.known_now(here, setting.root) if self._artifacts is not None and here else {}
        self._under_way: dict[str, tuple[Place, bool]] = {}  # where, and whether another one ran there beside it
        self._items: dict[str, tuple[Item, ...]] = {}  # by stage: what it has made in this run

    def begins(self, step: Step, needed: Sequence[tuple[Step, str]]) -> Step:
        """A stage that is started now. `needed`: what it needs, directly or not, and what that has made."""
        others = [name for name, (place, _) in self._under_way.items() if place == step.place]
        self._under_way |= dict.fromkeys(others, (step.place, True))
        self._under_way[step.stage.name] = (step.place, bool(others))
        return self._on_what_was_made(step, needed)

    def ends(self, step: Step, needed: Sequence[tuple[Step, str]]) -> Step:
        """What it has changed itself in what it needs, it has not begun with: others then begin with that."""
        _, beside = self._under_way.pop(step.stage.name)
        return self._on_what_was_made(step, needed) if beside else step

    def _on_what_was_made(self, step: Step, needed: Sequence[tuple[Step, str]]) -> Step:
        """Unprovable where what it needs does not stand there as it was made."""
        if self._artifacts is None or step.unprovable:
            return step
        for maker, made in needed:
            if (
                not maker.keeps
                or maker.place != step.place
                or maker.unprovable
                or maker.astray
                or not artifact_of(made)
            ):
                continue
            name, where = maker.stage.name, self._where[step.place]
            items = self._items.get(name)
            if other := self._artifacts.made_otherwise(name, made, items, self._plan.content, where):
                return step._replace(unprovable=other)
        return step

    def refresh(self, result: RunResult) -> None:
        """What stages have changed in the working tree that others have made is no reason to make it again."""
        ended = [stage for stage in result.stages if stage.made and self._plan.steps[stage.stage].keeps]
        here = [stage for stage in ended if self._plan.steps[stage.stage].place == "in place"]
        if self._artifacts is not None and any(stage.place == "in place" for stage in result.stages):
            root = self._where["in place"].root
            self._artifacts.refresh(((stage.stage, stage.made) for stage in here), root, self._before)

    def put_back(self, step: Step) -> Step:
        if self._artifacts is None:
            return step
        try:
            return _put_back(step, self._plan, self._artifacts, self._where[step.place], self._observe)
        except CannotPutBackError as error:
            # What it needs itself may not stand: nobody has looked after that.
            why = f"its outputs are gone: {error}"
            return run_again(step, why)._replace(unprovable=why)

    def keep(self, step: Step, made: str) -> tuple[Step, str]:
        name = step.stage.name
        if self._artifacts is None:
            return step, made
        kept = self._artifacts.keep(step, self._where[step.place], BOUNDS.artifact_bytes)
        if not kept.artifact:
            return (step if step.unprovable else step._replace(unprovable=kept.why_not)), made
        self._items[name] = kept.items
        if kept.lost:
            self._observe(Note(f"what {name} makes is not kept: {kept.lost}"))
        for path in kept.others:
            self._observe(Note(f"{show(path)}, which {name} makes, is neither a file nor a link, and is not kept"))
        return step, with_outputs(made, kept.artifact)


def _put_back(step: Step, plan: Plan, artifacts: Artifacts, where: Workspace, observe: Observer) -> Step:
    """Raises CannotPutBackError."""
    number = artifacts.put_back(step, plan.content, where)
    if number:
        observe(Note(f"{step.stage.name} is reused; {files_put_back(number)}"))
    return step._replace(puts_back=0, put_back=number)


def _here(setting: Setting) -> Workspace:
    return Workspace(setting.root, setting.repository)
