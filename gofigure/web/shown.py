"""Rows of the store as the page and its JSON show them. What `gofigure history --json` shows too has the same name."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from gofigure.model import CHANGE, FAILED, Part
from gofigure.store.ledger import RunRow, StageRow
from gofigure.store.told import rounded
from gofigure.web.page import Ask

GOOD = ("passed", "reused", "skipped")
MARKS = {
    "passed": "✓", "reused": "✓", "failed": "✗", "timed out": "✗", "running": "●", "queued": "○",
    "interrupted": "!", "superseded": "!", "skipped": "−", "": "○",
}  # fmt: skip
TITLES = {"passed": "✓ ", "failed": "✗ ", "running": "● ", "": ""}  # before a page's title, by `state_of`


def outline(runs: Sequence[RunRow]) -> list[dict[str, Any]]:
    """Runs as a sparkline shows them, newest first."""
    return [{"run": run.id, "verdict": run.state, "seconds": rounded(run.seconds)} for run in runs]


def of_stage(stage: StageRow) -> dict[str, Any]:
    return {
        "stage": stage.stage,
        "verdict": stage.state,
        "reason": stage.reason,
        "seconds": rounded(stage.seconds),
        "exit_code": stage.exit_code,
        "excerpt": stage.excerpt.split("\n") if stage.excerpt else [],
        "proven": bool(stage.proven),
        "note": stage.note,
        "allowed": bool(stage.allowed),
        "key": stage.key.hex() if stage.key else "",
        "parts": [of_part(part) for part in stage.parts],
        "place": stage.place,
        "why_there": stage.why_there,
    }


def of_part(part: Part) -> dict[str, Any]:
    return {
        "location": part.location,
        "verdict": part.verdict,
        "seconds": rounded(part.seconds),
        "exit_code": part.exit_code,
        "reason": part.reason,
    }


def switchable(ask: Ask) -> set[str]:
    """Jobs that a change starts, as far as their switches let it."""
    named = [job.name for job in ask.config.jobs.values() if CHANGE in job.on] if ask.config is not None else []
    watched = [job.job for job in ask.watcher.jobs] if ask.watcher is not None else []
    return {*named, *watched}


def median(runs: Sequence[RunRow]) -> float | None:
    """What a run that has executed something and passed mostly takes; None if nobody knows."""
    taken = [run.seconds for run in runs if run.state == "passed" and run.seconds is not None]
    return rounded(statistics.median(taken)) if taken else None


def state_of(verdicts: Sequence[str]) -> str:
    """All of these in one word, for the title: "running", "failed", "passed", or "" where nothing has run."""
    if "running" in verdicts:
        return "running"
    if any(verdict in FAILED for verdict in verdicts):
        return "failed"
    return "passed" if any(verdict in GOOD for verdict in verdicts) else ""


def state_of_all(ask: Ask) -> str:
    """All jobs in one word."""
    jobs = list(ask.config.jobs) if ask.config is not None else []
    newest = ask.store.recent.by_job(jobs, ask.project.root, 1)
    return state_of([runs[0].state for runs in newest.values() if runs])


def reason_of(run: RunRow, stages: Sequence[StageRow]) -> str:
    """Why a run came out as it did, in one line."""
    bad = [stage for stage in stages if stage.state in FAILED and not stage.allowed]
    if bad:
        first = next(iter((bad[0].excerpt or "").splitlines()[:2][-1:]), "")
        return f"{bad[0].stage} {bad[0].state}{': ' + first.strip() if first.strip() else ''}"
    running = [stage.stage for stage in stages if stage.state == "running"]
    if run.state == "running":
        return f"{', '.join(running)} {'is' if len(running) == 1 else 'are'} running" if running else "about to begin"
    told = next((stage for stage in stages if stage.state not in ("reused", "skipped", "queued")), None)
    told = told or next(iter(stages), None)
    return f"{told.stage}: {told.reason}" if told is not None else ""


def progress(stages: Sequence[StageRow]) -> Mapping[str, int]:
    """How many stages there are in each state."""
    counts: dict[str, int] = {}
    for stage in stages:
        counts[stage.state] = counts.get(stage.state, 0) + 1
    return counts
