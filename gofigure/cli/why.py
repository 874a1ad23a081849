"""`gofigure why STAGE`: why it ran, or why not, from the stored record; and why it would run now."""

from __future__ import annotations

import sys

import click

from gofigure.cli.as_json import dump
from gofigure.cli.console import console_for
from gofigure.cli.here import here
from gofigure.cli.table import seconds
from gofigure.events import ignore
from gofigure.pipeline import Request
from gofigure.queries import plans, reading


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def why(name: str, *, as_json: bool) -> int:
    """Say why a stage, or each stage of a job, ran or did not, and what would happen now."""
    where = here()
    with console_for(sys.stderr) as console:
        planned = plans(where.project, Request(where.manual, where.environ, (name,)), console)
    told: list[dict[str, object]] = []
    with reading(where.project, ignore) as store:  # what it has to say was said just now
        for plan in planned:
            for stage, step in plan.steps.items():
                last = store.ledger.last_of_stage(stage, where.project.root)
                told.append(
                    {
                        "stage": stage,
                        "now": {"proven": step.reused, "reason": step.reason, "key": step.key.hex()},
                        "last": None
                        if last is None
                        else {
                            "run": last.run,
                            "verdict": last.state,
                            "reason": last.reason,
                            "seconds": last.seconds,
                            "note": last.note,
                            "log": last.log,
                        },
                    }
                )
                if as_json:
                    continue
                print(f"{stage}: {'proven' if step.reused else 'would run'}: {step.reason}")
                if last is None:
                    print("  it has never been executed")
                    continue
                took = f" in {seconds(last.seconds)}" if last.seconds else ""
                print(f"  executed last in run {last.run}: {last.state}{took}; why: {last.reason}")
                if last.note:
                    print(f"  {last.note}")
    if as_json:
        print(dump({"stages": told}))
    return 0
