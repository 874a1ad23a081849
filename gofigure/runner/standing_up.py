"""What stages that are reused have left behind: whether it stands where others need it, and what becomes of it if not.

A proof says that a stage passes on this content, not that what it left behind (a build, a checkout) is of this
content; and a private checkout was of another content the last time. What was kept of it is put back, or else the
stage runs again (docs/decisions/0007 and 0033).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from gofigure.model import BY_A_PERSON, CHANGE, Stage
from gofigure.runner.graph import behind
from gofigure.runner.made import life_of
from gofigure.runner.outputs import standing
from gofigure.runner.plan import Content, Step
from gofigure.snapshot.select import Selecting, show

if TYPE_CHECKING:
    from gofigure.git.repository import Repository
    from gofigure.model import Trigger
    from gofigure.runner.artifacts import Artifacts
    from gofigure.store.store import Store


class StandingUp:
    """For the plans of one run in a working tree."""

    def __init__(
        self,
        store: Store,
        selecting: Selecting,
        artifacts: Artifacts | None,
        root: str,
        repository: Repository | None,
        trigger: Trigger,
    ) -> None:
        """`artifacts`: None where nothing is kept."""
        self._store = store
        self._selecting = selecting
        self._artifacts = artifacts
        self._root = root
        self._repository = repository
        # A commit is about content; who asks for a build wants to have what it makes.
        self._wants_outputs = trigger.kind in (*BY_A_PERSON, CHANGE)
        self._lives: dict[str, str] = {}  # by checkout stage that has ended: see made.life_of
        self._has_none = repository is not None and repository.is_bare  # no working tree

    def reused(self, step: Step, content: Content, apart: Collection[str] = ()) -> Step:
        """A step of the working tree that is reused, with what is to be put back there; else as it is.

        `apart`: stages that are to be kept out of the working tree.
        """
        if not _is_kept(step) or step.place != "in place" or step.stage.name in apart:
            return step
        if step.puts_back:  # for one that needs it, and so wants all of it as it was made
            return step
        new = self._in_place(step, content)
        return new if new.reused or self._wants_outputs else step

    def checked_out(self, stage: str, made: str) -> None:
        """A checkout has ended: what was left in a folder that is no more is to be made again where it is needed."""
        self._lives[stage] = life_of(made)

    def stand_up(self, stage: Stage, steps: dict[str, Step], content: Content, among: Collection[str] | None) -> None:
        """What a stage to run needs is put back, or run again, unless that was the last thing done there.

        `among`: the stages about which something can still be done; None: all.
        """
        for name in stage.needs:
            step, follower = steps[name], steps[stage.name]
            # What a build has made is no part of a workspace, and whether it is still there has been asked.
            is_elsewhere = step.stage.target == "docker" and not step.stage.outputs
            if not step.reused or is_elsewhere or step.stage.files is not None:
                continue
            if among is not None and name not in among:
                continue
            if follower.place == "private" and step.place == "private":
                steps[name] = self._in_private(step, stage.name)
            elif why := self._why_not(step, follower, content):
                steps[name] = run_again(step, f"{stage.name} needs it, and {why}")
            elif _is_kept(step) and step.place == follower.place:
                steps[name] = self._in_place(step, content, stage.name)
        if steps[stage.name].place == "in place":
            self._stand_up_behind(stage, steps, content, among)

    def _stand_up_behind(
        self, stage: Stage, steps: dict[str, Step], content: Content, among: Collection[str] | None
    ) -> None:
        """What it needs by way of others has to stand there as it was made, too."""
        first = (need for name in stage.needs for need in steps[name].stage.needs)
        for name in set(behind(first, lambda name: steps[name].stage.needs)).difference(stage.needs):
            step = steps[name]
            if _is_kept(step) and step.place == "in place" and (among is None or name in among):
                steps[name] = self._in_place(step, content, stage.name)

    def stand_up_late(self, steps: dict[str, Step], content: Content) -> None:
        """What runs again for one stage may make something else, so that others that need it are to run as well."""
        found = True
        while found:
            found = False
            for name, step in list(steps.items()):
                needed = [steps[need] for need in step.stage.needs]
                if not step.waits and any(one.waits or (one.feeds and one.is_to_run) for one in needed):
                    found = True
                    steps[name] = step._replace(waits=True)
                    if step.reused:
                        self.stand_up(step.stage, steps, content, None)

    def _in_private(self, step: Step, follower: str) -> Step:
        """What a private checkout was of the last time is another content; what it has of this one, nobody knows."""
        why = "in the private checkout"
        if _is_kept(step) and self._artifacts is not None:
            lost = self._artifacts.why_not_whole(step)
            if not lost:
                return step._replace(puts_back=-1)
            why = f"{why}, and its outputs are gone: {lost}"
        return run_again(step, f"{follower} needs it {why}")

    def _why_not(self, step: Step, follower: Step, content: Content) -> str:
        """Why it is to be run again, whatever was kept; "" if it is not."""
        other = "what was last done here is of other content"
        if standing(step.makers, content.here.tree, self._selecting) != step.outputs:
            return other
        if _is_kept(step) and step.place == follower.place and not step.differs and self._artifacts is not None:
            return ""
        last = self._store.ledger.last_of_stage(step.stage.name, self._root)
        # One in a private checkout may have written into what the two share.
        is_other = last is None or last.state != "passed" or last.key != step.key or last.place == "private"
        if is_other or last is None or step.stage.checkout not in self._lives:
            return other if is_other else ""
        life = life_of(self._store.ledger.made_in(last.run, step.stage.checkout))
        is_same = life == self._lives[step.stage.checkout]
        return "" if is_same else f"the folder of {step.stage.checkout} was made anew since"

    def _in_place(self, step: Step, content: Content, follower: str = "") -> Step:
        if self._artifacts is None or self._has_none or step.differs:
            return step
        from gofigure.runner.artifacts import Workspace  # who has no outputs needs none of that

        where = Workspace(self._root, self._repository)
        found = self._artifacts.standing(step, content, where, exact=bool(follower))
        why = f"its outputs are gone: {found.words}" if found.words else ""
        if not why and follower and found.extra:
            why = f"{show(found.extra[0])} is there, which it has made of other content"
        if why:
            return run_again(step, f"{follower} needs it, and {why}" if follower else why)
        return step._replace(puts_back=len(found.lacking))


def run_again(step: Step, reason: str) -> Step:
    """A step that was to be reused."""
    return step._replace(fate="run", proof=None, reason=reason, puts_back=0)


def _is_kept(step: Step) -> bool:
    return step.keeps and step.reused and step.proof is not None
