"""The recorded deploys of a stage, and which of them a rollback means."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from gofigure.errors import GofigureError
from gofigure.model import Stage
from gofigure.store.history import History
from gofigure.store.ledger import RunRow, StageRow

_MOST = 200  # that are looked through


class Deploy(NamedTuple):
    """One time that a stage was executed; `record`: what its recipe has handed back, {} if it did not come to that."""

    run: int
    state: str
    started_ns: int
    worktree: str
    record: dict[str, Any]

    @property
    def is_good(self) -> bool:
        return self.state == "passed" and bool(self.record.get("manifests"))

    @property
    def origin(self) -> int:
        """The run whose manifests it has applied: its own, or the one that it went back to."""
        return int(self.record.get("rolled_back_to") or self.run)


def deploys_of(history: History, stage: Stage, most: int = _MOST) -> list[Deploy]:
    """Newest first: to the context and namespace that the stage names now, and those that came to nothing."""
    wanted = {"context": stage.setting("context"), "namespace": stage.setting("namespace")}
    found: list[Deploy] = []
    for row in history.executed(stage.name, most):
        run, record = history.run(row.run), record_of(row.made)
        if run is not None and (not record or {key: record.get(key) for key in wanted} == wanted):
            found.append(_deploy(row, run, record))
    return found


def _deploy(row: StageRow, run: RunRow, record: dict[str, Any]) -> Deploy:
    return Deploy(row.run, row.state, run.started_ns, run.worktree, record)


def record_of(made: str) -> dict[str, Any]:
    """What a deploy has handed back, of all that its stage has; {} if it has not."""
    by_location = json.loads(made) if made else {}
    return next((one for one in by_location.values() if isinstance(one, dict) and "manifests" in one), {})


def named(deploys: Sequence[Deploy], stage: str, run: int) -> Deploy:
    """The deploy of that run. Raises GofigureError if it is none that one could go back to."""
    listed = f"gofigure rollback {stage} --list"
    found = next((one for one in deploys if one.run == run), None)
    if found is None:
        raise GofigureError(f"run {run} is no recorded deploy of {stage} to where it goes now", hint=listed)
    if not found.is_good:
        raise GofigureError(f"run {run} cannot be gone back to: it is {found.state}", hint=listed)
    return found


def present_of(deploys: Sequence[Deploy]) -> Deploy | None:
    """The deploy that what stands there now is of: what failed before anything was sent has changed nothing."""
    return next((one for one in deploys if one.record or one.state != "failed"), None)


def before_present(deploys: Sequence[Deploy], stage: str) -> Deploy:
    """The last good deploy before what stands there now. Raises GofigureError if there is none.

    Where the newest is good, it is what stands there, and one with other manifests is meant; where it is not, the last
    good one; but what failed before anything was sent to the cluster changed nothing. Rolling back again goes further
    back, not to and fro.
    """
    if not deploys:
        raise GofigureError(f"{stage} has never been deployed to where it goes now", hint=f"gofigure run {stage}")
    present = present_of(deploys) or deploys[0]
    good = [one for one in deploys if one.is_good and one.run < present.origin]
    if present.is_good:
        there = next((one for one in deploys if one.run == present.origin), present)
        good = [one for one in good if one.record["set"] != there.record["set"]]
    if not good:
        raise GofigureError(
            f"there is no good deploy of {stage} before run {present.origin}", hint=f"gofigure rollback {stage} --list"
        )
    return good[0]
