"""A run: its stages drawn, the log of one of them, why it ran, what it wrote, how to repeat it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from gofigure.artifacts import manifest
from gofigure.digest.tree import FOLDER, LINK
from gofigure.errors import GofigureError
from gofigure.model import FAILED
from gofigure.runner.graph import order
from gofigure.runner.logs import StageLogs, stage_logs
from gofigure.runner.made import artifact_of
from gofigure.snapshot.select import show
from gofigure.store.ledger import RunRow, StageRow
from gofigure.store.told import run_told
from gofigure.web.comparing import beside_the_last_green
from gofigure.web.drawing import graph
from gofigure.web.numbers import run_of
from gofigure.web.page import Ask, Facts, Page
from gofigure.web.recorded import commit_told, recorded
from gofigure.web.shown import of_stage, outline, state_of

_AROUND = 20
_PATHS = 200
_CASES = 500
_COMMIT = re.compile(r"commit ([0-9a-f]{7,64})")
_KINDS = {LINK: "link", FOLDER: "folder"}
_WRITTEN = ("output", "born", "other", "stale")


def _facts(ask: Ask) -> Facts:
    run = run_of(ask)
    logs = stage_logs(ask.store.history, ask.project.state_dir, run)
    waits_for = _waits_for(run, [one.stage.stage for one in logs], ask)
    chosen = _chosen(logs, ask.query.get("stage", ""))
    flaky = ask.store.cases.flaky_stages()
    stages = [{**_stage(at, one, waits_for), "flaky": flaky.get(one.stage.stage, 0)} for at, one in enumerate(logs)]
    options = _options(run)
    around = ask.store.recent.neighbours(run, _AROUND)
    return {
        "run": run_told(run),
        "commit": commit_told(recorded(ask).get(run.tree)),
        "state": state_of([run.state]),
        "stages": stages,
        "chosen": chosen,
        **_opened(ask.query, len(logs[chosen].files) if logs else 0),
        "graph": _drawn([one.stage.stage for one in logs], waits_for),
        "again": _again(run, options, ask),
        "repeat": [shlex.join(("gofigure", "run", *options, one["stage"])) for one in stages],
        "from_here": [_followers(one["stage"], stages) for one in stages],
        "attempts": outline(around),
        "green": beside_the_last_green(run, logs, ask),
        "cases": _cases(run, logs[chosen].stage.stage, ask) if logs else {"counts": {}, "shown": [], "more": 0},
        "artifact": _artifact(logs[chosen].stage, ask) if logs else None,
        **_paths(run, ask),
    }


def _stage(at: int, logs: StageLogs, waits_for: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    files = [{"attempt": file.attempt, "command": file.command} for file in logs.files]
    waits = sorted(waits_for.get(logs.stage.stage, ()))
    return {**of_stage(logs.stage), "at": at, "logs": files, "removed": logs.removed, "waits_for": waits}


def _chosen(logs: Sequence[StageLogs], wanted: str) -> int:
    """The stage that is shown: the one asked for, else the first that is worth a look."""
    names = [one.stage.stage for one in logs]
    if wanted in names:
        return names.index(wanted)
    for states in (FAILED, ("running",), ("interrupted", "superseded"), ("passed",)):
        for at, one in enumerate(logs):
            if one.stage.state in states and (one.files or states != ("passed",)):
                return at
    return 0


def _opened(query: Mapping[str, str], files: int) -> dict[str, Any]:
    """Which log is shown, from 0, the newest unless one is asked for; and the line, from 1, and the words in it."""
    file, line = (_digits(query.get(name, "")) for name in ("file", "line"))
    return {
        "file": file if file is not None and file < files else max(0, files - 1),
        "line": line or 0,
        "find": query.get("find", "")[:200],
    }


def _digits(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 16 else None


def _followers(stage: str, stages: Sequence[Mapping[str, Any]]) -> list[str]:
    """A stage and all that wait for it, which stand behind it."""
    found = [stage]
    for one in stages:
        if one["stage"] not in found and any(before in found for before in one["waits_for"]):
            found.append(one["stage"])
    return found


def _waits_for(run: RunRow, stages: Sequence[str], ask: Ask) -> Mapping[str, frozenset[str]]:
    """What the present configuration says, as far as it is about these stages: a run does not record it."""
    if ask.config is None:
        return {}
    job = ask.config.jobs.get(run.job)
    known = [name for name in stages if name in ask.config.stages]
    if job is None or any(name not in ask.config.stages for name in job.stages):
        return {name: frozenset(ask.config.stages[name].needs) & {*stages} for name in known}
    try:
        return {name: before & {*stages} for name, before in order(job, ask.config).waits_for.items()}
    except (KeyError, GofigureError):
        return {}


def _drawn(stages: Sequence[str], waits_for: Mapping[str, frozenset[str]]) -> dict[str, Any] | None:
    drawing = graph(stages, waits_for)
    if drawing is None:
        return None
    return {**drawing._asdict(), "boxes": [box._asdict() for box in drawing.boxes]}


def _options(run: RunRow) -> list[str]:
    """What makes `gofigure run` look at the content that this run was about, as far as it is still there."""
    commit = _COMMIT.fullmatch(run.content)
    if commit:
        return ["--commit", commit[1]]
    return ["--staged"] if run.content == "what is being committed" else []


def _again(run: RunRow, options: Sequence[str], ask: Ask) -> dict[str, Any]:
    """What the buttons ask for."""
    known = ask.config is not None and not ask.trouble
    names = [run.job] if known and ask.config is not None and run.job in ask.config.jobs else run.job.split("+")
    usable = known and ask.config is not None and all(n in ask.config.jobs or n in ask.config.stages for n in names)
    return {
        "possible": bool(usable) and run.worktree == ask.project.root,
        "names": names,
        "staged": "--staged" in options,
        "commit": options[1] if "--commit" in options else "",
    }


def _cases(run: RunRow, stage: str, ask: Ask) -> dict[str, Any]:
    """The single tests of a stage: those that failed, then the slowest."""
    told = ask.store.cases.of_stage(run.id, stage)
    counts: dict[str, int] = {}
    for case in told:
        counts[case.verdict] = counts.get(case.verdict, 0) + 1
    told.sort(key=lambda case: (case.verdict != "failed", -(case.seconds or 0.0)))
    flaky = ask.store.cases.flaky_of(stage)
    shown = [
        {**case._asdict(), "flaky": flaky.get((case.location, case.suite, case.name), 0)} for case in told[:_CASES]
    ]
    return {"counts": counts, "shown": shown, "more": max(0, len(told) - _CASES)}


def _artifact(stage: StageRow, ask: Ask) -> dict[str, Any] | None:
    """What a stage has made and left to be put back; None: nothing is kept of it."""
    name = artifact_of(stage.made)
    items = manifest.read(os.path.join(ask.project.state_dir, "artifacts"), name) if name else None
    if items is None:
        return None
    shown = [
        {"path": show(one.path), "size": one.size, "digest": one.digest.hex(), "kind": _KINDS.get(one.kind, "file")}
        for one in items[:_PATHS]
    ]
    size = sum(one.size for one in items)
    return {"digest": name.hex(), "items": shown, "more": max(0, len(items) - _PATHS), "size": size}


def _paths(run: RunRow, ask: Ask) -> dict[str, Any]:
    """What it was started for, and what changed while it ran."""
    paths = ask.store.windows.paths(run.id)
    causes = [show(one.path) for one in paths if one.role == "cause"]
    wrote = [{"path": show(one.path), "role": one.role, "gone": not one.entry} for one in paths if one.role in _WRITTEN]
    return {
        "causes": causes[:_PATHS],
        "more_causes": max(0, len(causes) - _PATHS),
        "wrote": wrote[:_PATHS],
        "more_wrote": max(0, len(wrote) - _PATHS),
    }


PAGE = Page("Run", "/runs/{run:number}", "run.html", _facts, in_menu=False)
