"""`gofigure history`: what has run."""

from __future__ import annotations

import sys
import time

import click

from gofigure.cli.as_json import dump, of_part
from gofigure.cli.console import console_for
from gofigure.cli.here import here
from gofigure.cli.table import seconds
from gofigure.queries import reading
from gofigure.store.ledger import RunRow, StageRow


@click.command()
@click.option("--job", metavar="NAME", help="Only runs of this job.")
@click.option("--limit", "-n", type=click.IntRange(1), default=20, show_default=True, help="How many runs.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def history(*, job: str | None, limit: int, as_json: bool) -> int:
    """Show the latest runs, newest first, and hooks that were told not to run."""
    with console_for(sys.stderr) as console, reading(here().project, console) as store:
        runs = [(run, store.ledger.stages_of(run.id)) for run in store.ledger.recent_runs(limit, job)]
        skips = store.ledger.skips(limit)
    if as_json:
        print(
            dump(
                {
                    "runs": [_json(run, stages) for run, stages in runs],
                    "skips": [{"at_ns": at, "hook": hook, "reason": reason} for at, hook, reason in skips],
                }
            )
        )
        return 0
    for run, stages in runs:
        took = f" in {seconds(run.seconds)}" if run.seconds is not None else ""
        branch = f" on {run.branch}" if run.branch else ""
        print(f"{run.id:>4}  {_clock(run.started_ns)}  {run.job}: {run.state}{took}  ({run.trigger}{branch})")
        told = ", ".join(f"{stage.stage} {stage.state}" for stage in stages[:8])
        print(f"      {told}{', ...' if len(stages) > 8 else ''}")
    for at, hook, reason in skips:
        print(f"   -  {_clock(at)}  {hook} ran nothing: {reason}")
    return 0


def _clock(at_ns: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at_ns / 1e9))


def _json(run: RunRow, stages: list[StageRow]) -> dict[str, object]:
    return {
        **run._asdict(),
        "tree": run.tree.hex(),
        "stages": [_stage(stage) for stage in stages],
    }


def _stage(stage: StageRow) -> dict[str, object]:
    return {
        **stage._asdict(),
        "key": stage.key.hex() if stage.key else None,
        "parts": [of_part(part) for part in stage.parts],
    }
