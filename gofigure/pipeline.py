"""The main line: whatever starts a stage walks through `run`, from top to bottom.

    trigger → configuration → jobs → permission → look → store
            → for each content and job: let fixers mend → plan → lock → workspace → run what is left → record
            → for a hook about the index: a marker, if all of it is proven (docs/decisions/0019)
            → remove what is old

Permission is for the very bytes of the configuration that was read (docs/decisions/0012), and comes before anything
that the repository could have a hand in. What the user's SKIP, or a stage's own conditions, leave out stays in the
plan, as left out. `execute` takes a plan over from the lock on; where it had to wait for another run, it asks for
a new plan.

A commit, a saved file and a person differ only in the trigger and in the content that they are about.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gofigure import config as configuration
from gofigure import trust
from gofigure.errors import GofigureError, NestedError
from gofigure.events import Note, Observer
from gofigure.fast_path import FastPath
from gofigure.model import (
    BY_A_PERSON,
    CHANGE,
    PAGE,
    READ_AGAIN_BY_GIT,
    RECEIVING,
    STOPPED,
    Config,
    Job,
    RunResult,
    Snapshot,
    Trigger,
)
from gofigure.project import Project, load_config, open_store
from gofigure.runner.skips import ONLY, SKIP, named, unheeded
from gofigure.snapshot.commits import of_index
from gofigure.snapshot.looking import Looking
from gofigure.store.store import Store
from gofigure.subject import BEFORE_A_COMMIT, Request, concerned, content_now, contents, wanted, with_questions
from gofigure.triggers.hooks import mark

if TYPE_CHECKING:  # while git is looking there is time to import what comes after that
    from gofigure.runner.plan import Content, Plan
    from gofigure.runner.planner import Planner
    from gofigure.runner.setting import Setting
    from gofigure.snapshot.since import Lineage


def run(project: Project, request: Request, observe: Observer) -> list[RunResult]:
    """Do what a trigger asks for; one result per job and content. Raises GofigureError where it cannot begin."""
    if request.background is not True and request.trigger.kind not in (CHANGE, PAGE):  # there nobody reads it
        tell_failed_in_background(project, observe)
    fast = FastPath(project, request.trigger.kind)
    loaded = request.loaded or load_config(project)
    config, layers = with_questions(loaded.config, request), loaded.layers
    jobs = choose_jobs(config, request)
    if not jobs:
        return nothing_to_do(config, request)
    token = trust.require(project.trust, layers)
    refuse_nested(request.trigger, token)
    tell_vain_skips(config, jobs, request, observe)
    results: list[RunResult] = []
    with (
        look(project, request) as looking,
        open_store(project, token, observe, looking) as store,
        fast.watching(),
        tidying(project, store, mark(token), results, observe),
    ):
        planner = make_planner(project, config, request, store, observe)
        setting = make_setting(project, request, token, store, planner, looking, observe)
        for about in contents(project, request, looking, store, observe, wanted(config, jobs, request), setting.mended):
            tell_unchecked(config, request, about, planner, store, observe)
            if about.kind == "index" and looking.has_to_wait():
                from gofigure.runner.execute import get_ready

                get_ready()  # were it proven, the hook's script would mostly have known
            todo = concerned(jobs, about, request)
            todo = [job for job in todo if is_wanted(Planning(job, about, looking, setting), request)]
            content, failed = mend(setting, about, todo, looking)
            results += [result for result in failed.values() if result.verdict in STOPPED]
            if results and ends_the_request(results[-1], request):
                return results
            for job in todo:
                planning = Planning(job, content, looking, setting)
                result = failed.get(job.name) or carry_out(setting, planning, request)
                results.append(result)
                if result.verdict != "reused":
                    looking.forget()  # something has run since it looked
                fast.forget_after(result)
                if ends_the_request(result, request):
                    return results
            fast.keep(loaded, token, planner, store.contents, content, results[len(results) - len(todo) :])
    return results or nothing_to_do(config, request)


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


@contextlib.contextmanager
def tidying(
    project: Project, store: Store, marked: str, results: Sequence[RunResult], observe: Observer
) -> Iterator[None]:
    """When all is done and reported, and something was executed, remove what is old, if that is due."""
    yield
    if any(result.verdict in ("passed", "failed") for result in results) and not store.was_swept_today():
        from gofigure.sweeping import now_and_then

        now_and_then(project, store, marked, observe)


def mend(
    setting: Setting, about: Snapshot, jobs: Sequence[Job], looking: Looking
) -> tuple[Snapshot, Mapping[str, RunResult]]:
    """Let all fixers mend what they can, before any job looks; the content then, and the jobs that failed at that."""
    failed: dict[str, RunResult] = {}
    if not setting.planner.knows_fixers:
        return about, failed
    from gofigure.runner import mending

    for job in jobs:
        planning = Planning(job, about, looking, setting)
        result = mending.mend(setting, planning)
        about = planning.about
        if result is not None:
            failed[job.name] = result
            if result.verdict in STOPPED:
                break
    head = setting.repository.head if setting.repository is not None else None
    if setting.mended and about.kind == "index" and head is not None and about.oid == head.tree:
        setting.observe(Note("fixers have left nothing of the change: this commit will be empty"))
    return about, failed


def nothing_to_do(config: Config, request: Request) -> list[RunResult]:
    """For a hook that is right; a person who asks for a run must not take silence for a pass."""
    if request.trigger.kind in BY_A_PERSON and config.jobs:
        raise GofigureError("HEAD names no commit yet, and a bare repository has no other content")
    if request.trigger.kind in BY_A_PERSON:
        raise GofigureError(f"{config.path} has no job to run", hint='a job is [jobs.NAME] with stages = ["..."]')
    return []


def choose_jobs(config: Config, request: Request) -> tuple[Job, ...]:
    """Those named; or else those that the trigger's hook starts; a person who names none means all."""
    if request.names or request.trigger.kind in BY_A_PERSON:
        return configuration.choose(config, request.names)
    return configuration.jobs_for(config, request.trigger.kind, background=request.background)


def refuse_nested(trigger: Trigger, token: bytes) -> None:
    """Raise NestedError in a process that a stage of this very repository started: no build loops."""
    runs = [run.partition(":")[2] for run in trigger.inside if run.partition(":")[0] == mark(token)]
    if runs:
        raise NestedError(
            f"this is inside run {runs[-1]} of this repository, which is not started again",
            hint="a stage must not start the job that it is part of",
        )


def tell_vain_skips(config: Config, jobs: Sequence[Job], request: Request, observe: Observer) -> None:
    for variable in (SKIP, ONLY):
        for words in configuration.unknown(config, sorted(named(request.environ, variable))):
            observe(Note(f"{variable}: {words}"))
    for words in unheeded(config, jobs, request.environ):
        observe(Note(words))


def tell_failed_in_background(project: Project, observe: Observer) -> None:
    """Say what went wrong when nobody looked; each failure is told once."""
    if project.repository is None or not os.path.isdir(os.path.join(project.repository.git_dir, "gofigure/background")):
        return
    from gofigure.runner.why import ago
    from gofigure.triggers.outcome import untold

    for title, at_ns, more in untold(project.repository.git_dir):
        observe(Note(f"{title} {ago(at_ns)}: {more}"))


def tell_unchecked(
    config: Config, request: Request, about: Snapshot, planner: Planner, store: Store, observe: Observer
) -> None:
    """After a commit: say so if what it holds did not pass the hooks that check what is committed."""
    if request.trigger.kind != "post-commit":
        return
    hooks = [hook for hook in READ_AGAIN_BY_GIT if configuration.jobs_for(config, hook)]
    if not hooks or store.history.has_passed(about.tree, hooks):
        return
    from gofigure.runner.plan import Content

    jobs = {job.name: job for hook in hooks for job in configuration.jobs_for(config, hook)}
    if any(planner.unproven(job, Content(about, about)) for job in jobs.values()):
        observe(Note(f"commit {(about.commit or '')[:10]} holds what {' or '.join(hooks)} did not check"))


@contextlib.contextmanager
def look(project: Project, request: Request) -> Iterator[Looking]:
    """Start to look at the working tree, with the index that git handed over if it did."""
    if request.looking is None:
        with Looking(project.root, project.repository, request.trigger.index_file) as looking:
            yield looking
        return
    try:
        yield request.looking.begin(project.repository)
    finally:
        request.looking.drop()


def make_planner(project: Project, config: Config, request: Request, store: Store, observe: Observer) -> Planner:
    """Raises GofigureError where `since` names nothing that the content could be compared with."""
    from gofigure.runner.circumstances import Circumstances
    from gofigure.runner.planner import Planner

    trigger, repository = request.trigger, project.repository

    def lineage(content: Content) -> Lineage:
        from gofigure.triggers.since import lineage_of

        return lineage_of(repository, trigger, content.about, request.branch or content.here.branch)

    def operations() -> frozenset[str]:
        from gofigure.triggers.since import operations_of

        return operations_of(repository, trigger)

    def changed(about: Snapshot, before: str) -> frozenset[bytes] | None:
        from gofigure.snapshot.since import changed_paths

        return changed_paths(repository, about, before, store.contents, observe) if repository is not None else None

    circumstances = Circumstances(
        lineage, operations, changed, since=since_commit(project, request), all_files=request.all_files
    )
    return Planner(config, store, request.environ, project.root, trigger, circumstances, repository, project.state_dir)


def since_commit(project: Project, request: Request) -> str:
    """The commit that `since` means; "" where everything is asked about."""
    if request.since is None:
        return ""
    if project.repository is None:
        raise GofigureError(f"{project.root} is not in a git repository: there is nothing to compare with")
    from gofigure.git.ancestors import common_ancestor

    return common_ancestor(project.repository.git, request.since, request.commit or "HEAD")


def make_setting(
    project: Project,
    request: Request,
    token: bytes,
    store: Store,
    planner: Planner,
    looking: Looking,
    observe: Observer,
) -> Setting:
    from gofigure.runner.setting import Setting

    return Setting(
        root=project.root,
        repository=project.repository,
        state_dir=project.state_dir,
        lock_file=project.lock_file,
        mark=mark(token),
        trigger=request.trigger,
        store=store,
        planner=planner,
        observe=observe,
        look=lambda: looking.again(store.contents, observe),
        parallel=request.parallel,
        keep_going=request.keep_going,
        environ=request.environ,
        wants_output=request.wants_output,
        use_proofs=request.use_proofs,
        mended=[],
        in_background=request.background is True,
        make_way=lambda pid: makes_way(project, request, pid),
        tracked=looking.tracked,
    )


def makes_way(project: Project, request: Request, pid: int) -> bool:
    """Where git waits for this run, ask the process of one that git does not wait for to stop; whether it is one."""
    if project.repository is None or request.trigger.kind not in BEFORE_A_COMMIT:
        return False
    from gofigure.triggers.background import make_way

    return make_way(project.repository.git_dir, pid)


def ends_the_request(result: RunResult, request: Request) -> bool:
    """Whether what comes after this run is not to be started."""
    goes_on = request.keep_going or request.overseer is not None  # what changes later must not wait for a mend
    return result.verdict in STOPPED or (result.verdict == "failed" and not goes_on)
