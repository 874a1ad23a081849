"""`gofigure rollback`: apply again what a stage has deployed before."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import click

from gofigure.cli.as_json import dump, of_run
from gofigure.cli.console import console_for
from gofigure.cli.guard import exit_code
from gofigure.cli.here import Here, here
from gofigure.cli.terminal import printable
from gofigure.cli.unknown import full_name, unknown
from gofigure.errors import GofigureError
from gofigure.events import Observer
from gofigure.model import Config, Job, Stage
from gofigure.pipeline import run
from gofigure.project import Loaded, load_config
from gofigure.queries import reading
from gofigure.runner.deploys import Deploy, before_present, deploys_of, named
from gofigure.runner.why import ago
from gofigure.subject import Request

_TARGET = "kubernetes"
_JOB = "rollback"


@click.command()
@click.argument("stage")
@click.option("--to", "number", type=click.IntRange(1), metavar="RUN", help="To what this run has deployed.")
@click.option("--list", "only_list", is_flag=True, help="Only show what there is to go back to.")
@click.option("--live", is_flag=True, help="With --list: how what was deployed stands in its cluster now; only looks.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def rollback(stage: str, *, number: int | None, only_list: bool, live: bool, as_json: bool) -> int:
    """Apply the last good deploy of STAGE before the present one: its manifests with the images that they had.

    It is recorded as a run of its own, and nothing in the repository changes: what stands there is deployed again by
    the next run of the stage's job.
    """
    if live and not only_list:
        raise click.UsageError("--live goes with --list")
    where = here()
    loaded = load_config(where.project)
    stage = full_name(stage, where.folder, loaded.config.stages)
    deploying = _stage(loaded.config, stage)
    with console_for(sys.stderr if as_json else sys.stdout) as console:
        with reading(where.project, console) as store:
            deploys = deploys_of(store.history, deploying)
        if only_list:
            said = _live(where, loaded, deploying, deploys) if live else None
            return _tell(deploys, stage, said, as_json=as_json)
        chosen = named(deploys, stage, number) if number is not None else before_present(deploys, stage)
        if not as_json:
            print(f"{stage}: back to run {chosen.origin}, {ago(chosen.started_ns)}", flush=True)
        return _go_back(where, loaded, deploying, chosen, console, as_json=as_json)


def _stage(config: Config, name: str) -> Stage:
    """The stage, if it is one that deploys. Raises GofigureError."""
    deploying = [one.name for one in config.stages.values() if one.target == _TARGET]
    if name not in config.stages:
        raise unknown("stage", name, deploying)
    if name not in deploying:
        target = config.stages[name].target
        hint = f"those that can: {', '.join(deploying)}" if deploying else f'a stage with target = "{_TARGET}"'
        raise GofigureError(f"{name} has the target {target}, which cannot be rolled back", hint=hint)
    return config.stages[name]


def _go_back(where: Here, loaded: Loaded, stage: Stage, chosen: Deploy, console: Observer, *, as_json: bool) -> int:
    """Run the stage alone, on what is recorded in place of what stands in the working tree."""
    with _kept(where, chosen) as path:
        settings = dict(stage.settings) | {"rollback": path, "rollback_run": chosen.origin}
        plain = Stage(stage.name, env=stage.env, pass_env=stage.pass_env, secrets=stage.secrets, timeout=stage.timeout)
        alone = plain._replace(
            type=stage.type,
            target=stage.target,
            interactive=stage.interactive,
            settings=tuple(sorted(settings.items())),
        )
        config = loaded.config._replace(
            jobs={_JOB: Job(_JOB, (stage.name,))}, stages={**loaded.config.stages, stage.name: alone}
        )
        request = Request(where.manual, where.environ, (_JOB,), loaded=loaded._replace(config=config))
        results = run(where.project, request, console)
    if as_json:
        print(dump({"to": chosen.origin, "runs": [of_run(result) for result in results]}))
    return exit_code(results)


@contextlib.contextmanager
def _kept(where: Here, chosen: Deploy) -> Iterator[str]:
    """The recorded manifests as a file, as long as it is needed."""
    folder = os.path.join(where.project.state_dir, "kubernetes")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = os.path.join(folder, f"run-{chosen.origin}.{os.getpid()}.yaml")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(chosen.record["manifests"])
    try:
        yield path
    finally:
        os.unlink(path)


def _live(where: Here, loaded: Loaded, stage: Stage, deploys: list[Deploy]) -> Mapping[str, Any]:
    from gofigure import trust
    from gofigure.runner.live import live_of

    trust.require(where.project.trust, loaded.layers)
    place = where.project
    return live_of(stage, deploys, place.root, place.state_dir, where.manual.kind, where.environ)


def _tell(deploys: list[Deploy], stage: str, live: Mapping[str, Any] | None, *, as_json: bool) -> int:
    if as_json:
        found = [{"run": one.run, "verdict": one.state, "started_ns": one.started_ns, **one.record} for one in deploys]
        print(dump({"stage": stage, "deploys": found, **({"live": live} if live is not None else {})}))
        return 0
    for one in deploys:
        objects = f"{len(one.record.get('objects', ()))} object(s)" if one.record else "nothing is recorded"
        back = f", back to run {one.origin}" if one.origin != one.run else ""
        used = f": {', '.join(one.record['uses'])}" if one.record.get("uses") else ""
        print(f"run {one.run}  {one.state:<11}  {ago(one.started_ns):<10}  {objects}{back}{used}")
    if not deploys:
        print(f"{stage} has never been deployed to where it goes now", file=sys.stderr)
    if live is not None:
        print(f"now, at {live['server']} ({live['why']}):")
        if not live["objects"]:
            print("  it answers; nothing of this stage's is on record")
        for one in live["objects"]:
            print(
                f"  {printable(one['called'])}  {one['state']}{': ' if one['words'] else ''}{printable(one['words'])}"
            )
        for name in live["reset"]["objects"] if live["reset"] else ():
            print(f'  reset = "all" would delete {printable(name)}')
    return 0
