"""Carry out the jobs of a request on one content: each its plan, then one after the other or side by side."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gofigure.errors import GofigureError
from gofigure.events import Note
from gofigure.fast_path import FastPath
from gofigure.model import BY_A_PERSON, MANUAL, RECEIVING, STOPPED, Job, RunResult, Snapshot
from gofigure.snapshot.commits import of_index
from gofigure.snapshot.looking import Looking
from gofigure.subject import Request, content_now

if TYPE_CHECKING:
    from gofigure.runner.plan import Plan
    from gofigure.runner.setting import Setting


class Planning:
    """One job on one content: its plan, as often as it is needed."""

    def __init__(self, job: Job, about: Snapshot, looking: Looking, setting: Setting) -> None:
        self.job = job
        self.about = about
        self.store = setting.store
        self._apart: dict[str, str] = {}
        if setting.in_background:
            self._apart = dict.fromkeys(setting.planner.stages, "somebody may be at work in the working tree")
        self._looking = looking
        self._setting = setting
        self._plan: Plan | None = None  # by the newest look

    def left_behind(self, run: int) -> int:
        """How many processes a run has left alive, in sessions of their own."""
        from gofigure.process.family import marked
        from gofigure.runner.environment import RUN_VARIABLE

        return len(marked(os.fsencode(f"{RUN_VARIABLE}={self._setting.mark}:{run}")))

    def plan(self) -> Plan:
        """By what was seen when somebody looked last."""
        if self._plan is None:
            setting = self._setting
            content = content_now(self.about, self._looking, setting.store, setting.observe)
            # Nobody can check out what arrives; a gate that has not looked at it must not let it in.
            lenient = setting.trigger.kind not in (*BY_A_PERSON, *RECEIVING)
            self._plan = setting.planner.plan(
                self.job, content, use_proofs=setting.use_proofs, lenient=lenient, apart=self._apart
            )
        return self._plan

    @property
    def is_proven(self) -> bool:
        """Whether nothing is to be run, or to be put back."""
        return not self.plan().to_run and not self.plan().lacks

    def renewed_plan(self) -> Plan:
        """By what was seen when somebody looked last, though that may be since it was planned."""
        self._plan = None
        return self.plan()

    def plan_again(self) -> Plan:
        """By a new look: time has passed."""
        self._plan = None
        self._looking.forget()
        return self.plan()

    def keep_apart(self, result: RunResult) -> bool:
        """Whether there is something that must run again, in a private checkout: its files changed under it."""
        disturbed = [stage.stage for stage in result.stages if stage.disturbed]
        self._apart |= dict.fromkeys(disturbed, "what it reads changed while it ran in the working tree")
        return bool(disturbed) and result.verdict == "passed"

    def renew(self) -> None:
        """Fixers have changed what this is about."""
        self._plan = None
        self._looking.forget()
        setting = self._setting
        if self.about.kind == "index" and setting.repository is not None:
            index_file = setting.trigger.index_file
            self.about = of_index(setting.repository, index_file, setting.store.contents, setting.observe)
            setting.mended.append(self.about.oid or "")


def is_wanted(planning: Planning, request: Request) -> bool:
    """Whether there is a reason to run a job: mostly that somebody has asked for it."""
    return request.overseer is None or request.overseer.wants(planning)


def carry_out_each(
    setting: Setting,
    jobs: Sequence[Job],
    content: Snapshot,
    failed: Mapping[str, RunResult],
    looking: Looking,
    fast: FastPath,
    request: Request,
) -> list[RunResult]:
    """Run some jobs, one after the other or side by side, until one ends the request.

    `failed`: those that have come to their end.
    """
    results: list[RunResult] = []
    left = list(jobs)
    while left:
        if left[0].name in failed:
            done = [failed[left[0].name]]
        elif len(left) == 1 or request.overseer is not None:
            done = [carry_out(setting, Planning(left[0], content, looking, setting), request)]
        else:
            open_ones = [job for job in left if job.name not in failed]
            done = side_by_side(setting, [Planning(job, content, looking, setting) for job in open_ones])
        results += done
        names = {result.job for result in done}
        left = [job for job in left if job.name not in names]
        if any(result.verdict != "reused" for result in done):
            looking.forget()  # something has run since it looked
        for result in done:
            fast.forget_after(result)
        ends = next((result for result in done if ends_the_request(result, request, jobs)), None)
        if ends is not None:
            if left and ends.verdict not in STOPPED:
                others = ", ".join(job.name for job in left)
                way = "--keep-going" if setting.trigger.kind == MANUAL else f"keep_going = true in [jobs.{ends.job}]"
                setting.observe(Note(f"not started, as {ends.job} {ends.verdict}: {others} (go on: {way})"))
            break
    return results


def side_by_side(setting: Setting, waiting: Sequence[Planning]) -> list[RunResult]:
    """Run the first of some jobs, with those that can be done beside it: proven ones, or those of other folders."""
    from gofigure.runner import execute

    first, *others = waiting
    if first.is_proven:
        proven = list(itertools.takewhile(lambda one: one.is_proven, waiting))
        execute.settle_if_free(setting.store, setting.lock_file, setting.root, setting.mark)
        return list(execute.reused_together(setting, [one.plan() for one in proven]).parts)
    siblings = [one for one in others if one.job.folder and not one.is_proven] if first.job.folder else []
    if not siblings:
        return [executed(setting, first)]
    from gofigure.runner.siblings import beside_one_another, that_fit

    names = {plan.job.name for plan in that_fit([one.plan() for one in (first, *siblings)])}
    chosen = [one for one in (first, *siblings) if one.job.name in names]
    if len(chosen) == 1:
        return [executed(setting, first)]

    def plan_again() -> Plan:
        chosen[0].plan_again()
        return beside_one_another([chosen[0].plan(), *(one.renewed_plan() for one in chosen[1:])])

    plan = beside_one_another([one.plan() for one in chosen])
    results: Sequence[RunResult] = execute.execute(setting, plan, plan_again).parts
    return [
        executed(setting, one) if one.keep_apart(result) else result
        for one, result in zip(chosen, results, strict=True)
    ]


def carry_out(setting: Setting, planning: Planning, request: Request) -> RunResult:
    """Run one job; once more, apart, what was disturbed by a change under it."""
    overseer = request.overseer
    if overseer is None:
        return executed(setting, planning)
    causes = overseer.causes(planning)
    setting = setting._replace(attend=lambda under_way: overseer.attend(planning, under_way), causes=causes)
    try:
        result = executed(setting, planning)
    except GofigureError as error:
        return overseer.failed(planning, error)
    overseer.done(planning, result)
    return result


def executed(setting: Setting, planning: Planning) -> RunResult:
    from gofigure.runner.execute import execute

    result = execute(setting, planning.plan(), planning.plan_again)
    if planning.keep_apart(result):
        result = execute(setting, planning.plan_again(), planning.plan_again)
    return result


def ends_the_request(result: RunResult, request: Request, jobs: Sequence[Job]) -> bool:
    """Whether what comes after this run, of one of `jobs`, is not to be started."""
    keeps_going = request.keep_going or any(job.keep_going for job in jobs if job.name == result.job)
    goes_on = keeps_going or request.overseer is not None  # what changes later must not wait for a mend
    return result.verdict in STOPPED or (result.verdict == "failed" and not goes_on)
