"""The one loop: start what is ready while there is room, then wait for something to end."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from gofigure.errors import Interrupted
from gofigure.events import Note, Observer, StageFinished, StageStarted, Stopping
from gofigure.executor.base import BY_CTRL_C, Executor, Task, TaskEnded
from gofigure.model import Case, Counts, Part, RunResult, StageResult, Verdict
from gofigure.runner.graph import behind
from gofigure.runner.parts import mend, parts_of
from gofigure.runner.plan import Plan, Step
from gofigure.runner.record import Recorder

if TYPE_CHECKING:
    from gofigure.runner.pulse import Pulse

    class Outputs(Protocol):
        """What becomes of what stages make."""

        def put_back(self, step: Step) -> Step:
            """One that is to be reused: with what was put back, or to run as that cannot be."""

        def begins(self, step: Step, needed: Sequence[tuple[Step, str]]) -> Step:
            """One that is started: unprovable where what it needs, and what that has made, stands otherwise."""

        def ends(self, step: Step, needed: Sequence[tuple[Step, str]]) -> Step:
            """One that has ended, likewise."""

        def keep(self, step: Step, made: str) -> tuple[Step, str]:
            """One that has passed: unprovable where nobody can say what it has made; and all that it has made."""

    class Sources(Protocol):
        """What becomes of what was checked out."""

        def looked_after(self, step: Step, source: Step, made: str) -> Step:
            """One that has ended there: unprovable where that is not as it was brought."""


_ATTEND_EVERY = 0.05  # seconds
_CUT = "its report did not come: something ended pytest early"
_NOT_FOUND = 127  # as a shell says it


def run_plan(
    plan: Plan,
    executor: Executor,
    recorder: Recorder,
    observe: Observer,
    *,
    task_of: Callable[[Step, Mapping[str, str]], Task],
    renewed: Callable[[Plan, str, str], Plan],
    outputs: Outputs,
    sources: Sources,
    keep_going: bool,
    pulse: Pulse | None = None,
    attend: Callable[[Collection[str]], None] | None = None,
) -> RunResult:
    """Run what the plan could not reuse; every stage gets exactly one result, whatever happens.

    On a failure nothing new is started, unless `keep_going`; what is under way may finish, and counts. `attend`: told
    often which stages are under way; it may raise Interrupted. `task_of` is told what has been made so far, by stage;
    `renewed`: the plan, by what a stage has made.
    """
    began = time.monotonic()
    loop = _Loop(plan, executor, recorder, observe, task_of, renewed, outputs, sources, keep_going, pulse, attend)
    stopped: Interrupted | None = None
    try:
        loop.run()
    except Interrupted as stop:
        stopped = stop
        observe(Stopping(stop.why))
        loop.give_up(stop, executor.stop())
    return recorder.close(
        lambda stages: RunResult(
            recorder.run,
            plan.job.name,
            stopped.verdict if stopped is not None else verdict_of(stages),
            stages,
            time.monotonic() - began,
        )
    )


def verdict_of(stages: tuple[StageResult, ...]) -> Verdict:
    if any(stage.blocks for stage in stages):
        return "failed"
    if all(stage.verdict == "reused" for stage in stages):
        return "reused"
    return "passed" if any(stage.verdict in ("passed", "reused") for stage in stages) else "skipped"


class _Loop:
    def __init__(
        self,
        plan: Plan,
        executor: Executor,
        recorder: Recorder,
        observe: Observer,
        task_of: Callable[[Step, Mapping[str, str]], Task],
        renewed: Callable[[Plan, str, str], Plan],
        outputs: Outputs,
        sources: Sources,
        keep_going: bool,
        pulse: Pulse | None,
        attend: Callable[[Collection[str]], None] | None,
    ) -> None:
        self._plan = plan
        self._executor = executor
        self._recorder = recorder
        self._observe = observe
        self._task_of = task_of
        self._renewed = renewed
        self._outputs = outputs
        self._sources = sources
        self._made: dict[str, str] = {}  # by stage: what its recipes have handed back
        # A fixer that fails because it has changed something, as pre-commit's do, keeps no other from its work.
        self._keep_going = keep_going or plan.mends
        self._pulse = pulse
        self._attend = attend
        self._waiting = {stage: set(before) for stage, before in plan.graph.waits_for.items()}
        self._followers: dict[str, list[str]] = {stage: [] for stage in plan.steps}
        for stage, before in self._waiting.items():
            for name in before:
                self._followers[name].append(stage)
        self._ready = deque(stage for stage in plan.steps if not self._waiting[stage])
        self._under_way: dict[str, float] = {}  # with the moment at which it was started
        self._failed = False
        self._alone = False  # the stage that is under way has the terminal: nothing else may happen
        self._spoilers = {name for name, step in plan.steps.items() if step.stage.fix and not plan.mends}
        self._spoiling = False  # one of those is under way

    def run(self) -> None:
        while self._ready or self._under_way:
            self._start_ready()
            if self._under_way:
                for ended in self._executor.wait(None if self._alone else self._patience()):
                    self._end(ended)
            if self._alone:
                continue
            self._recorder.write()
            if self._pulse is not None:
                self._pulse.beat(self._recorder.run, self._under_way)
            if self._attend is not None and (self._under_way or self._ready):
                self._attend(self._under_way)

    def _patience(self) -> float | None:
        """Seconds until something is to be done, whether or not a stage ends."""
        patience = self._recorder.patience()
        if self._attend is not None:
            patience = _ATTEND_EVERY if patience is None else min(patience, _ATTEND_EVERY)
        return patience if self._pulse is None else self._pulse.patience(patience)

    def give_up(self, stop: Interrupted, so_far: Mapping[str, tuple[Part, ...]]) -> None:
        """Give every stage without a result one, after everything was stopped; `so_far`: what became of parts."""
        for stage in sorted(self._under_way):
            step = self._plan.steps[stage]
            parts = parts_of(step, so_far.get(stage, ()))
            took = time.monotonic() - self._under_way[stage]
            result = StageResult(stage, stop.verdict, step.reason, took, note=stop.why, parts=parts)
            self._finish(result._replace(place=step.place, why_there=step.why_there))
        self._under_way.clear()
        for stage, step in self._plan.steps.items():
            if stage in self._waiting:
                self._finish(StageResult(stage, "skipped", f"not reached: {stop.why}", key=step.key))

    def _start_ready(self) -> None:
        while self._ready and len(self._under_way) < self._executor.capacity and not self._alone:
            stage = self._next()
            if stage is None:
                return
            step = self._plan.steps[stage]
            if step.reused and step.puts_back:
                step = self._now(self._outputs.put_back(step))
            settled = self._plan.without_running(step)
            if settled is not None:
                self._finish(settled)
            elif self._failed and not self._keep_going:
                self._finish(StageResult(stage, "skipped", "not started: another stage failed", key=step.key))
            elif step.fate == "nothing to do":
                allowed, parts = step.stage.allow_failure, parts_of(step, ())
                result = StageResult(stage, "failed", step.reason, note=mend(step), allowed=allowed, key=step.key)
                self._finish(result._replace(parts=parts))
            elif step.stage.interactive and self._under_way:
                self._ready.appendleft(stage)  # it runs alone, and in its turn
                return
            else:
                self._start(step)

    def _next(self) -> str | None:
        """A stage that may start now.

        A fixer where nothing is mended may change what others read, so it runs alone: before them, as its failure says
        more than theirs; after them where all of them are to run.
        """
        if not self._spoilers:
            return self._ready.popleft()
        first = [stage for stage in self._ready if (stage in self._spoilers) != self._keep_going]
        stage = first[0] if first else self._ready[0]
        if self._spoiling or (stage in self._spoilers and self._under_way):
            return None
        self._ready.remove(stage)
        return stage

    def _start(self, step: Step) -> None:
        stage, self._alone = step.stage.name, step.stage.interactive
        self._spoiling = stage in self._spoilers
        self._under_way[stage] = time.monotonic()
        self._recorder.started(stage)
        if self._alone or self._spoiling:
            self._recorder.write_all()
        self._observe(StageStarted(self._recorder.run, stage, step.reason, self._alone))
        step = self._now(self._outputs.begins(step, self._needed(step)))
        self._executor.start(self._task_of(step, self._made_before(stage)))

    def _made_before(self, stage: str) -> dict[str, str]:
        """What those have made that it has waited for, directly or not."""
        if not self._made:
            return {}
        waits_for = self._plan.graph.waits_for
        before = behind(waits_for[stage], waits_for.__getitem__)
        return {name: made for name, made in self._made.items() if name in before}

    def _needed(self, step: Step) -> list[tuple[Step, str]]:
        """What a stage needs, directly or not, and what that has made."""
        if not self._made:
            return []
        steps = self._plan.steps
        found = behind(step.stage.needs, lambda name: steps[name].stage.needs)
        return [(steps[name], self._made[name]) for name in found if name in self._made]

    def _end(self, ended: TaskEnded) -> None:
        step = self._plan.steps[ended.name]
        if step.stage.interactive and ended.exit_code in BY_CTRL_C and not ended.timed_out:
            raise Interrupted("SIGINT")  # the key went to the stage; the person means the run
        self._under_way.pop(ended.name, None)
        self._alone = self._spoiling = False
        step = self._now(self._outputs.ends(step, self._needed(step)))
        ran_well = ended.exit_code == 0 and not ended.timed_out
        passed = ran_well and not step.missing
        if ended.left_behind:
            self._observe(Note(f"{ended.name} left {ended.left_behind} process(es) running; they were ended"))
        made = ended.made
        if passed and ended.cut and not step.unprovable:
            step = self._now(step._replace(unprovable=_CUT))
        if passed and step.keeps:
            step, made = self._outputs.keep(step, made)
            self._now(step)
        if step.stage.checkout is not None:
            source = self._plan.steps[step.stage.checkout]
            step = self._now(self._sources.looked_after(step, source, self._made[step.stage.checkout]))
        if ended.lost_bytes:
            self._observe(Note(f"{ended.name}: {ended.lost_bytes:,} bytes of its log could not be written"))
        cases, counts = _told(ended, self._recorder.hide)
        lines, failures = _failures(cases, counts)
        self._finish(
            StageResult(
                ended.name,
                "passed" if passed else "timed out" if ended.timed_out else "failed",
                step.reason,
                ended.seconds,
                exit_code=ended.exit_code if passed or not ran_well else None,
                log=ended.logs[-1] if ended.logs and (passed or not ran_well) else None,
                excerpt=() if ran_well else self._excerpt(lines, failures, ended.logs),
                note=_note(step, ended, self._plan, passed=passed),
                allowed=not passed and step.stage.allow_failure,
                key=step.key,
                parts=parts_of(step, ended.parts),
                place=step.place,
                why_there=step.why_there,
                made=made,
                cases=cases,
                counts=counts,
                failures=failures,
            )
        )

    def _excerpt(self, lines: tuple[str, ...], failures: Sequence[Case], logs: tuple[str, ...]) -> tuple[str, ...]:
        """What matters of a failure: `lines` on its tests; what was printed where none of those says why it failed."""
        if any(case.line for case in failures):
            return lines
        from gofigure.runner.excerpt import LINES, excerpt  # only what fails needs its expressions

        said = tuple(map(self._recorder.hide, excerpt(logs)))
        return (*lines[:1], *said)[:LINES] if said else lines

    def _now(self, step: Step) -> Step:
        """What is known of a step now."""
        if step is not self._plan.steps[step.stage.name]:
            self._plan = self._plan._replace(steps={**self._plan.steps, step.stage.name: step})
            self._recorder.goes_on_with(self._plan)
        return step

    def _finish(self, result: StageResult) -> None:
        stage = result.stage
        self._waiting.pop(stage, None)
        self._recorder.finished(self._plan.steps[stage], result)
        if stage in self._spoilers and result.verdict == "passed":
            self._recorder.write_all()  # by what it has changed, if it has
            result = self._recorder.result_of(stage)
        self._observe(StageFinished(self._recorder.run, result))
        if result.made and result.verdict in ("passed", "reused"):
            self._made[stage] = result.made
            self._plan = self._renewed(self._plan, stage, result.made)
            self._recorder.goes_on_with(self._plan)
        self._failed = self._failed or result.blocks
        for follower in self._followers[stage]:
            if follower not in self._waiting:
                continue
            needed = self._needs(follower, stage)
            goes_on = self._plan.mends and result.verdict == "failed" and not needed
            if not goes_on and (result.blocks or (result.verdict not in ("passed", "reused") and needed)):
                # A failure that is allowed does not allow what needs it to be left undone.
                self._skip(follower, f"{stage} did not pass", allowed=result.verdict == "skipped" and result.allowed)
                continue
            self._waiting[follower].discard(stage)
            if not self._waiting[follower]:
                self._ready.append(follower)

    def _needs(self, follower: str, stage: str) -> bool:
        """Whether it is more than the order that makes one wait for the other: a failure is then no start."""
        return stage in self._plan.steps[follower].stage.needs

    def _skip(self, first: str, reason: str, *, allowed: bool) -> None:
        """Skip a stage and all that waits for it."""
        reached = deque([first])
        while reached:
            stage = reached.popleft()
            if self._waiting.pop(stage, None) is None:
                continue
            step = self._plan.steps[stage]
            may = allowed or step.stage.allow_failure
            why = step.reason if step.left_out else reason
            result = StageResult(stage, "skipped", why, allowed=may, key=step.key)
            self._recorder.finished(step, result)
            self._observe(StageFinished(self._recorder.run, result))
            reached.extend(self._followers[stage])


def _told(ended: TaskEnded, hide: Callable[[str], str]) -> tuple[tuple[Case, ...], Counts | None]:
    """The single tests of what has ended, and how many."""
    if not ended.cases:
        return (), None
    from gofigure.runner.cases import counted, tidied

    cases = tidied(ended.cases, hide)
    return tuple(cases), counted(cases, ended.more_cases)


def _failures(cases: Sequence[Case], counts: Counts | None) -> tuple[tuple[str, ...], tuple[Case, ...]]:
    """Those that failed, in few words and as they are; the first of them."""
    if counts is None or not counts.failed:
        return (), ()
    from gofigure.runner.cases import failure_lines, first_failures

    return tuple(failure_lines(cases, counts)), first_failures(cases)


def _note(step: Step, ended: TaskEnded, plan: Plan, *, passed: bool) -> str:
    tries = f"after {ended.attempts} attempts" if ended.attempts > 1 else ""
    says_so = passed and step.unprovable and step.stage.target != "checkout"  # which nobody expects to be
    unproven = f"not proven: {step.unprovable}" if says_so else ""
    absent = ""
    if ended.exit_code == _NOT_FOUND and step.place == "private":
        absent = "a private checkout has nothing that git ignores; share = [...] brings it"
    elif not passed and step.place == "private":
        from gofigure.runner.sharing import lacks_checkout

        absent = lacks_checkout(step, plan)
    return "; ".join(words for words in (tries, unproven, absent, mend(step)) if words)
