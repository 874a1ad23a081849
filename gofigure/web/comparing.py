"""A run beside the last one of its job that passed: every file, variable, program and command in which they differ."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from gofigure.digest.tree import differences
from gofigure.errors import StoreError
from gofigure.runner import why
from gofigure.runner.logs import StageLogs
from gofigure.snapshot.select import show
from gofigure.store.ledger import RunRow, StageRow
from gofigure.store.told import rounded
from gofigure.web.page import Ask

_PATHS = 200
_LOOKED_AT = 5000  # files that differ; no screen shows more


def beside_the_last_green(run: RunRow, logs: Sequence[StageLogs], ask: Ask) -> dict[str, Any] | None:
    """None: no run of the job has passed before it in this working tree."""
    before = ask.store.recent.last_passed(run.job, run.worktree, run.id)
    if before is None:
        return None
    then = {stage.stage: stage for stage in ask.store.history.stages([before.id])[before.id]}
    now = [one.stage for one in logs]
    return {
        "run": before.id,
        "started_ns": before.started_ns,
        "stages": [_stage(then.get(one.stage), one, ask) for one in now],
        "gone": [name for name in then if name not in {one.stage for one in now}],
        **_files(before, run, ask),
    }


def _stage(old: StageRow | None, now: StageRow, ask: Ask) -> dict[str, Any]:
    same = old is not None and old.key is not None and old.key == now.key
    return {
        "stage": now.stage,
        "then": old.state if old is not None else "",
        "then_seconds": rounded(old.seconds) if old is not None else None,
        "now": now.state,
        "now_seconds": rounded(now.seconds),
        "same": same,
        "reason": now.reason,
        "differs": [] if same or old is None else _differs(old, now, ask),
    }


def _differs(old: StageRow, now: StageRow, ask: Ask) -> list[str]:
    """What decides the stage's result and is no file. Of what has not passed only its reason is on record."""
    manifests = [_manifest(one, ask) for one in (old, now)]
    if manifests[0] is None or manifests[1] is None:
        return []
    found = why.differences(manifests[0], manifests[1], lambda _tree: ["its files"], lambda _tree: ["what is made"])
    return [words for words in found if words not in ("its files", "what is made")]


def _manifest(stage: StageRow, ask: Ask) -> Mapping[str, Any] | None:
    found = next((one for one in ask.store.proofs.recent(stage.stage) if one.key == stage.key), None)
    known: Mapping[str, Any] | None = json.loads(found.manifest) if found is not None else None
    return known


def _files(before: RunRow, run: RunRow, ask: Ask) -> dict[str, Any]:
    """The files in which the contents of the two runs differ; None where one of these is known no more."""
    contents = ask.store.contents
    if not (before.tree and run.tree and contents.has_tree(before.tree) and contents.has_tree(run.tree)):
        return {"files": None, "more_files": 0}
    try:
        found = list(itertools.islice(differences(before.tree, run.tree, contents.load_tree), _LOOKED_AT))
    except StoreError:  # a folder in it was removed
        return {"files": None, "more_files": 0}
    files = [
        {"path": show(path), "what": "new" if old is None else "gone" if now is None else "changed"}
        for path, old, now in found[:_PATHS]
    ]
    return {"files": files, "more_files": max(0, len(found) - _PATHS)}
