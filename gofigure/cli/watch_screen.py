"""What the watcher's screen shows, as lines: from its state, the room there is, and what the person has chosen."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gofigure.cli.area import Piece
from gofigure.cli.table import seconds
from gofigure.cli.terminal import Marks, Style, cells, fit, printable
from gofigure.model import CHANGE, FAILED
from gofigure.watch.state import JobState, State

GOOD = ("passed", "reused")
_STYLES: dict[str, Style] = {
    "passed": "good",
    "reused": "reused",
    "failed": "bad",
    "timed out": "bad",
    "interrupted": "warn",
    "superseded": "warn",
}
NO_JOBS = f'no job has on = ["{CHANGE}"]'
_KEYS = (("r", "run"), ("c", "cancel"), ("p", "pause"), ("l", "log"), ("q", "quit"), ("?", "help"))
_HELP = (
    ("j k", "choose a job, Esc none: r and c are about it, or else about all"),
    ("r", "run now what is not proven, held or not"),
    ("c", "cancel what is under way"),
    ("p", "pause: a change runs nothing until p again"),
    ("l", "the log of what failed last, or of the chosen job"),
    ("q", "quit"),
    ("?", "this, and away again"),
)
_LEAST_NAME = 6
_NAME = 40
_ROOMY = 8  # lines from which on one is for the keys, however many jobs there are
_WITH_TIME = 60  # columns from which on there is room for when it was
_DETAILS = 30  # lines

Line = list[Piece]


class View(NamedTuple):
    """What this screen is, and what the person before it has chosen."""

    chosen: str = ""  # a job; "": none
    help: bool = False
    notice: str = ""  # what is to be said in answer to a key
    keys: bool = True  # there is a keyboard
    engine: int = 0  # the pid of the watcher that it only looks at; 0: it is the watcher


def lay_out(state: State, view: View, marks: Marks, columns: int, room: int, now_ns: int) -> list[Line]:
    """At most `room` lines, the most important ones; to be cut at `columns`."""
    head = [_head(state, columns)] if room > 1 else []
    keys = [_keys(view)] if view.keys and room >= min(_ROOMY, len(state.jobs) + 3) else []
    left = room - len(head) - len(keys)
    notices = _notices(state, view, columns)
    del notices[max(0, left - min(len(state.jobs), max(1, left // 2))) :]
    left -= len(notices)
    jobs = _jobs(state.jobs, view, marks, columns, left, now_ns)
    left -= len(jobs)
    details = [_help(key, words) for key, words in _HELP] if view.help else _details(state, view, columns)
    if details and left > len(keys) + 1:
        details = [[], *details]
    return [*head, *notices, *jobs, *details[: min(left, _DETAILS)], *keys]


def _head(state: State, columns: int) -> Line:
    root = printable(state.root)
    if cells(root) > columns // 2:
        root = os.path.basename(root) or root
    pieces: Line = [("strong", root)]
    if state.branch:
        pieces.append((None, f" ({printable(state.branch)})"))
    if state.paused:
        pieces.append(("warn", " paused"))
    if state.backend:
        pieces.append(("warn" if state.degraded else "faint", f"  {printable(state.backend)}"))
    return pieces


def _notices(state: State, view: View, columns: int) -> list[Line]:
    """What concerns all jobs."""
    found: list[Line] = []
    if view.notice:
        found += _wrapped("strong", "", view.notice, columns)
    if state.trouble:
        found += _wrapped("bad", "trouble: ", state.trouble, columns)
    if has_no_jobs(state):
        found += _wrapped("warn", "", NO_JOBS, columns)
    if state.waiting:
        found += _wrapped("warn", "waiting: ", state.waiting, columns)
    if state.degraded:
        found += _wrapped("warn", "", state.degraded, columns)
    if not state.ready and not any(job.since_ns for job in state.jobs):
        found.append([("faint", "looking at everything for the first time")])
    for remote in state.remotes:
        found += _wrapped("faint", "", remote, columns)
    if state.notes:
        found += _wrapped("faint", "note: ", state.notes[-1], columns)
    return found


def _wrapped(style: Style, before: str, text: str, columns: int) -> list[Line]:
    """The text in as many lines as it needs; its own line ends stay."""
    import textwrap

    width = max(columns, 10)
    lines = (before + text).split("\n")
    return [[(style, part)] for line in lines for part in textwrap.wrap(printable(line), width) or [""]]


def _jobs(jobs: Sequence[JobState], view: View, marks: Marks, columns: int, room: int, now_ns: int) -> list[Line]:
    """A line for each; where there is not room for all, those that matter most, and how many more there are."""
    if len(jobs) > room:
        if room <= 1:
            return [_sum("", jobs)] if room else []
        order = sorted(range(len(jobs)), key=lambda at: (jobs[at].job != view.chosen, _rank(jobs[at]), at))
        shown = [jobs[at] for at in sorted(order[: room - 1])]
        rest = [jobs[at] for at in order[room - 1 :]]
        return [*_jobs(shown, view, marks, columns, room, now_ns), _sum(f"  {marks.more} and ", rest)]
    name = max((cells(printable(job.job)) for job in jobs), default=0)
    name = min(name, max(_LEAST_NAME, min(_NAME, columns * 2 // 5)))
    still = [job for job in jobs if not job.since_ns]
    verdict = max((len(_verdict(job)) for job in still), default=0)
    took = max((len(_took(job)) for job in still), default=0)
    return [_job(job, view, marks, _Widths(name, verdict, took, columns), now_ns) for job in jobs]


class _Widths(NamedTuple):
    name: int
    verdict: int
    took: int
    all: int


def has_no_jobs(state: State) -> bool:
    """Whether it watches for nobody: the last job that a change starts has gone from the configuration."""
    return state.ready and not state.jobs


def verdict_of(job: JobState) -> str:
    """Its verdict; where all that failed took too long, that."""
    late = job.verdict == "failed" and job.failed and {*job.failed} <= {*job.timed_out}
    return "timed out" if late else job.verdict


def stages_of(job: JobState) -> str:
    """The stages that failed, to follow the verdict; where only some of them took too long, it is said of those."""
    some = () if verdict_of(job) == "timed out" else job.timed_out
    stages = ", ".join(f"{stage} (timed out)" if stage in some else stage for stage in job.failed)
    return f": {stages}" if stages else ""


def _verdict(job: JobState) -> str:
    return printable(verdict_of(job)) or "not run yet"


def _took(job: JobState) -> str:
    return seconds(job.seconds) if job.verdict not in ("", "reused") else ""


def _rank(job: JobState) -> int:
    return 0 if job.verdict in FAILED else 1 if job.since_ns or job.held or job.stale else 2


def _sum(before: str, jobs: Sequence[JobState]) -> Line:
    """How many there are, and what of them asks for a person."""
    failed = sum(job.verdict in FAILED for job in jobs)
    running = sum(bool(job.since_ns) for job in jobs)
    pieces: Line = [("faint", f"{before}{len(jobs)} {'more' if before else 'jobs'}")]
    if failed:
        pieces.append(("bad", f", {failed} failed"))
    if running:
        pieces.append(("reused", f", {running} running"))
    return pieces


def _job(job: JobState, view: View, marks: Marks, widths: _Widths, now_ns: int) -> Line:
    name = fit(printable(job.job), widths.name, marks.more)
    here = ">" if job.job == view.chosen else " "
    begin: Line = [("strong", here), (None, " ")]
    if job.since_ns:
        return [*begin, *_running(job, name, marks, now_ns)]
    style = _STYLES.get(job.verdict, "faint")
    pieces = [*begin, (style, mark_of(job.verdict, marks)), (None, f" {name}  ")]
    pieces.append((style, f"{_verdict(job):<{widths.verdict}}"))
    if widths.took:
        pieces.append((None, f"  {_took(job):>{widths.took}}"))
    if job.at_ns and widths.all >= _WITH_TIME:
        pieces.append(("faint", f"  {clock(job.at_ns)}"))
    return [*pieces, *_remark(job)]


def _running(job: JobState, name: str, marks: Marks, now_ns: int) -> Line:
    since = max(0, now_ns - job.since_ns) // 1_000_000_000
    sign = marks.spinner[since % len(marks.spinner)]
    stages = printable(", ".join(job.running)) or "at work"
    return [
        ("reused", sign),
        (None, f" {name}  "),
        (None, f"{stages}  {since} s"),
        ("bad" if job.verdict in FAILED else "faint", f"  (was {_verdict(job)})" if job.verdict else ""),
        *_remark(job),
    ]


def _remark(job: JobState) -> Line:
    if job.off:
        return [("warn", "  off: no change starts it (its switch is on the page: gofigure ui)")]
    if job.held:
        return [("warn", f"  held: {printable(job.held.partition(chr(10))[0])}")]
    if job.stale:
        return [("warn", f"  stale: {printable(', '.join(job.stale))}")]
    return [("faint", f"  {printable(job.reason)}")] if job.reason else []


def _details(state: State, view: View, columns: int) -> list[Line]:
    """Why the chosen job is held, or else any; the first lines of its failure, or else of the last that stands."""
    found: list[Line] = []
    held = _meant((job for job in state.jobs if job.held), view)
    if held is not None:
        found += _wrapped("warn", f"{printable(held.job)} is held: ", held.held, columns)
    failed = _meant((job for job in state.jobs if job.verdict in FAILED), view)
    if failed is not None:
        run = f"  (run {failed.run})" if failed.run and not failed.since_ns else ""  # else that is another one
        found.append([("bad", printable(f"{failed.job} {verdict_of(failed)}{stages_of(failed)}")), ("faint", run)])
        found += [[("bad", "| "), (None, printable(line))] for line in failed.excerpt]
    return found


def _meant(jobs: Iterable[JobState], view: View) -> JobState | None:
    """The chosen one of these; else the newest."""
    return max(jobs, key=lambda job: (job.job == view.chosen, job.at_ns), default=None)


def newest_failed(state: State, chosen: str = "") -> JobState | None:
    """The chosen job, whatever became of it; else the one that failed last."""
    named = next((job for job in state.jobs if job.job == chosen), None)
    return named or _meant((job for job in state.jobs if job.verdict in FAILED), View())


def _keys(view: View) -> Line:
    pieces: Line = [("faint", f"looking at {view.engine}  ")] if view.engine else []
    for key, word in _KEYS:
        pieces += [("strong", key), ("faint", f" {'close' if view.engine and key == 'q' else word}  ")]
    if view.chosen:
        pieces.append((None, printable(view.chosen)))
    return pieces


def _help(key: str, words: str) -> Line:
    return [("strong", f"{key:<4}"), (None, words)]


def mark_of(verdict: str, marks: Marks) -> str:
    if verdict in FAILED:
        return marks.failed
    return {"passed": marks.passed, "reused": marks.reused}.get(verdict, marks.skipped)


def clock(at_ns: int) -> str:
    """The time of day, as the person's clock shows it."""
    try:
        return time.strftime("%H:%M:%S", time.localtime(at_ns / 1e9))
    except (OverflowError, OSError, ValueError):
        return ""
