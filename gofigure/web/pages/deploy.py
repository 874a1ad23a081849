"""Deploy: where each stage deploys to, what stands there by its doing, who made it, and the way back. From records."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from gofigure.errors import GofigureError
from gofigure.model import Stage
from gofigure.recipes.kubernetes.journal import Journal, Known
from gofigure.recipes.kubernetes.objects import from_records
from gofigure.runner.deploys import Deploy, before_present, deploys_of, named, present_of
from gofigure.runner.made import of_recipes
from gofigure.store.told import rounded
from gofigure.web.deploying import deploying, list_of, protection
from gofigure.web.page import Ask, Facts, NotThereError, Page

_SHOWN = 20  # deploys
_LOOKED_AT = 25  # records of some 100 kB each
_LINES = 600  # of a difference
_OBJECTS = 300
_BUILDS = 50  # builds of an image that are looked through


def _facts(ask: Ask) -> Facts:
    stages = list(deploying(ask.config).values())
    wanted = ask.query.get("stage", "")
    names = [stage.name for stage in stages]
    if wanted and wanted not in names:
        raise NotThereError(f"{wanted} is no stage that deploys")
    chosen = names.index(wanted) if wanted else 0
    rows = [_row(stage, ask) for stage in stages]
    return {
        "stages": rows,
        "chosen": chosen,
        "shown": _shown(stages[chosen], rows[chosen], ask) if stages else None,
    }


def _row(stage: Stage, ask: Ask) -> dict[str, Any]:
    newest = next(iter(deploys_of(ask.store.history, stage, 1)), None)
    why_not = protection(stage, ask.environ)
    cluster, why = _cluster(stage, newest, ask)
    return {
        "stage": stage.name,
        "context": stage.setting("context"),
        "namespace": stage.setting("namespace"),
        "cluster": "protected" if why_not else cluster,
        "why": f"{why_not}: it is deployed to by hand only, never from the page" if why_not else why,
        "protected": bool(why_not),
        "verdict": newest.state if newest is not None else "",
        "run": newest.run if newest is not None else 0,
        "started_ns": newest.started_ns if newest is not None else 0,
    }


def _cluster(stage: Stage, newest: Deploy | None, ask: Ask) -> tuple[str, str]:
    """Whose cluster it is, and who says so: the cluster's look, or else the last deploy. A name proves nothing."""
    look = ask.looks.get(stage.name)
    if look is not None and look.said:
        return str(look.said["cluster"]), f"{look.said['server']}: {look.said['why']}"
    if newest is not None and newest.record.get("cluster"):
        return str(newest.record["cluster"]), f"{newest.record.get('server', '')}, as run {newest.run} has found it"
    if look is not None and look.error:
        return "unanswered", "whose cluster this is has not been found out"
    return "unknown", "a deploy, or a look, finds out whose cluster this is"


def _shown(stage: Stage, row: Mapping[str, Any], ask: Ask) -> dict[str, Any]:
    deploys = deploys_of(ask.store.history, stage, _LOOKED_AT)
    present = present_of(deploys)
    journal, trouble = _journal(stage, ask)
    changed = present.record.get("diff", "").splitlines() if present is not None else []
    look = ask.looks.get(stage.name)
    return {
        "stage": stage.name,
        "reset": stage.setting("reset", "none"),
        "allowed": not row["protected"] and not ask.trouble,
        "deploys": [_deploy(one, present, ask) for one in deploys[:_SHOWN]],
        "objects": _objects(present, journal)[:_OBJECTS],
        "trouble": trouble,
        "images": _images(present, ask),
        "changed": [{"text": line, "kind": _kind(line)} for line in changed[:_LINES]],
        "more_changed": max(0, len(changed) - _LINES),
        "cut_off": journal.run if journal.under_way else 0,
        "back_to": _back_to(deploys, stage),
        "back": _back(deploys, present, stage, ask),
        "live": {**look._asdict(), "said": dict(look.said)} if look is not None else None,
        "to_delete": list_of(look),
    }


def _deploy(one: Deploy, present: Deploy | None, ask: Ask) -> dict[str, Any]:
    run = ask.store.history.run(one.run)
    return {
        "run": one.run,
        "job": run.job if run is not None else "",
        "verdict": one.state,
        "started_ns": one.started_ns,
        "seconds": rounded(run.seconds) if run is not None else None,
        "trigger": run.trigger if run is not None else "",
        "content": run.content if run is not None else "",
        "branch": run.branch if run is not None else "",
        "objects": len(one.record.get("objects", ())),
        "uses": one.record.get("uses", []),
        "back_to": one.origin if one.origin != one.run else 0,
        "good": one.is_good,
        "present": present is not None and one.run == present.run,
        "same": present is not None and one.record.get("set") == present.record.get("set"),
    }


def _journal(stage: Stage, ask: Ask) -> tuple[Known, str]:
    """What this stage may have put there, and whether it was cut off; or why nobody knows."""
    folder = os.path.join(ask.project.state_dir, "kubernetes")
    where = str(stage.setting("context")), str(stage.setting("namespace"))
    try:
        return Journal(folder, stage.name, *where).read(), ""
    except GofigureError as error:
        return Known(), f"{error}\n{error.hint}"


def _objects(present: Deploy | None, journal: Known) -> list[dict[str, Any]]:
    """Those of the last deploy, and those that are left of earlier ones."""
    now = from_records(present.record.get("objects")) if present is not None else []
    ours, there = {one.same for one in journal.objects}, {one.same for one in now}
    left = [one for one in journal.objects if one.same not in there]
    return [
        {
            "called": one.called,
            "kind": one.kind,
            "name": one.name,
            "version": one.version,
            "owned": one.same in ours,
            "left": one.same not in there,
        }
        for one in (*now, *left)
    ]


def _images(present: Deploy | None, ask: Ask) -> list[dict[str, Any]]:
    """Each image that the last deploy uses, with the run that has built it, where that was one of ours."""
    if present is None or ask.config is None:
        return []
    builds: dict[str, tuple[int, str]] = {}
    makers = [one.name for one in ask.config.stages.values() if one.target == "docker"]
    for name in makers:
        for row in ask.store.history.executed(name, _BUILDS):
            for ref in _refs(row.made) if row.run <= present.origin else ():
                builds.setdefault(ref, (row.run, name))
    return [
        {"ref": ref, "run": builds.get(ref, (0, ""))[0], "stage": builds.get(ref, (0, ""))[1]}
        for ref in present.record.get("uses", [])
    ]


def _refs(made: str) -> Iterator[str]:
    """The images that a stage has handed back."""
    for one in of_recipes(made).values() if made else ():
        images = one.get("images")
        for image in images if isinstance(images, list) else ():
            yield str(image["ref"])


def _back_to(deploys: Sequence[Deploy], stage: Stage) -> int:
    """The run that a rollback means; 0 where there is no way back."""
    try:
        return before_present(deploys, stage.name).run
    except GofigureError:
        return 0


def _back(deploys: Sequence[Deploy], present: Deploy | None, stage: Stage, ask: Ask) -> dict[str, Any] | None:
    """What would be applied by going back to the run that the address names."""
    wanted = ask.query.get("to", "")
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 16):
        return None
    try:
        chosen = named(deploys, stage.name, int(wanted))
    except GofigureError as error:
        return {"to": int(wanted), "error": f"{error}", "objects": [], "lines": [], "more": 0}
    then = str(chosen.record["manifests"]).splitlines()
    now = str(present.record.get("manifests", "")).splitlines() if present is not None else []
    lines = list(islice(difflib.unified_diff(now, then, "what stands there", f"run {chosen.run}", lineterm=""), 5000))
    return {
        "to": chosen.run,
        "error": "",
        "started_ns": chosen.started_ns,
        "objects": [one.called for one in from_records(chosen.record.get("objects"))][:_OBJECTS],
        "not_recorded": chosen.record.get("not_recorded", []),
        "lines": [{"text": line, "kind": _kind(line)} for line in lines[:_LINES]],
        "more": max(0, len(lines) - _LINES),
    }


def _kind(line: str) -> str:
    if line.startswith(("+++", "---", "diff ")):
        return "head"
    return {"+": "new", "-": "gone", "@": "head"}.get(line[:1], "")


PAGE = Page("Deploy", "/deploy", "deploy.html", _facts)
