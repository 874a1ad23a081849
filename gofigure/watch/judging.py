"""Keeps one chain for each job (runner/no_loops.py): feeds it looks and runs, and asks it what becomes of the job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gofigure.model import STOPPED, RunResult
from gofigure.runner import window
from gofigure.runner.no_loops import Chain, Decision, Seen, after, cuts_short, decide
from gofigure.runner.plan import Plan, job_digest
from gofigure.runner.words import shortened
from gofigure.snapshot.select import show
from gofigure.watch.versions import Versions, difference, kept

if TYPE_CHECKING:
    from gofigure.store.store import Store

_NAMED = 2


class Judged(NamedTuple):
    """What becomes of a job after a look."""

    runs: bool
    pause: float  # seconds without any change that must have gone by before it does
    run: int  # the newest run that its verdict could be of; 0: there is none
    shown: Mapping[str, object]  # fields of JobState


class Judging:
    """Of one working tree. Every look of the engine is to be judged for every job that it watches."""

    def __init__(self, worktree: str) -> None:
        self._worktree = worktree
        self._chains: dict[str, Chain] = {}
        self._newest: dict[str, int] = {}  # by job: the newest run that its chain knows
        self._stood: dict[str, bytes] = {}  # by job: the tree that it ran on, or was found to need no run on
        self._accounted: tuple[int, bytes] | None = None  # the newest run at the last look, and the tree seen then
        self._outside: dict[str, frozenset[bytes] | None] = {}  # by job: what no decision has taken in yet
        self._versions: dict[str, tuple[Versions, Versions]] = {}  # by job: what its last two runs left, newest first
        self._ran: set[str] = set()  # jobs that have run since they were judged last

    def judge(self, plan: Plan, store: Store) -> Judged:
        """`plan`: of the newest look."""
        job = plan.job
        self._learn(plan, store)
        seen = Seen(job_digest(plan), self._outside.pop(job.name, frozenset()))
        decision = decide(self._chains[job.name], seen)
        if job.name in self._ran and job.on_busy == "ignore" and decision.act in ("run", "follow up"):
            # What changed while it ran is not looked at again; that it did is shown.
            decision = Decision("nothing", "", decision.chain._replace(consumed=seen.digest, fresh=False))
        if decision.act == "stop":
            words = f"{decision.reason}\n{difference(self._worktree, self._left(job.name)[1])}".rstrip()
            decision = decision._replace(reason=words, chain=decision.chain._replace(held=words))
        self._ran.discard(job.name)
        self._chains[job.name] = decision.chain
        if decision.act in ("hold", "stop"):
            store.windows.hold(self._newest[job.name], decision.reason, seen.digest, decision.chain.suspects)
        runs = decision.act in ("run", "follow up")
        shown: dict[str, object] = {
            "stale": tuple(sorted(map(show, decision.chain.stale))),
            "held": decision.chain.held,
        }
        if runs:
            shown["reason"] = self._reason(decision, plan, store)
        elif decision.act == "nothing":
            self._stood[job.name] = plan.content.here.tree
        return Judged(runs, decision.pause, self._newest[job.name], shown)

    def causes(self, plan: Plan, store: Store) -> Sequence[bytes]:
        """What has changed since the job ran, of what it reads."""
        stood = self._stood.get(plan.job.name)
        return window.causes(stood, plan.content.here.tree, plan, store.contents) if stood is not None else ()

    def supersedes(self, before: Plan, now: Plan, store: Store) -> bool:
        """Whether a run of the plan `before` is not worth going on with, by a look under it."""
        if job_digest(before) == job_digest(now):
            return False
        if all(step.place == "private" for step in before.to_run):
            return True  # nobody but its user changes the working tree
        contents, stood = store.contents, before.content.here.tree
        changed = window.causes(stood, now.content.here.tree, now, contents)
        born = window.born(stood, changed, contents)
        return cuts_short(self._chains[before.job.name], frozenset(changed) - born)

    def took(self, plan: Plan, result: RunResult, store: Store) -> None:
        """A run that was judged to be due has ended."""
        self._take_run(plan.job.name, result.run, store)
        if result.verdict == "interrupted":  # a person has had enough of it, until something changes
            chain = self._chains[plan.job.name]
            self._chains[plan.job.name] = chain._replace(consumed=job_digest(plan), fresh=False)
        self._ran.add(plan.job.name)
        left = kept(self._worktree, self._chains[plan.job.name].stale)
        self._versions[plan.job.name] = left, self._left(plan.job.name)[0]
        if result.verdict not in STOPPED:
            found = store.windows.of_run(result.run)
            self._stood[plan.job.name] = found.after if found is not None else plan.content.here.tree

    def _left(self, job: str) -> tuple[Versions, Versions]:
        return self._versions.get(job, ({}, {}))

    def _take_run(self, job: str, run: int, store: Store) -> None:
        self._chains[job] = after(self._chains[job], window.ran(store, run))
        self._newest[job] = run

    def _learn(self, plan: Plan, store: Store) -> None:
        """Take in the runs of others, and what has changed outside of all runs."""
        name = plan.job.name
        newest = store.windows.newest_of(name, self._worktree)
        if name not in self._chains:
            self._chains[name] = window.chain_of(store, name, self._worktree)
            self._newest[name] = newest.run if newest is not None else 0
            self._outside[name] = self._seen_outside(store, plan.content.here.tree)
            last = store.windows.last_tree(self._worktree)
            if last is not None:
                self._stood[name] = last[1]
        elif newest is not None and newest.run > self._newest[name]:
            self._take_run(name, newest.run, store)
        self._account(store, plan.content.here.tree)

    def _account(self, store: Store, tree: bytes) -> None:
        newest = store.history.newest(self._worktree)
        then = (newest.id if newest is not None else 0, tree)
        if then == self._accounted:
            return
        if self._accounted is not None:
            run, accounted = self._accounted
            outside = window.outside(accounted, tree, store.windows.since(self._worktree, run), store.contents)
            for name in self._chains:
                known = self._outside.get(name, frozenset())
                self._outside[name] = None if known is None or outside is None else known | outside
        self._accounted = then

    def _seen_outside(self, store: Store, tree: bytes) -> frozenset[bytes] | None:
        """What has changed since the last run of all, while nobody watched."""
        last = store.windows.last_tree(self._worktree)
        return window.outside(last[1], tree, (), store.contents) if last is not None else None

    def _reason(self, decision: Decision, plan: Plan, store: Store) -> str:
        if decision.act == "follow up":
            return decision.reason
        names = sorted(map(show, self.causes(plan, store)))
        return f"{shortened(names, _NAMED)} changed" if names else decision.reason
