"""What is new in the watcher's state: lines for those who read along, a word on the desktop."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gofigure.cli.table import seconds
from gofigure.cli.terminal import printable
from gofigure.cli.watch_screen import GOOD, NO_JOBS, has_no_jobs, stages_of, verdict_of
from gofigure.model import FAILED
from gofigure.watch.state import Command, JobState, State

if TYPE_CHECKING:
    from gofigure.process.capture import Running

_PATIENCE = 5.0  # seconds that a word on the desktop may take


def news(before: State, after: State) -> list[str]:
    """A line for each thing that matters and was not so before; for a failure its first lines too, indented."""
    lines = []
    if after.backend and not before.backend:
        lines.append(f"watching {after.root} ({after.backend})")
    if after.branch != before.branch and before.ready:  # before that, nobody had asked
        lines.append(f"on branch {after.branch}" if after.branch else "on no branch")
    for words, is_so, was_so in (
        ("degraded: {}", after.degraded, before.degraded),
        ("trouble: {}", after.trouble, before.trouble),
        ("waiting: {}", after.waiting, before.waiting),
    ):
        if is_so and is_so != was_so:
            lines += words.format(is_so).split("\n")
    if before.trouble and not after.trouble:
        lines.append("the trouble is over")
    if has_no_jobs(after) and not has_no_jobs(before):
        lines.append(NO_JOBS)
    if after.paused != before.paused:
        lines.append("paused" if after.paused else "not paused any more")
    lines += [f"note: {note}" for note in after.notes if note not in before.notes]
    was = {job.job: job for job in before.jobs}
    for job in after.jobs:
        lines += _of_job(was.get(job.job, JobState(job.job)), job)
    return [printable(line) for line in lines]


def _of_job(before: JobState, after: JobState) -> list[str]:
    lines = []
    if after.verdict and (after.run, after.verdict) != (before.run, before.verdict):
        took = f" in {seconds(after.seconds)}" if after.verdict != "reused" else ""
        why = f" ({after.reason})" if after.reason else ""
        lines.append(f"{after.job} {verdict_of(after)}{took}{stages_of(after)}{why}")
        lines += [f"  | {line}" for line in after.excerpt if after.verdict in FAILED]
    if after.off != before.off:
        off = f"no change starts {after.job}: it was switched off (its switch is on the page: gofigure ui)"
        lines.append(off if after.off else f"a change starts {after.job} again")
    if after.stale and after.stale != before.stale:
        lines.append(f"{after.job} is stale: {', '.join(after.stale)}")
    if after.held and after.held != before.held:
        lines += f"{after.job} is held: {after.held}".split("\n")
    return lines


class Desktop:
    """Tells the desktop of a verdict that has changed. Nothing is waited for.

    It asks for nothing: among the sources of commands it has the time to look after what it has started.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._verdicts: dict[str, str] = {}  # the last of each job that said anything
        self._under_way: list[tuple[Running, float]] = []

    def filenos(self) -> Sequence[int]:
        """Asked before each waiting, so that what hangs is ended while nothing else happens."""
        self._look_after()
        return ()

    def read(self, _fd: int) -> list[Command]:
        return []

    def close(self) -> None:
        """Nothing outlives the watcher."""
        for running, _ in self._under_way:
            running.kill()
        self._under_way.clear()

    def show(self, state: State) -> None:
        for job in state.jobs:
            if job.since_ns or job.verdict not in (*FAILED, *GOOD):
                continue
            before = self._verdicts.get(job.job)
            self._verdicts[job.job] = job.verdict
            if before is not None and (before in FAILED) != (job.verdict in FAILED):
                self._tell(job, state.root)

    def _tell(self, job: JobState, root: str) -> None:
        from gofigure.triggers.notification import begin

        title = printable(f"gofigure: {job.job} {verdict_of(job) if job.verdict in FAILED else 'passed again'}")
        what = ", ".join(job.failed) or job.reason
        text = printable(f"{what} (in {os.path.basename(root)})".lstrip())
        running = begin(title, text, self._environ)
        if running is not None:
            self._under_way.append((running, time.monotonic() + _PATIENCE))

    def _look_after(self) -> None:
        """No zombies, and none that stays."""
        for one in list(self._under_way):
            running, until = one
            if running.ended() or time.monotonic() > until:
                running.kill()
                self._under_way.remove(one)
