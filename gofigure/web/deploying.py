"""What a page may know and do of deploys: records, and who must not be touched from here. No cluster is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from gofigure.errors import GofigureError
from gofigure.model import Config, Stage
from gofigure.recipes.kubernetes.contexts import is_guarded
from gofigure.recipes.kubernetes.own import read_own
from gofigure.runner.deploys import deploys_of as recorded
from gofigure.runner.deploys import named
from gofigure.web.page import Action, Ask, Facts, Look, Order

TARGET = "kubernetes"
_MOST = 200


def deploying(config: Config | None) -> dict[str, Stage]:
    """The stages that deploy, by name."""
    stages = config.stages.values() if config is not None else ()
    return {stage.name: stage for stage in stages if stage.target == TARGET}


def protection(stage: Stage, environ: Mapping[str, str]) -> str:
    """Why a stage is never deployed from a page; "" where it may be."""
    context = str(stage.setting("context"))
    if stage.setting("protected"):
        return f"{stage.name} is protected (protected = true)"
    try:
        own = read_own(environ)
    except GofigureError as error:  # then nobody deploys
        return str(error)
    return f'"{context}" is protected' if is_guarded(context, own) else ""


def refuse_protected(names: Collection[str], ask: Ask) -> None:
    """Raise GofigureError where one of these jobs and stages would deploy to what is protected."""
    config = ask.config
    if config is None:
        return
    for stage in _reached(names, config):
        why = protection(stage, ask.environ) if stage.target == TARGET else ""
        if why:
            raise GofigureError(
                f"{why}: it is deployed to by hand only, never from the page",
                hint=f"at a terminal: gofigure run {stage.name}",
            )


def _reached(names: Collection[str], config: Config) -> Iterator[Stage]:
    """The stages of these jobs, and these stages, with all that they need."""
    pending = [one for name in names for one in (config.jobs[name].stages if name in config.jobs else (name,))]
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        stage = config.stages.get(name)
        if stage is not None and name not in seen:
            seen.add(name)
            yield stage
            pending += stage.needs


def _stage(order: Order) -> Stage:
    """The one that is meant, if a page may do anything with it. Raises GofigureError."""
    name, found = order.body.get("stage"), deploying(order.ask.config)
    if order.ask.trouble:
        raise GofigureError(order.ask.trouble)
    if not isinstance(name, str) or name not in found:
        raise GofigureError("`stage` is no stage that deploys")
    refuse_protected((name,), order.ask)
    return found[name]


def _look(order: Order) -> Facts:
    """Ask the cluster of a stage how it stands there: {"stage": "deploy"}."""
    stage = _stage(order)
    order.look(stage.name)
    return {"asked": stage.name}


def _rollback(order: Order) -> Facts:
    """Apply again what a run has deployed: {"stage": "deploy", "to": 12}."""
    stage, number = _stage(order), order.body.get("to")
    if type(number) is not int:
        raise GofigureError("`to` is not the number of a run")
    named(recorded(order.ask.store.history, stage, _MOST), stage.name, number)
    args = ("rollback", "--to", str(number), "--", stage.name)
    order.start(args)
    return {"started": list(args)}


def _reset(order: Order) -> Facts:
    """Deploy, having deleted a list that was shown: {"stage": "deploy", "list": "...", "typed": "deploy"}."""
    stage = _stage(order)
    if stage.setting("reset") != "all":
        raise GofigureError(f'{stage.name} does not delete everything: that takes reset = "all"')
    if order.body.get("typed") != stage.name:
        raise GofigureError(f"nothing was deleted: type the stage's name, {stage.name}")
    shown = list_of(order.ask.looks.get(stage.name))
    if not shown or order.body.get("list") != shown["list"]:
        raise GofigureError("nothing was deleted: that is not the list that was shown last", hint="look again")
    args = ("run", "--yes-to", str(shown["list"]), "--", stage.name)
    order.start(args)
    return {"started": list(args)}


def list_of(look: Look | None) -> Mapping[str, Any] | None:
    """What reset = "all" would delete, as a cluster has said."""
    found = look.said.get("reset") if look is not None and not look.error else None
    return found if isinstance(found, dict) else None


ACTIONS = (Action("look", _look), Action("rollback", _rollback), Action("reset", _reset))
