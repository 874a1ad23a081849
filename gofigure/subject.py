"""What a request is about: the content that its jobs are run on."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gofigure.errors import GofigureError
from gofigure.events import Observer
from gofigure.model import MANUAL, PUSHES, READ_AGAIN_BY_GIT, YES_VARIABLE, Config, Job, RunResult, Snapshot, Trigger
from gofigure.project import Loaded, Project
from gofigure.snapshot.commits import of_commit, of_index, of_index_until_still
from gofigure.snapshot.looking import Looking
from gofigure.store.store import Store
from gofigure.targets import handed_variables

if TYPE_CHECKING:
    from gofigure.git.repository import Repository
    from gofigure.runner.plan import Content, Plan
    from gofigure.triggers.pushed import Wanted

# What a hook is about (docs/decisions/0015, 0017): the index that git hands over, the commit that was made, those that
# are pushed, or, for all others, what stands in the working tree.
BEFORE_A_COMMIT = (
    "pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg", "applypatch-msg", "pre-applypatch",
)  # fmt: skip
_AFTER_A_COMMIT = ("post-commit", "post-rewrite", "post-applypatch")


class Planning(Protocol):
    """One job on one content."""

    job: Job
    store: Store

    def left_behind(self, run: int) -> int:
        """How many processes a run of this repository has left alive."""

    def plan(self) -> Plan:
        """By what was seen when somebody looked last."""

    def plan_again(self) -> Plan:
        """By a new look."""


class Overseer(Protocol):
    """Who stands over a request while it is carried out: the watcher."""

    def wants(self, planning: Planning) -> bool:
        """Whether there is a reason to run a job."""

    def causes(self, planning: Planning) -> Sequence[bytes]:
        """The paths that are why a wanted job is run."""

    def attend(self, planning: Planning, under_way: Collection[str]) -> None:
        """Told often which stages of a wanted job are under way; raises Interrupted to end its run."""

    def done(self, planning: Planning, result: RunResult) -> None:
        """A run of a wanted job has come to its end."""

    def failed(self, planning: Planning, error: GofigureError) -> RunResult:
        """A run of a wanted job could not be made, or not be recorded; what stands for it. Others go on."""


class Request(NamedTuple):
    """What is asked for."""

    trigger: Trigger
    environ: Mapping[str, str]
    names: tuple[str, ...] = ()  # jobs, stages or folders; none: all, or those of the trigger's hook
    here: str = ""  # where who asks stands, from the root: names may be said from there
    commit: str | None = None  # run on this commit's content instead of the working tree's
    staged: bool = False  # run on what a commit would record
    since: str | None = None  # of per-file stages, only for what has changed since the history parted from this commit
    all_files: bool = False  # as if every file had changed, and without a proof of its own
    branch: str | None = None  # what this is about, where the repository does not say
    use_proofs: bool = True
    keep_going: bool = False
    parallel: int = 0  # stages at once; 0: one per core
    background: bool | None = None  # of a hook's jobs, only those that git does not wait for, or that it waits for
    each_commit: bool = False  # of a push: as if each job said so
    wants_output: bool = False  # the observer is to be told what stages print
    overseer: Overseer | None = None
    loaded: Loaded | None = None  # the configuration, where somebody has read it already
    looking: Looking | None = None  # of who looks again and again


def with_questions(config: Config, request: Request) -> Config:
    """The configuration in which a stage that would delete everything gets the terminal of who runs it by hand.

    Where nobody sits, or the yes was given with the command, or the screen is a watcher's, it gets none: it shows
    what it would delete.
    """
    deleting = [
        stage
        for stage in config.stages.values()
        if stage.target == "kubernetes" and stage.setting("reset") == "all" and not stage.setting("rollback")
    ]
    if not deleting or request.trigger.kind != MANUAL or request.environ.get(YES_VARIABLE):
        return config
    if request.looking is not None or sys.stdin is None or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return config
    return config._replace(stages={**config.stages, **{one.name: one._replace(interactive=True) for one in deleting}})


def wanted(config: Config, jobs: Sequence[Job], request: Request) -> Wanted | None:
    """What is to be found out of a push; None where nothing is pushed."""
    if request.trigger.kind not in PUSHES:
        return None
    from gofigure.triggers.pushed import Wanted

    each = request.each_commit or any(job.each_commit for job in jobs)
    stages = config.stages.values()
    asked = any("GOFIGURE_FROM_REF" in handed_variables(stage).names or stage.changed for stage in stages)
    return Wanted(each, asked or any(job.changed or job.folder for job in jobs))


def is_about_working_tree(request: Request) -> bool:
    """Whether what stands in the working tree is what counts; else it is what git has, or would record."""
    trigger = request.trigger.kind
    if request.staged or request.commit is not None or trigger in PUSHES:
        return False
    return trigger not in (*BEFORE_A_COMMIT, *_AFTER_A_COMMIT)


def concerned(jobs: Sequence[Job], about: Snapshot, request: Request) -> list[Job]:
    """The jobs that a content is for."""
    return [job for job in jobs if not about.on_the_way or request.each_commit or job.each_commit]


def contents(
    project: Project,
    request: Request,
    looking: Looking,
    store: Store,
    observe: Observer,
    push: Wanted | None = None,
    mended: Sequence[str] = (),
) -> Iterator[Snapshot]:
    """What the run is about: what is being committed, a commit, each commit that is pushed, or the working tree.

    `push`: what is wanted of one; `mended`: see runner.setting.Setting.
    """
    trigger, repository = request.trigger, project.repository
    if repository is None:
        if request.commit is not None or request.staged:
            raise GofigureError(f"{project.root} is not in a git repository: there is only the folder itself")
        yield looking.here(store.contents, observe)
    elif push is not None:
        from gofigure.triggers.pushed import commits_of_push

        yield from commits_of_push(repository, trigger, store.contents, observe, push)
    elif repository.is_bare:
        yield from in_bare(repository, request, store, observe)
    elif trigger.kind in READ_AGAIN_BY_GIT:
        for about in of_index_until_still(repository, trigger.index_file, store.contents, observe, mended):
            looking.knows_index(about.oid or "")
            yield about
    elif trigger.kind in BEFORE_A_COMMIT or request.staged:
        yield of_index(repository, trigger.index_file, store.contents, observe)
    elif trigger.kind in _AFTER_A_COMMIT:
        yield of_commit(repository, "HEAD", store.contents, observe)
    elif request.commit is not None:
        yield of_commit(repository, request.commit, store.contents, observe)
    else:
        yield looking.here(store.contents, observe)


def in_bare(repository: Repository, request: Request, store: Store, observe: Observer) -> Iterator[Snapshot]:
    """What a run in a bare repository is about: a commit, if there is one."""
    if request.staged or request.trigger.kind in BEFORE_A_COMMIT:
        raise GofigureError(f"{repository.root} is a bare repository: it has no index to make a commit from")
    if request.commit is not None or repository.head is not None:
        yield of_commit(repository, request.commit or "HEAD", store.contents, observe)


def content_now(about: Snapshot, looking: Looking, store: Store, observe: Observer) -> Content:
    """What the run is about beside what stands in the working tree; the latter may have moved on since."""
    from gofigure.runner.plan import Content

    here = looking.here(store.contents, observe)
    return Content(here if about.kind in ("working tree", "folder") else about, here)
