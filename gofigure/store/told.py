"""Rows of the store as JSON has them: in the command's answers and on the page alike."""

from __future__ import annotations

from typing import Any

from gofigure.store.ledger import RunRow


def run_told(run: RunRow) -> dict[str, Any]:
    """A run as it was recorded, without its stages."""
    return {
        "run": run.id,
        "job": run.job,
        "trigger": run.trigger,
        "worktree": run.worktree,
        "content": run.content,
        "tree": run.tree.hex() if run.tree else "",
        "branch": run.branch,
        "verdict": run.state,
        "started_ns": run.started_ns,
        "seconds": rounded(run.seconds),
    }


def rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 6)
