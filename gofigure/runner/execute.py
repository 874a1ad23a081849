"""Carry a plan out: one run at a time in a working tree, recorded from before its first command to after its last."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gofigure.errors import StoreUnwritable
from gofigure.events import Note, Observer, RunFinished, RunStarted, StageFinished
from gofigure.executor.base import Task
from gofigure.model import RunResult, Snapshot, StageResult
from gofigure.runner.batches import argument_space, as_argument, split
from gofigure.runner.environment import RUN_VARIABLE
from gofigure.runner.plan import Plan, Planner, Step
from gofigure.store.ledger import NewRun
from gofigure.store.lock import RunLock
from gofigure.store.store import Store


class Setting(NamedTuple):
    """Where and how plans are carried out."""

    root: str
    state_dir: str
    lock_file: str
    mark: str  # the repository's part of the run marker
    trigger: str
    store: Store
    planner: Planner
    observe: Observer
    look: Callable[[], Snapshot]  # at the working tree, anew
    parallel: int
    keep_going: bool


def execute(setting: Setting, plan: Plan, plan_again: Callable[[], Plan]) -> RunResult:
    """Run what the plan could not reuse, and record it; `plan_again` is for when another run came first."""
    if not plan.to_run:
        return _reused(setting, plan)
    with _locked(setting) as (lock, waited):
        if waited:
            plan = plan_again()
            if not plan.to_run:
                return _reused(setting, plan)
        settle(setting.store, setting.root, setting.mark)
        stages = [(name, step.reason, step.key) for name, step in plan.steps.items()]
        number = setting.store.begin(_new_run(setting, plan), stages)
        if lock is not None:
            lock.describe(f"run {number} of {plan.job.name} (process {os.getpid()})")
        _announce(setting, plan, number)
        result = _run(setting, plan, number)
    setting.observe(RunFinished(result))
    return result


def settle(store: Store, worktree: str, mark: str) -> None:
    """Mark the runs that a dead process left, and end what is left of their processes.

    The caller holds the working tree's lock, so no such run can be alive.
    """
    left = store.ledger.under_way(worktree)
    if not left:
        return
    from gofigure.process.ladder import end_all

    end_all(markers=[os.fsencode(f"{RUN_VARIABLE}={mark}:{run}") for run in left])
    store.ledger.settle(left)


def _run(setting: Setting, plan: Plan, number: int) -> RunResult:
    from gofigure.executor.local import LocalExecutor
    from gofigure.process.supervisor import Supervisor
    from gofigure.runner.loop import run_plan
    from gofigure.runner.record import Recorder

    logs = _log_folder(setting, number)
    space = argument_space(setting.planner.environment(next(iter(plan.steps.values())).stage))
    recorder = Recorder(setting.store, number, plan, setting.planner.selecting, setting.look)
    with Supervisor((RUN_VARIABLE, f"{setting.mark}:{number}")) as supervisor:
        executor = LocalExecutor(supervisor, setting.parallel or os.cpu_count() or 1)
        return run_plan(
            plan,
            executor,
            recorder,
            setting.observe,
            task_of=lambda step: task_of(step, setting, logs, space),
            keep_going=setting.keep_going,
        )


def task_of(step: Step, setting: Setting, logs: str, space: int) -> Task:
    """What the executor needs to know of a step."""
    commands: list[tuple[tuple[str | bytes, ...], str]] = []
    for command in step.commands:
        folder = os.path.join(setting.root, command.cwd) if command.cwd else setting.root
        if not command.takes_files:
            commands.append((command.argv, folder))
            continue
        names = [as_argument(file) for file in step.files or ()]
        commands += [((*command.argv, *batch), folder) for batch in split(names, command.argv, space)]
    stage = step.stage
    return Task(
        stage.name,
        tuple(commands),
        setting.planner.environment(stage),
        os.path.join(logs, _file_name(stage.name)),
        stage.timeout,
        stage.retries,
    )


def _reused(setting: Setting, plan: Plan) -> RunResult:
    """Everything was proven: one row each, no process."""
    stages = tuple(
        StageResult(name, "reused", step.reason, step.proof.seconds if step.proof else 0.0, proven=True, key=step.key)
        for name, step in plan.steps.items()
    )
    number = setting.store.record_reused(_new_run(setting, plan), stages)
    setting.observe(RunStarted(number, plan.job.name, setting.trigger, _words(plan), tuple(plan.steps)))
    for stage in stages:
        setting.observe(StageFinished(number, stage))
    result = RunResult(number, plan.job.name, "reused", stages)
    setting.observe(RunFinished(result))
    return result


def _announce(setting: Setting, plan: Plan, number: int) -> None:
    setting.observe(RunStarted(number, plan.job.name, setting.trigger, _words(plan), tuple(plan.steps)))
    for note in plan.content.here.notes:
        setting.observe(Note(note))
    different = [step for step in plan.to_run if step.differs]
    if different:
        setting.observe(
            Note(
                f"the working tree differs from {_words(plan)}: {', '.join(different[0].differs)}."
                " Stages run on the working tree, so what reads these files proves nothing"
            )
        )


def _words(plan: Plan) -> str:
    about = plan.content.about
    if about.kind == "index":
        return "what is being committed"
    return f"commit {(about.commit or '')[:10]}" if about.kind == "commit" else f"the {about.kind}"


def _new_run(setting: Setting, plan: Plan) -> NewRun:
    content = plan.content
    return NewRun(
        plan.job.name,
        setting.trigger,
        setting.root,
        _words(plan),
        content.about.tree,
        content.here.branch,
        os.getpid(),
    )


@contextlib.contextmanager
def _locked(setting: Setting) -> Iterator[tuple[RunLock | None, bool]]:
    """The working tree's lock, and whether it had to be waited for; None where it cannot be had."""
    with RunLock(setting.lock_file) as lock:
        try:
            waited = lock.acquire(lambda holder: setting.observe(Note(f"waiting for {holder or 'another run'}")))
        except StoreUnwritable as error:
            setting.observe(Note(f"{error}; another run may be under way"))
            yield None, False
            return
        yield lock, waited


def _log_folder(setting: Setting, number: int) -> str:
    """A new folder for a run's logs; in the system's place for temporary files where ours cannot be written."""
    runs = os.path.join(setting.state_dir, "runs")
    folder = os.path.join(runs, str(number))
    try:
        os.makedirs(runs, mode=0o700, exist_ok=True)
        try:
            os.mkdir(folder, 0o700)
        except FileExistsError:  # a store that was begun anew counts from 1 again
            import tempfile

            folder = tempfile.mkdtemp(prefix=f"{number}-", dir=runs)
    except OSError:
        import tempfile

        folder = tempfile.mkdtemp(prefix="gofigure-")
    return folder


def _file_name(stage: str) -> str:
    """A stage's name as a file's: nothing in it can leave the folder."""
    return "".join(char if char.isalnum() or char in "-_." else f"%{ord(char):02x}" for char in stage).lstrip(".")
