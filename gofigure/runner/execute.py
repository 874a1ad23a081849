"""Carry a plan out: one run at a time in a working tree, recorded from before its first command to after its last."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gofigure.errors import NestedError, StoreUnwritable
from gofigure.events import Note, RunFinished, RunStarted, StageFinished
from gofigure.model import ABOUT_A_MESSAGE, RECEIVING, STOPPED, RunResult, Snapshot, Verdict
from gofigure.runner.checkouts import Places, opened
from gofigure.runner.environment import RUN_VARIABLE
from gofigure.runner.plan import Plan, consumes
from gofigure.runner.setting import Setting
from gofigure.snapshot.select import show
from gofigure.store.ledger import NewRun
from gofigure.store.store import Store

if TYPE_CHECKING:
    from gofigure.runner.pulse import Pulse
    from gofigure.runner.secrets import Secrets
    from gofigure.store.lock import RunLock
    from gofigure.store.windows import Window


def execute(setting: Setting, plan: Plan, plan_again: Callable[[], Plan]) -> RunResult:
    """Run what the plan could not reuse, and record it; `plan_again` looks anew, for when another run came first."""
    if not plan.to_run and not plan.lacks:
        settle_if_free(setting.store, setting.lock_file, setting.root, setting.mark)
        return _reused(setting, plan)
    secrets = _secrets(setting, plan)
    with _locked(setting) as (lock, waited):
        planned, plan = plan, plan_again() if waited else plan
        if plan.to_run or plan.lacks:
            settle(setting.store, setting.root, setting.mark)
        if plan.lacks:
            from gofigure.runner.putting_back import whole_again

            plan = whole_again(setting, plan, plan_again)
        if not plan.to_run:
            return _reused(setting, plan)
        if plan is not planned:
            secrets = _secrets(setting, plan)
        if secrets is not None:
            plan = secrets.hide(plan)
        from gofigure.process.log_files import make_folder  # a run that is wholly proven needs none

        with opened(setting, plan) as (possible, places):
            plan = possible if secrets is None else secrets.hide(possible)  # it may have got other reasons
            runs = _begin(setting, plan)
            number = next(iter(runs))
            if lock is not None:
                lock.describe(f"{os.getpid()} run {number} of {plan.job.name} (process {os.getpid()})")
            _announce(setting, plan, number)
            logs = make_folder(setting.state_dir, number)
            result = _run(setting, plan, runs, places, logs, secrets)
            if plan.mends and result.verdict not in STOPPED:
                mended, left_alone = _taken_over(setting, plan, places, logs)
                result = result._replace(mended=mended, left_alone=left_alone)
    setting.observe(RunFinished(result))
    return result


def settle_if_free(store: Store, lock_file: str, worktree: str, mark: str) -> None:
    """Settle, unless a run is under way."""
    if store.ledger.under_way(worktree):
        from gofigure.store.lock import RunLock

        with RunLock(lock_file) as lock:
            if lock.try_acquire():
                settle(store, worktree, mark)


def settle(store: Store, worktree: str, mark: str) -> None:
    """Mark the runs that a dead process left, and end what is left of their processes and containers.

    The caller holds the working tree's lock, so no such run can be alive.
    """
    left = store.ledger.under_way(worktree)
    if not left:
        return
    from gofigure.process.ladder import end_all

    end_all(markers=[os.fsencode(f"{RUN_VARIABLE}={mark}:{run}") for run in left])
    from gofigure.engine.containers import remove_of_runs

    remove_of_runs(os.environ, mark, left.__contains__)
    store.ledger.settle(left)


def _secrets(setting: Setting, plan: Plan) -> Secrets | None:
    """Those that the plan's stages name; they are looked for before anything is started."""
    if not any(step.stage.secrets for step in plan.steps.values()):
        return None
    from gofigure.runner.secrets import find_secrets

    secrets = find_secrets(plan, setting.environ)
    for name in secrets.too_short() if secrets is not None else ():
        setting.observe(Note(f"the secret {name} is too short to be hidden in logs"))
    return secrets


def get_ready() -> None:
    """Import what carries a plan out: for who has to wait for git in any case."""
    import ctypes  # noqa: F401 - see process.family

    import gofigure.executor.local
    import gofigure.runner.changes
    import gofigure.runner.loop
    import gofigure.runner.tasks  # noqa: F401


def _begin(setting: Setting, plan: Plan) -> dict[int, Plan]:
    """Record what begins: the number of each job's run, with its plan."""
    runs: dict[int, Plan] = {}
    with setting.store.together():
        for one in plan.members or (plan,):
            steps = [plan.steps[name] for name in one.steps]
            rows = [(step.stage.name, step.kept_reason, b"" if step.astray else step.key) for step in steps]
            runs[setting.store.begin(_new_run(setting, one), rows)] = one
    return runs


def _run(
    setting: Setting, plan: Plan, runs: Mapping[int, Plan], places: Places, logs: str, secrets: Secrets | None
) -> RunResult:
    # Imported only now: a run that is wholly proven, the most frequent one, needs none of it.
    from gofigure.executor.local import LocalExecutor
    from gofigure.process.supervisor import Supervisor
    from gofigure.runner.changes import Patches
    from gofigure.runner.checked_out import CheckedOut
    from gofigure.runner.loop import run_plan
    from gofigure.runner.putting_back import RunsOutputs
    from gofigure.runner.record import Recorder
    from gofigure.runner.siblings import Siblings, results_of
    from gofigure.runner.tasks import TaskMaker

    number = next(iter(runs))
    this = f"{setting.mark}:{number}"
    inside = " ".join([*setting.trigger.inside, this])
    trigger = setting.trigger
    trigger = trigger._replace(variables={**trigger.variables, **plan.content.about.variables})
    tasks = TaskMaker(setting.planner, places.roots, logs, inside, trigger, setting.environ, setting.state_dir, secrets)
    mask = secrets.mask if secrets is not None else None
    hide = mask.text if mask is not None else str
    recorder = Recorder(
        setting.store,
        number,
        plan,
        setting.planner.selecting,
        places.look,
        hide=hide,
        said_of=Patches(places.repositories, setting.trigger.index_file, logs).said,
        tell=lambda stage: setting.observe(StageFinished(number, stage)),
        account=functools.partial(_changed_under, setting, plan, logs),
        write=Siblings(setting.store, runs).record if plan.members else None,
    )

    def renewed(plan: Plan, stage: str, made: str) -> Plan:
        new = setting.planner.renewed(plan, stage, made, use_proofs=setting.use_proofs)
        return new if secrets is None or new is plan else secrets.hide(new)

    outputs, pulse = RunsOutputs(setting, plan, places), _pulse(setting, hide)
    with Supervisor((RUN_VARIABLE, this), pulse.take if pulse else None, mask=mask) as supervisor:
        capacity = setting.parallel or os.cpu_count() or 1
        executor = LocalExecutor(supervisor, capacity, follow=pulse.follow if pulse else None, hide=hide)
        result = run_plan(
            plan,
            executor,
            recorder,
            setting.observe,
            task_of=tasks.task_of,
            renewed=renewed,
            outputs=outputs,
            sources=CheckedOut(setting),
            keep_going=setting.keep_going or plan.job.keep_going,
            pulse=pulse,
            attend=setting.attend,
        )
    outputs.refresh(result)
    return result._replace(parts=results_of(result, runs)) if plan.members else result


def _pulse(setting: Setting, hide: Callable[[str], str]) -> Pulse | None:
    """What tells of what stages print, to those who look on."""
    if not setting.wants_output:
        return None
    from gofigure.runner.pulse import Pulse

    return Pulse(setting.observe, hide)


def _changed_under(
    setting: Setting, plan: Plan, logs: str, here: Snapshot, executed: Collection[str], verdict: Verdict
) -> Window | None:
    """What has changed in the working tree since the plan was made; mostly nothing."""
    if here.tree == plan.content.here.tree:
        return None
    from gofigure.runner.window import window_of

    window = window_of(setting, plan, here, executed, verdict)
    if stale := [one.path for one in window.paths if one.role == "stale"]:
        from gofigure.runner.disagreement import keep

        keep(setting.root, stale, logs)
    return window


def _taken_over(setting: Setting, plan: Plan, places: Places, logs: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Bring what fixers changed to the user."""
    from gofigure.runner.taking_over import take_over

    def keep(patch: bytes) -> str:
        place = os.path.join(logs, "left-alone.patch")
        with open(place, "wb") as file:
            file.write(patch)
        return place

    return take_over(setting, plan, places, keep)


def _reused(setting: Setting, plan: Plan) -> RunResult:
    """Everything was proven, or is to be left out: one row each, no process."""
    if plan.members:
        return reused_together(setting, plan.members)
    settled = map(plan.without_running, plan.steps.values())
    stages = tuple(stage for stage in settled if stage is not None)
    verdict: Verdict = "reused"
    if any(step.left_out for step in plan.steps.values()):
        from gofigure.runner.loop import verdict_of

        verdict = verdict_of(stages)
    kept = [stage._replace(reason=plan.steps[stage.stage].kept_reason) for stage in stages]
    number = setting.store.record_reused(_new_run(setting, plan), kept, verdict)
    setting.observe(_started(setting, plan, number))
    for stage in stages:
        setting.observe(StageFinished(number, stage))
    result = RunResult(number, plan.job.name, verdict, stages)
    setting.observe(RunFinished(result))
    return result


def reused_together(setting: Setting, plans: Sequence[Plan]) -> RunResult:
    """Several of those, in one transaction."""
    with setting.store.together():
        parts = tuple(_reused(setting, plan) for plan in plans)
    stages = tuple(stage for part in parts for stage in part.stages)
    verdict: Verdict = "reused" if all(part.verdict == "reused" for part in parts) else "skipped"
    return RunResult(parts[0].run, parts[0].job, verdict, stages, parts=parts)


def _started(setting: Setting, plan: Plan, number: int) -> RunStarted:
    trigger, about = setting.trigger, plan.content.about
    words: tuple[str, ...] | None = again(about, trigger.index_file, use_proofs=setting.use_proofs)
    if trigger.kind in RECEIVING:
        words = None  # what was refused is nowhere any more
    elif trigger.kind in ABOUT_A_MESSAGE and trigger.args:
        words = ("hook", trigger.kind, *trigger.args)  # the message is still there, and by hand there would be none
    return RunStarted(number, plan.job.name, trigger.kind, _words(plan), tuple(plan.steps), words)


def _announce(setting: Setting, plan: Plan, number: int) -> None:
    setting.observe(_started(setting, plan, number))
    for note in plan.content.here.notes:
        setting.observe(Note(note))
    if setting.planner.configuration_differs(plan.content):
        setting.observe(Note(f"the configuration in use is not the one in {_words(plan)}"))
    _announce_checkout(setting, plan)
    different = [step for step in plan.to_run if step.astray]
    if different and plan.content.about.kind != "commit":
        setting.observe(
            Note(
                f"the working tree differs from {_words(plan)}: {', '.join(different[0].differs)}."
                " Stages run on the working tree, so what reads these files proves nothing"
            )
        )


def _announce_checkout(setting: Setting, plan: Plan) -> None:
    """Say what runs in a private checkout, and why."""
    by_reason: dict[str, list[str]] = {}
    for step in () if plan.mends else plan.private:
        by_reason.setdefault(step.why_there, []).append(step.stage.name)
    for why, names in by_reason.items():
        verb = "runs" if len(names) == 1 else "run"
        setting.observe(Note(f"{', '.join(names)} {verb} in a private checkout: {why}"))
    for path in plan.shared.refused:
        setting.observe(Note(f"{show(path)} is not shared: git does not ignore it"))


def _announce_wait(holder: str, setting: Setting) -> None:
    """Say who is waited for. Raises NestedError where that is the run that this process belongs to."""
    from gofigure.process.family import spared, table

    pid, _, words = holder.partition(" ")
    if pid.isdigit() and int(pid) in spared(table()):  # a stage that lost its environment is still a stage
        raise NestedError(f"this is inside {words} of this repository, which is not started again")
    if pid.isdigit() and setting.make_way(int(pid)):
        setting.observe(Note(f"{words or 'a check in the background'} makes way, and will be made up for"))
    else:
        setting.observe(Note(f"waiting for {words or 'another run'}"))


def again(about: Snapshot, index_file: str | None, *, use_proofs: bool) -> tuple[str, ...]:
    """What makes `gofigure run NAME` run a stage that has failed on this content once more, on the same.

    A failure takes the proof back, so --no-cache is needed only where what stands here is another content: there
    a failure refutes nothing. The index of `commit -a` and `commit PATH`, a *.lock, is gone when the commit is
    refused; what it held stands in the working tree.
    """
    if about.kind == "commit":
        options = ["--commit", (about.commit or "HEAD")[:10]]
    elif about.kind == "index" and not (index_file or "").endswith(".lock"):
        options = ["--staged"]
    else:
        return ()
    return (*options, *([] if use_proofs else ["--no-cache"]))


def _words(plan: Plan) -> str:
    about = plan.content.about
    if about.kind == "index":
        return "what is being committed"
    return f"commit {(about.commit or '')[:10]}" if about.kind == "commit" else f"the {about.kind}"


def _new_run(setting: Setting, plan: Plan) -> NewRun:
    content = plan.content
    return NewRun(
        plan.job.name,
        setting.trigger.kind,
        setting.root,
        _words(plan),
        content.about.tree,
        content.here.branch,
        os.getpid(),
        consumes(plan),
        setting.causes,
    )


@contextlib.contextmanager
def _locked(setting: Setting) -> Iterator[tuple[RunLock | None, bool]]:
    """The working tree's lock, and whether it had to be waited for; None where it cannot be had."""
    from gofigure.store.lock import RunLock

    with RunLock(setting.lock_file) as lock:
        try:
            attend = setting.attend
            meanwhile = None if attend is None else lambda: attend(())
            waited = lock.acquire(lambda holder: _announce_wait(holder, setting), meanwhile)
        except StoreUnwritable as error:
            setting.observe(Note(f"{error}; another run may be under way"))
            yield None, False
            return
        lock.describe(f"{os.getpid()} a run that is about to begin (process {os.getpid()})")
        yield lock, waited
