"""The main line: whatever starts a stage walks through `run`, from top to bottom.

    trigger → configuration → jobs → permission → look → store
            → for each content and job: plan → lock → run what is left → record
            → for a hook about the index: a marker, if all of it is proven (docs/decisions/0019)
            → remove what is old

Permission is for the very bytes of the configuration that was read (docs/decisions/0012), and comes before anything
that the repository could have a hand in. What the user's SKIP names stays in the plan, as left out. `execute` takes
a plan over from the lock on; where it had to wait for another run, it asks for a new plan.

A commit, a saved file and a person differ only in the trigger and in the content that they are about.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gofigure import config as configuration
from gofigure import trust
from gofigure.errors import GofigureError, NestedError, NotACommit
from gofigure.events import Note, Observer
from gofigure.fast_path import FastPath
from gofigure.model import Config, Job, RunResult, Snapshot, Trigger
from gofigure.project import Project, load_config, open_store
from gofigure.runner.execute import Setting, execute
from gofigure.runner.plan import Content, Plan
from gofigure.runner.planner import Planner, skipped
from gofigure.snapshot.commits import of_commit, of_index, of_index_until_still
from gofigure.snapshot.looking import Looking
from gofigure.store.store import Store
from gofigure.triggers.hooks import mark, pushed_refs

# What a hook is about (docs/decisions/0015): the index that git hands over, the commit that was made, or, for those
# that tell of changed files and for pre-rebase, what stands in the working tree.
_BEFORE_A_COMMIT = ("pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg")
_READ_AGAIN_BY_GIT = ("pre-commit", "pre-merge-commit")  # the index, when these hooks are done
_AFTER_A_COMMIT = ("post-commit", "post-rewrite")


class Request(NamedTuple):
    """What is asked for."""

    trigger: Trigger
    environ: Mapping[str, str]
    names: tuple[str, ...] = ()  # jobs or stages; none: all, or those of the trigger's hook
    commit: str | None = None  # run on this commit's content instead of the working tree's
    staged: bool = False  # run on what a commit would record
    use_proofs: bool = True
    keep_going: bool = False
    parallel: int = 0  # stages at once; 0: one per core
    wants_output: bool = False  # the observer is to be told what stages print


def run(project: Project, request: Request, observe: Observer) -> list[RunResult]:
    """Do what a trigger asks for; one result per job and content. Raises GofigureError where it cannot begin."""
    fast = FastPath(project, request.trigger.kind)
    loaded = load_config(project)
    config, layers = loaded
    jobs = choose_jobs(config, request)
    if not jobs:
        return nothing_to_do(config, request)
    token = trust.require(project.trust, layers)
    refuse_nested(request.trigger, token)
    tell_unknown_skips(config, request, observe)
    results: list[RunResult] = []
    with (
        look(project, request) as looking,
        open_store(project, token, observe, looking) as store,
        fast.watching(),
        tidying(project, store, results, observe),
    ):
        planner = Planner(config, store, request.environ, project.root, request.trigger)
        setting = make_setting(project, request, token, store, planner, looking, observe)
        for about in contents(project, request, looking, store, observe):
            tell_unchecked(config, request, about, store, observe)
            for job in jobs:
                planning = Planning(job, about, looking, setting)
                result = execute(setting, planning.plan(), planning.plan_again)
                results.append(result)
                if result.verdict != "reused":
                    looking.forget()  # something has run since it looked
                if ends_the_request(result, request):
                    return results
            fast.keep(loaded, token, planner, store.contents, about, results[-len(jobs) :])
    return results


class Planning:
    """One job on one content: its plan, as often as it is needed."""

    def __init__(self, job: Job, about: Snapshot, looking: Looking, setting: Setting) -> None:
        self._job = job
        self._about = about
        self._looking = looking
        self._setting = setting

    def plan(self) -> Plan:
        """By what was seen when somebody looked last."""
        setting = self._setting
        content = content_now(self._about, self._looking, setting.store, setting.observe)
        lenient = setting.trigger.kind != "manual"
        return setting.planner.plan(self._job, content, use_proofs=setting.use_proofs, lenient=lenient)

    def plan_again(self) -> Plan:
        """By a new look: time has passed."""
        self._looking.forget()
        return self.plan()


@contextlib.contextmanager
def tidying(project: Project, store: Store, results: Sequence[RunResult], observe: Observer) -> Iterator[None]:
    """When all is done and reported, and something was executed, remove what is old, if that is due."""
    yield
    if any(result.verdict in ("passed", "failed") for result in results):
        from gofigure.sweeping import now_and_then

        now_and_then(project, store, observe)


def nothing_to_do(config: Config, request: Request) -> list[RunResult]:
    """For a hook that is right; a person who asks for a run must not take silence for a pass."""
    if request.trigger.kind == "manual":
        raise GofigureError(f"{config.path} has no job to run", hint='a job is [jobs.NAME] with stages = ["..."]')
    return []


def choose_jobs(config: Config, request: Request) -> tuple[Job, ...]:
    """Those named; or else those that the trigger's hook starts; a person who names none means all."""
    if request.names or request.trigger.kind == "manual":
        return configuration.choose(config, request.names)
    return configuration.jobs_for(config, request.trigger.kind)


def refuse_nested(trigger: Trigger, token: bytes) -> None:
    """Raise NestedError in a process that a stage of this very repository started: no build loops."""
    runs = [run.partition(":")[2] for run in trigger.inside if run.partition(":")[0] == mark(token)]
    if runs:
        raise NestedError(
            f"this is inside run {runs[-1]} of this repository, which is not started again",
            hint="a stage must not start the job that it is part of",
        )


def tell_unknown_skips(config: Config, request: Request, observe: Observer) -> None:
    for words in configuration.unknown(config, sorted(skipped(request.environ))):
        observe(Note(f"SKIP: {words}"))


def tell_unchecked(config: Config, request: Request, about: Snapshot, store: Store, observe: Observer) -> None:
    """After a commit: say so if what it holds did not pass the hooks that check what is committed."""
    hooks = [hook for hook in _READ_AGAIN_BY_GIT if configuration.jobs_for(config, hook)]
    if request.trigger.kind == "post-commit" and hooks and not store.history.has_passed(about.tree, hooks):
        observe(Note(f"commit {(about.commit or '')[:10]} holds what {' or '.join(hooks)} did not check"))


def look(project: Project, request: Request) -> Looking:
    """Start to look at the working tree, with the index that git handed over if it did."""
    return Looking(project.root, project.repository, request.trigger.index_file)


def contents(
    project: Project, request: Request, looking: Looking, store: Store, observe: Observer
) -> Iterator[Snapshot]:
    """What the run is about: what is being committed, a commit, each commit that is pushed, or the working tree."""
    trigger, repository = request.trigger, project.repository
    if repository is None:
        if request.commit is not None or request.staged:
            raise GofigureError(f"{project.root} is not in a git repository: there is only the folder itself")
        yield looking.here(store.contents, observe)
    elif trigger.kind in _READ_AGAIN_BY_GIT:
        yield from of_index_until_still(repository, trigger.index_file, store.contents, observe)
    elif trigger.kind in _BEFORE_A_COMMIT or request.staged:
        yield of_index(repository, trigger.index_file, store.contents, observe)
    elif trigger.kind in _AFTER_A_COMMIT:
        yield of_commit(repository, "HEAD", store.contents, observe)
    elif trigger.kind == "pre-push":
        commits = dict.fromkeys(ref.local_oid for ref in pushed_refs(trigger.stdin) if not ref.deletes)
        for commit in commits:
            try:
                yield of_commit(repository, commit, store.contents, observe)
            except NotACommit as error:  # a tag may name anything
                observe(Note(f"{error}: it has no content to check"))
    elif request.commit is not None:
        yield of_commit(repository, request.commit, store.contents, observe)
    else:
        yield looking.here(store.contents, observe)


def content_now(about: Snapshot, looking: Looking, store: Store, observe: Observer) -> Content:
    """What the run is about beside what stands in the working tree; the latter may have moved on since."""
    here = looking.here(store.contents, observe)
    return Content(here if about.kind in ("working tree", "folder") else about, here)


def make_setting(
    project: Project,
    request: Request,
    token: bytes,
    store: Store,
    planner: Planner,
    looking: Looking,
    observe: Observer,
) -> Setting:
    return Setting(
        root=project.root,
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
    )


def ends_the_request(result: RunResult, request: Request) -> bool:
    """Whether what comes after this run is not to be started."""
    return result.verdict == "interrupted" or (result.verdict == "failed" and not request.keep_going)
