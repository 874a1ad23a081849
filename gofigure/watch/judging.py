"""Keeps one chain for each job (runner/no_loops.py): feeds it looks and runs, and asks it what becomes of the job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gofigure.model import CHANGE, STOPPED, RunResult
from gofigure.runner import window
from gofigure.runner.disagreement import disagreement
from gofigure.runner.no_loops import Chain, Decision, Seen, after, cuts_short, decide
from gofigure.runner.plan import Plan, job_digest
from gofigure.runner.words import shortened
from gofigure.snapshot.select import show

if TYPE_CHECKING:
    from gofigure.store.store import Store

_NAMED = 2


class Judged(NamedTuple):
    """What becomes of a job after a look."""

    runs: bool
    pause: float  # seconds without any change that must have gone by before it does
    run: int  # the newest run that came to a verdict; 0: there is none
    shown: Mapping[str, object]  # fields of JobState


class _Job:
    """What is known of one job."""

    __slots__ = ("chain", "echo", "ignored", "lives_on", "newest", "outside", "seen", "stood")

    def __init__(self, chain: Chain, newest: int) -> None:
        self.chain = chain
        self.newest = newest  # the newest run that the chain knows
        self.stood: bytes | None = None  # the tree that it ran on, or was found to need no run on
        self.outside: frozenset[bytes] | None = (
            frozenset()
        )  # what changed outside of runs, and no decision has heard of
        self.seen: tuple[bytes, bytes] | None = None  # the tree that it was judged on last, and its digest then
        self.lives_on = False  # its newest run has left processes that may still write
        self.echo: frozenset[bytes] | None = None  # what changed first after the last run that did
        self.ignored: frozenset[bytes] = frozenset()  # what changed under its newest run, by on_busy = "ignore"


class Judging:
    """Of one working tree. Every look of the engine is to be judged for every job that it watches."""

    def __init__(self, worktree: str, state_dir: str) -> None:
        self._worktree = worktree
        self._state_dir = state_dir
        self._jobs: dict[str, _Job] = {}
        self._accounted: tuple[int, bytes] | None = None  # the newest run at the last look, and the tree seen then

    def judge(self, plan: Plan, store: Store) -> Judged:
        """`plan`: of the newest look."""
        job, newest = self._learn(plan, store)
        tree, digest = plan.content.here.tree, job_digest(plan)
        outside, job.outside = job.outside, frozenset()
        if job.seen is not None and job.seen[0] == tree and job.seen[1] != digest:
            outside = None  # a setting or a program: nobody's run has changed that
        job.seen = tree, digest
        outside = self._without_echo(job, outside)
        decision = decide(job.chain, Seen(digest, outside))
        if decision.act == "stop":
            decision = self._with_difference(decision, plan, store)
        job.chain = decision.chain
        if decision.act in ("hold", "stop"):
            store.windows.hold(job.newest, decision.reason, digest, decision.chain.suspects)
        runs = decision.act in ("run", "follow up")
        shown: dict[str, object] = {
            "stale": tuple(sorted(map(show, decision.chain.stale | job.ignored))),
            "held": decision.chain.held,
        }
        if runs:
            shown["reason"] = self._reason(decision, plan, store)
        elif decision.act == "nothing":
            job.stood = tree
        return Judged(runs, decision.pause, newest, shown)

    def arrived(self, name: str) -> None:
        """Something has changed that no look at the working tree shows: a chain begins."""
        job = self._jobs[name]
        job.chain = job.chain._replace(fresh=True)

    def lives_on(self, name: str) -> None:
        """The newest run of a job has left processes alive."""
        self._jobs[name].lives_on = True

    def _without_echo(self, job: _Job, outside: frozenset[bytes] | None) -> frozenset[bytes] | None:
        """What changed outside of runs, less what runs do by those that outlive them.

        That is what changes first, the same each time, after runs that have left somebody alive.
        """
        if not job.lives_on or not outside:
            return outside
        job.lives_on, before, job.echo = False, job.echo, outside
        return frozenset() if before == outside else outside

    def causes(self, plan: Plan, store: Store) -> Sequence[bytes]:
        """What has changed since the job ran, of what it reads."""
        stood = self._jobs[plan.job.name].stood
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
        return cuts_short(self._jobs[before.job.name].chain, frozenset(changed) - born)

    def took(self, plan: Plan, result: RunResult, store: Store) -> None:
        """A run that was judged to be due has ended."""
        job = self._jobs[plan.job.name]
        self._take_run(job, result.run, store)
        job.ignored, job.lives_on = frozenset(), False
        if result.verdict == "interrupted":
            self.gave_up(plan)
        elif result.verdict not in STOPPED:
            found = store.windows.of_run(result.run)
            job.stood = found.after if found is not None else plan.content.here.tree

    def gave_up(self, plan: Plan) -> None:
        """A run did not come to its end: nothing happens until something changes."""
        job = self._jobs[plan.job.name]
        job.chain = job.chain._replace(consumed=job_digest(plan), fresh=False)

    def ignores(self, before: Plan, after: Plan, store: Store) -> None:
        """What has changed from one plan to the other, under the run that has just ended, is not looked at again."""
        job = self._jobs[before.job.name]
        if job_digest(after) != job.chain.consumed:
            trees = before.content.here.tree, after.content.here.tree
            job.ignored = frozenset(window.causes(*trees, after, store.contents))
            job.chain = job.chain._replace(consumed=job_digest(after), fresh=False)

    def _take_run(self, job: _Job, run: int, store: Store) -> None:
        job.chain = after(job.chain, window.ran(store, run))
        job.newest = run

    def _learn(self, plan: Plan, store: Store) -> tuple[_Job, int]:
        """Take in the runs of others, and what has changed outside of all runs; the newest run with a verdict."""
        name, tree = plan.job.name, plan.content.here.tree
        found = store.windows.newest_of(name, self._worktree)
        newest = found.run if found is not None else 0
        job = self._jobs.get(name)
        if job is None:
            job = self._jobs[name] = _Job(window.chain_of(store, name, self._worktree), newest)
            last = store.windows.last_tree(self._worktree)
            if last is not None:
                job.stood = last[1]
            job.outside = window.outside(last[1], tree, (), store.contents) if last is not None else None
        elif newest > job.newest:
            self._take_run(job, newest, store)
            job.ignored = frozenset()
        self._account(store, tree)
        return job, newest

    def _account(self, store: Store, tree: bytes) -> None:
        newest = store.history.newest(self._worktree)
        then = (newest.id if newest is not None else 0, tree)
        if then == self._accounted:
            return
        if self._accounted is not None:
            run, accounted = self._accounted
            windows = store.windows.since(self._worktree, run)
            of = {one.run: store.history.run(one.run) for one in windows}
            for name, job in self._jobs.items():
                # What a run has written that somebody asked for is a change like any other, but to its own job.
                explaining = [
                    one
                    for one in windows
                    if (row := of[one.run]) is not None and (row.trigger == CHANGE or row.job == name)
                ]
                outside = window.outside(accounted, tree, explaining, store.contents)
                known = job.outside
                job.outside = None if known is None or outside is None else known | outside
        self._accounted = then

    def _with_difference(self, decision: Decision, plan: Plan, store: Store) -> Decision:
        """Two tools disagree: show on what. A file of a job with secrets may hold their values."""
        hides = any(step.stage.secrets for step in plan.steps.values())
        stale = () if hides else decision.chain.stale
        patch = disagreement(store, self._state_dir, plan.job.name, self._worktree, stale)
        words = "\n".join([decision.reason, *patch])
        return decision._replace(reason=words, chain=decision.chain._replace(held=words))

    def _reason(self, decision: Decision, plan: Plan, store: Store) -> str:
        if decision.act == "follow up":
            return decision.reason
        names = sorted(map(show, self.causes(plan, store)))
        return f"{shortened(names, _NAMED)} changed" if names else decision.reason
