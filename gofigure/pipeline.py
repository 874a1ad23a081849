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
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gofigure import config as configuration
from gofigure import trust
from gofigure.errors import GofigureError, NestedError
from gofigure.events import Note, Observer
from gofigure.fast_path import FastPath
from gofigure.folders import Touched, load_for, with_new
from gofigure.model import BY_A_PERSON, CHANGE, PAGE, STOPPED, Config, Job, RunResult, Snapshot, Trigger
from gofigure.notices import tell_failed_in_background, tell_unchecked, tell_vain_skips
from gofigure.planning import Planning, carry_out_each, ends_the_request, is_wanted
from gofigure.project import Loaded, Project, open_store
from gofigure.snapshot.looking import Looking
from gofigure.store.store import Store
from gofigure.subject import BEFORE_A_COMMIT, Request, concerned, contents, wanted, with_questions
from gofigure.triggers.hooks import mark

if TYPE_CHECKING:  # while git is looking there is time to import what comes after that
    from gofigure.runner.plan import Content
    from gofigure.runner.planner import Planner
    from gofigure.runner.setting import Setting
    from gofigure.snapshot.since import Lineage


def run(project: Project, request: Request, observe: Observer) -> list[RunResult]:
    """Do what a trigger asks for; one result per job and content. Raises GofigureError where it cannot begin."""
    if request.background is not True and request.trigger.kind not in (CHANGE, PAGE):  # there nobody reads it
        tell_failed_in_background(project, observe)
    fast = FastPath(project, request.trigger.kind)
    loaded = load_for(project, request)
    config, layers = with_questions(loaded.config, request), loaded.layers
    jobs = choose_jobs(config, request)
    if not jobs:
        return nothing_to_do(config, request)
    token = trust.require(project.trust, layers)
    refuse_nested(request.trigger, token)
    tell_vain_skips(config, jobs, request, observe)
    results: list[RunResult] = []
    grown: Loaded | None = None
    with (
        look(project, request) as looking,
        open_store(project, token, observe, looking) as store,
        fast.watching(),
        tidying(project, store, mark(token), results, observe),
    ):
        planner = make_planner(project, config, request, store, observe)
        setting = make_setting(project, request, token, store, planner, looking, observe)
        touched = Touched(project, config, request, planner, store)
        for about in contents(project, request, looking, store, observe, wanted(config, jobs, request), setting.mended):
            grown = with_new(project, request, loaded, about)
            if grown is not None:
                break
            tell_unchecked(config, request, about, planner, store, touched, observe)
            if about.kind == "index" and looking.has_to_wait():
                from gofigure.runner.execute import get_ready

                get_ready()  # were it proven, the hook's script would mostly have known
            todo = touched.only(concerned(jobs, about, request), about, observe)
            todo = [job for job in todo if is_wanted(Planning(job, about, looking, setting), request)]
            content, failed = mend(setting, about, todo, looking)
            done = [result for result in failed.values() if result.verdict in STOPPED]
            if not done:
                done = carry_out_each(setting, todo, content, failed, looking, fast, request)
            results += done
            if any(ends_the_request(result, request, jobs) for result in done):
                return results
            fast.keep(loaded, token, planner, store.contents, content, done)
    if grown is not None:
        return run(project, request._replace(loaded=grown), observe)
    return results or nothing_to_do(config, request)


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
    if request.trigger.kind in BY_A_PERSON and any(job.folder for job in choose_jobs(config, request)):
        if request.since is not None:
            return []
        raise GofigureError("no folder that is asked for has a configuration in that content")
    if request.trigger.kind in BY_A_PERSON and config.jobs:
        raise GofigureError("HEAD names no commit yet, and a bare repository has no other content")
    if request.trigger.kind in BY_A_PERSON:
        raise GofigureError(f"{config.path} has no job to run", hint='a job is [jobs.NAME] with stages = ["..."]')
    return []


def choose_jobs(config: Config, request: Request) -> tuple[Job, ...]:
    """Those named; or else those that the trigger's hook starts; a person who names none means all."""
    if request.names or request.trigger.kind in BY_A_PERSON:
        return configuration.choose(config, request.names, request.here)
    return configuration.jobs_for(config, request.trigger.kind, background=request.background)


def refuse_nested(trigger: Trigger, token: bytes) -> None:
    """Raise NestedError in a process that a stage of this very repository started: no build loops."""
    runs = [run.partition(":")[2] for run in trigger.inside if run.partition(":")[0] == mark(token)]
    if runs:
        raise NestedError(
            f"this is inside run {runs[-1]} of this repository, which is not started again",
            hint="a stage must not start the job that it is part of",
        )


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
    from gofigure.own import says
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
        parallel=request.parallel or says("jobs", request.environ) or 0,
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
