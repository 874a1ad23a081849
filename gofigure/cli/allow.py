"""`gofigure allow`: trust this repository's configuration on this machine."""

from __future__ import annotations

import click

from gofigure import trust
from gofigure.cli.here import here
from gofigure.project import load_config


@click.command()
@click.option("--revoke", is_flag=True, help="Take the permission back.")
def allow(*, revoke: bool) -> int:
    """Let this repository's configuration run on this machine; shows what that is."""
    where = here()
    if revoke:
        trust.deny(where.project.trust)
        print(f"{where.project.trust.home} may no longer run anything")
        return 0
    config = load_config(where.project)
    for job in config.jobs.values():
        print(f"{job.name}: on {', '.join(job.on) or 'demand only'}")
        for name in job.stages:
            stage = config.stages[name]
            print(f"  {name}: {stage.target} {stage.run or ''}".rstrip())
    trust.allow(where.project.trust)
    print(f"allowed: {where.project.trust.home}")
    return 0
