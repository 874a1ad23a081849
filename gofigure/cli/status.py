"""`gofigure status`: what is proven, and what would run and why."""

from __future__ import annotations

import sys

import click

from gofigure.cli.as_json import dump
from gofigure.cli.console import console_for
from gofigure.cli.here import here
from gofigure.pipeline import Request
from gofigure.queries import plans
from gofigure.triggers.install import installed


@click.command()
@click.argument("names", nargs=-1)
@click.option("--staged", is_flag=True, help="On what a commit would record now.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def status(names: tuple[str, ...], *, staged: bool, as_json: bool) -> int:
    """Show what is proven on the present content, and what would run and why."""
    where = here()
    repository = where.project.repository
    hooks = installed(repository) if repository is not None else []
    with console_for(sys.stderr) as console:
        planned = plans(where.project, Request(where.manual, where.environ, names, staged=staged), console)
    if as_json:
        jobs = [
            {
                "job": plan.job.name,
                "stages": [
                    {"stage": name, "proven": step.reused, "reason": step.reason, "key": step.key.hex()}
                    for name, step in plan.steps.items()
                ],
            }
            for plan in planned
        ]
        print(dump({"hooks": hooks, "jobs": jobs}))
        return 0
    print(f"hooks: {', '.join(hooks) or 'none installed (gofigure install-hooks)'}")
    for plan in planned:
        print(f"{plan.job.name}:")
        width = max(map(len, plan.steps))
        for name, step in plan.steps.items():
            print(f"  {name:<{width}}  {'proven' if step.reused else 'to run':<7} {step.reason}")
    return 0
