"""Questions about a project that run nothing of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gofigure import config as configuration
from gofigure import trust
from gofigure.digest.tree import KIND_WORDS, look_up
from gofigure.errors import GitError, GofigureError
from gofigure.events import Note, Observer
from gofigure.fast_path.outlook import outlook
from gofigure.git.commits import Branch, made_by, newest, unpublished
from gofigure.git.program import Git
from gofigure.model import Config, Job, Trigger
from gofigure.pipeline import choose_jobs, look, make_planner
from gofigure.project import Loaded, Project, load_config, open_store
from gofigure.runner.execute import settle_if_free
from gofigure.runner.plan import Content, Plan, Shared, Step
from gofigure.runner.planner import Planner
from gofigure.runner.skips import required
from gofigure.runner.verified import Judge, Judged, gates
from gofigure.snapshot.commits import of_commit
from gofigure.snapshot.looking import Looking
from gofigure.snapshot.select import show
from gofigure.snapshot.trees import digest_of_tree
from gofigure.store.history import Answered, Filter
from gofigure.store.ledger import RunRow, StageRow
from gofigure.store.store import Store
from gofigure.subject import Request, content_now, contents
from gofigure.triggers.hooks import mark

if TYPE_CHECKING:
    from gofigure.runner.secrets import Secrets

# What `status` tells of: it must stay quick.
_COMMITS = 50
_WITHOUT_REMOTES = 10
_FEW_TREES = 5
_MANY_TREES = 100


def plans(project: Project, loaded: Loaded, request: Request, observe: Observer) -> list[Plan]:
    """What `run` would do."""
    with looking_on(project, loaded, request, observe) as present:
        return present.plans(observe)


class Standing(NamedTuple):
    """How things stand with some jobs."""

    plans: list[Plan]
    last: dict[str, RunRow]  # the newest run of each job that has one
    shared: Shared = Shared()  # what a private checkout would get from the working tree
    commits: Commits | None = None  # those that are on no remote
    fast: Mapping[str, str] = {}  # see fast_path.outlook
    kept: tuple[int, int] = (0, 0)  # of what stages have made: files, and bytes on the disk


def standing(
    project: Project, loaded: Loaded, request: Request, observe: Observer, *, with_commits: bool = False
) -> Standing:
    """What `run` would do, and what it did last. Raises NotAllowedError before anything is looked at."""
    with looking_on(project, loaded, request, observe) as present:
        planned = present.plans(observe)
        present.settle()
        jobs = [plan.job.name for plan in planned]
        last = {job: run for job in jobs for run in present.store.history.runs(Filter(job), 1)}
        unpublished = _unpublished(present, observe) if with_commits else None
        fast = outlook(project, loaded, planned, present.planner, present.store.contents)
        return Standing(planned, last, present.shared(planned), unpublished, fast, _kept(project))


def _kept(project: Project) -> tuple[int, int]:
    folder = os.path.join(project.state_dir, "artifacts")
    if not os.path.isdir(folder):
        return 0, 0
    from gofigure.artifacts.bounds import held

    return held(folder)[1:]


class Commits(NamedTuple):
    """What is known of the newest commits of the branch that is checked out, newest first."""

    judged: list[Judged]
    more: bool  # there are others that were asked for too
    has_remotes: bool  # those are meant that are on no remote


def commits(project: Project, loaded: Loaded, limit: int, observe: Observer) -> Commits | None:
    """The newest commits; None where there are none, or no job that a commit must have passed."""
    with looking_on(project, loaded, Request(Trigger("manual"), os.environ), observe) as present:
        return _judged(present, lambda git: newest(git, limit), _MANY_TREES, observe)


def _unpublished(present: Present, observe: Observer) -> Commits | None:
    return _judged(present, lambda git: unpublished(git, _COMMITS, _WITHOUT_REMOTES), _FEW_TREES, observe)


def _judged(present: Present, ask: Callable[[Git], Branch], most_trees: int, observe: Observer) -> Commits | None:
    """`most_trees`: how many that are not known yet may be looked into; what was looked into is known from then on."""
    repository, jobs = present.project.repository, gates(present.loaded.config)
    if repository is None or repository.head is None or not jobs:
        return None
    branch = ask(repository.git)
    left = iter(range(most_trees))

    def name_tree(oid: str) -> bytes | None:
        if next(left, None) is None:
            return None
        with contextlib.suppress(GitError):
            return digest_of_tree(repository, oid, present.store.contents, observe)
        return None

    judge = Judge(jobs, present.store, present.planner)
    judged = judge.judge(branch.commits, name_tree, lambda: made_by(repository.git))
    return Commits(judged, branch.more, branch.has_remotes)


class AboutStage(NamedTuple):
    """What would become of a stage now, and what became of it when it was executed last."""

    step: Step
    last: StageRow | None
    skipped: StageRow | None  # it was part of a later run, which did not come to it
    put_back: StageRow | None  # outputs were put back in the newest run, which reused it
    answered: list[Answered]  # hooks that would have reused it, and answered by themselves


def about_stages(project: Project, loaded: Loaded, request: Request, observe: Observer) -> list[AboutStage]:
    """Each stage that `run` would plan."""
    with looking_on(project, loaded, request, observe) as present:
        planned = present.plans(observe)
        present.settle()
        return [
            AboutStage(
                step,
                present.store.ledger.last_of_stage(name, project.root),
                present.store.history.last_skipped(name, project.root),
                present.store.history.last_put_back(name, project.root),
                present.store.history.hits_of_stage(name, step.key) if step.reused else [],
            )
            for plan in planned
            for name, step in plan.steps.items()
        ]


class Present(NamedTuple):
    """What questions about the present are answered with."""

    project: Project
    loaded: Loaded
    request: Request
    looking: Looking
    store: Store
    planner: Planner
    mark: str  # see runner.execute.Setting
    secrets: Secrets | None  # what is to be hidden

    def plans(self, observe: Observer) -> list[Plan]:
        """A plan for each job that is asked for, and each content."""
        jobs = choose_jobs(self.loaded.config, self.request)
        return [
            self.plan(job, content_now(about, self.looking, self.store, observe))
            for about in contents(self.project, self.request, self.looking, self.store, observe)
            for job in jobs
        ]

    def plan(self, job: Job, content: Content) -> Plan:
        plan = self.planner.plan(job, content, use_proofs=self.request.use_proofs)
        return self.secrets.hide(plan) if self.secrets is not None else plan

    def shared(self, planned: Sequence[Plan]) -> Shared:
        if not planned:
            return Shared()
        return self.planner.shared((step for plan in planned for step in plan.steps.values()), planned[0].content)

    def settle(self) -> None:
        """Let what a dead process left not look as if it were under way."""
        settle_if_free(self.store, self.project.lock_file, self.project.root, self.mark)


@contextlib.contextmanager
def looking_on(project: Project, loaded: Loaded, request: Request, observe: Observer) -> Iterator[Present]:
    """Open what is needed, once. Raises NotAllowedError where the configuration may not run."""
    token = trust.require(project.trust, loaded.layers)
    with present_at(project, loaded, request, token, observe) as present:
        yield present


@contextlib.contextmanager
def present_at(
    project: Project, loaded: Loaded, request: Request, token: bytes, observe: Observer
) -> Iterator[Present]:
    """The same, for who knows that the configuration may run."""
    with look(project, request) as looking, open_store(project, token, observe, looking) as store:
        planner = make_planner(project, loaded.config, request, store, observe)
        secrets = _at_hand(loaded.config, request.environ)
        yield Present(project, loaded, request, looking, store, planner, mark(token), secrets)


def _at_hand(config: Config, environ: Mapping[str, str]) -> Secrets | None:
    """A file may be named with the value of a secret, and any stage may read that file: they are hidden for all."""
    names = [name for stage in config.stages.values() for name in stage.secrets]
    if not names:
        return None
    from gofigure.runner.secrets import at_hand

    return at_hand(names, environ)


def digests(
    project: Project, request: Request, paths: Sequence[bytes], observe: Observer
) -> list[tuple[str, str, str]]:
    """(path, kind, digest in hex) of each path, which is relative to the root ("." is the root itself).

    A repository that was not allowed is answered from its commits only: looking at its index or working tree
    could run programs that its own configuration names.
    """
    token = trust.token_of(project.trust)
    if project.repository is not None and request.commit is None:
        trust.require_token(project.trust)
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(open_store(project, token, observe) if token else Store.in_memory())
        if project.repository is not None and request.commit is not None:
            content = of_commit(project.repository, request.commit, store.contents, observe)
        else:
            looking = stack.enter_context(look(project, request))
            found = next(contents(project, request, looking, store, observe), None)
            if found is None:
                raise GofigureError("HEAD names no commit yet, and a bare repository has no other content")
            content = found
        for note in content.notes:
            observe(Note(note))
        return [_named(path, content.tree, store) for path in paths]


def _named(path: bytes, tree: bytes, store: Store) -> tuple[str, str, str]:
    entry = look_up(tree, b"" if path == b"." else path, store.contents.load_tree)
    if entry is None:
        raise GofigureError(f"{show(path)} is not part of the content (ignored, outside, or not there)")
    return show(path), KIND_WORDS[entry.kind], entry.digest.hex()


@contextlib.contextmanager
def reading(project: Project, observe: Observer) -> Iterator[Store]:
    """The store, to look things up in; what a dead process left is settled first."""
    token = trust.require_token(project.trust)
    with open_store(project, token, observe) as store:
        settle_if_free(store, project.lock_file, project.root, mark(token))
        yield store


@contextlib.contextmanager
def looking_up(project: Project, observe: Observer) -> Iterator[tuple[Store, Callable[[], None]]]:
    """The store for hours, and what settles what a dead process has left, to be called now and then."""
    token = trust.require_token(project.trust)
    with open_store(project, token, observe, for_long=True) as store:
        yield store, lambda: settle_if_free(store, project.lock_file, project.root, mark(token))


def refuse_to_skip(project: Project, hook: str) -> None:
    """Raise GofigureError where a hook's jobs hold something that nothing in the environment can leave out."""
    try:
        config = load_config(project).config
    except GofigureError:  # none is there, or it cannot be read: to get by then is what GOFIGURE=0 is for
        return
    stages = sorted({stage for job in configuration.jobs_for(config, hook) for stage in required(config, job)})
    if stages:
        raise GofigureError(
            f"GOFIGURE=0 is refused: {', '.join(stages)} {'is' if len(stages) == 1 else 'are'} required",
            hint="without it, what is proven costs nothing; SKIP=NAME leaves out what is not required",
        )


def note_skip(project: Project, hook: str, reason: str, observe: Observer) -> None:
    """Record that a hook did not run its jobs, where that can be recorded."""
    observe(Note(f"the {hook} hook runs nothing: {reason}"))
    token = trust.token_of(project.trust)
    if token is not None:
        with contextlib.suppress(GofigureError), open_store(project, token, observe) as store:
            head = project.repository.head if project.repository is not None else None
            store.ledger.record_skip(hook, reason, head.commit if head is not None else "")
