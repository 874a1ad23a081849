"""Which commits have been checked as the jobs that run before a commit would have checked them.

Git makes many commits without pre-commit: rebase, cherry-pick, revert, --no-verify, plumbing. A commit counts as
verified for a job if a run of that job on its very tree came to nothing bad with every stage, or if every stage is
proven on what it reads of that tree, whoever proved it (docs/decisions/0018-in-the-background.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from gofigure.errors import GofigureError
from gofigure.git.commits import Commit
from gofigure.model import FAILED, Config, Job, Snapshot
from gofigure.runner.plan import Content
from gofigure.runner.planner import Planner
from gofigure.store.history import Filter, Skip
from gofigure.store.ledger import RunRow, StageRow
from gofigure.store.store import Store

# Hooks that keep a commit with a bad tree from being made; and where no job has one, those that look at it afterwards.
_BEFORE = ("pre-applypatch", "pre-commit", "pre-merge-commit")
_AFTER = ("post-commit", "post-rewrite")
_SKIPS = 200

NameTree = Callable[[str], bytes | None]  # git's tree id to the digest; None: it is not known


class Judged(NamedTuple):
    """What is known of one commit."""

    commit: Commit
    jobs: tuple[str, ...]  # those for which it is not verified
    reason: str  # why it is, or is not
    run: int = 0  # that says so, if one does

    @property
    def verified(self) -> bool:
        return not self.jobs


class Finding(NamedTuple):
    """What is known of one job on one tree."""

    good: bool
    reason: str
    run: int = 0


def gates(config: Config) -> tuple[Job, ...]:
    """The jobs that a commit must have passed."""
    for hooks in (_BEFORE, _AFTER):
        jobs = tuple(job for job in config.jobs.values() if set(hooks) & set(job.on))
        if jobs:
            return jobs
    return ()


class Judge:
    """Judges commits by what is on record; starts nothing."""

    def __init__(self, jobs: Sequence[Job], store: Store, planner: Planner) -> None:
        self._jobs = jobs
        self._store = store
        self._planner = planner
        self._skips = [skip for skip in store.history.skips(Filter(), _SKIPS) if skip.hook in _BEFORE]

    def judge(
        self, commits: Sequence[Commit], name_tree: NameTree, made_by: Callable[[], Mapping[str, str]]
    ) -> list[Judged]:
        """`made_by`: what made each commit, asked only where one is not verified."""
        trees = {tree: self._store.contents.tree_digest(tree) for tree in dict.fromkeys(one.tree for one in commits)}
        runs = self._store.history.runs_on([digest for digest in trees.values() if digest is not None])
        stages = self._store.history.stages([run.id for run in runs])
        judged: list[Judged] = []
        makers: Mapping[str, str] | None = None
        for commit in commits:
            digest = trees[commit.tree]
            mine = [run for run in runs if run.tree == digest]
            findings = {job.name: said_by(job, mine, stages) for job in self._jobs}
            open_jobs = [job for job in self._jobs if not findings[job.name].good]
            if open_jobs:
                trees[commit.tree] = digest = digest or name_tree(commit.tree)
                findings |= {job.name: self._by_proofs(job, digest, findings[job.name]) for job in open_jobs}
            bad = [name for name, finding in findings.items() if not finding.good]
            if bad and makers is None:
                makers = made_by()
            said = findings[bad[0]] if bad else findings[self._jobs[-1].name]
            reason = said.reason or self._unseen(commit, makers or {}, known=digest is not None)
            judged.append(Judged(commit, tuple(bad), reason, said.run))
        return judged

    def _by_proofs(self, job: Job, digest: bytes | None, known: Finding) -> Finding:
        if digest is None:
            return known
        about = Snapshot("commit", digest)
        try:
            missing = self._planner.unproven(job, Content(about, about))
        except GofigureError:  # a slow expression, a record that is gone: no proof in any case
            return known
        if not missing:
            return Finding(good=True, reason=f"every stage of {job.name} is proven")
        return known

    def _unseen(self, commit: Commit, makers: Mapping[str, str], *, known: bool) -> str:
        """Why nothing was run on it, as far as that can be told."""
        skip = next((skip for skip in self._skips if _may_be_of(skip, commit)), None)
        if skip is not None:
            return f"the {skip.hook} hook ran nothing: {skip.reason}"
        maker = makers.get(commit.id, "")
        what = "nothing was run on it" if known else "unknown to gofigure"
        if maker.startswith("commit"):
            if all(job.background for job in self._jobs):
                return f"{what}: a newer commit came first, or a hook is not installed"
            return f"{what}: --no-verify, or a hook that is not installed"
        return f"made by {maker}; {what}" if maker else what


def said_by(job: Job, runs: Sequence[RunRow], stages: Mapping[int, list[StageRow]]) -> Finding:
    """What the newest run of a job that came to something says. `runs`: on one tree, newest first."""
    partial = Finding(good=False, reason="")
    for run in runs:
        if run.job != job.name:
            continue
        failed = [stage.stage for stage in stages[run.id] if stage.state in FAILED and not stage.allowed]
        if failed and any(stage.key for stage in stages[run.id] if stage.stage in failed):
            return Finding(good=False, reason=f"{', '.join(failed)} failed in run {run.id}", run=run.id)
        why_not = next(filter(None, map(_why_not, stages[run.id])), "")
        if run.state in ("passed", "reused") and not why_not:
            return Finding(good=True, reason=f"{job.name} {run.state} in run {run.id}", run=run.id)
        if why_not and not partial.reason:
            partial = Finding(good=False, reason=f"{why_not} (run {run.id})", run=run.id)
    return partial


def _may_be_of(skip: Skip, commit: Commit) -> bool:
    """Whether the hook that ran nothing was called for this commit: HEAD was its first parent then."""
    return bool(skip.head) and skip.head == next(iter(commit.parents), "")


def _why_not(stage: StageRow) -> str:
    """Why a stage's part in a run says nothing of the tree that the run was about; "" if it does."""
    if stage.state == "reused" or (stage.state in FAILED and stage.allowed):
        return ""
    if stage.state in ("passed", *FAILED) and not stage.key:
        return f"{stage.stage} {stage.state}, but on other content"
    if stage.state == "passed":
        return ""
    if stage.state == "skipped":
        return f"{stage.stage} did not run: {stage.reason}"
    return f"{stage.stage} {'is' if stage.state in ('queued', 'running') else 'was'} {stage.state}"
