"""`gofigure why NAME|PATH`: why it ran, or why not, from the stored record; and why it would run now."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from gofigure.cli.as_json import dump, of_stage_row
from gofigure.cli.console import console_for
from gofigure.cli.here import Here, here
from gofigure.cli.table import seconds
from gofigure.cli.terminal import tell
from gofigure.cli.verdicts import way_out
from gofigure.cli.why_path import means_path, why_path
from gofigure.errors import EXIT_PASSED
from gofigure.project import Loaded, load_config
from gofigure.queries import about_stages
from gofigure.reports.asking import TELLING
from gofigure.runner.deploys import record_of
from gofigure.runner.plan import Step
from gofigure.runner.told import outlook, step_told
from gofigure.runner.why import ago
from gofigure.store.history import Answered
from gofigure.store.ledger import StageRow
from gofigure.subject import Request


@click.command()
@click.argument("name", metavar="NAME|PATH")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def why(name: str, *, as_json: bool) -> int:
    """Say why a stage, or each stage of a job, ran or did not, and what would happen now.

    Of a file or folder: what it is called, which stages read it, and what each of them would do now.
    """
    where = here()
    loaded = load_config(where.project)
    if means_path(name, loaded.config, where.folder):
        why_path(where, loaded, name, as_json=as_json)
    else:
        _why_stages(where, loaded, name, as_json=as_json)
    return EXIT_PASSED


def _why_stages(where: Here, loaded: Loaded, name: str, *, as_json: bool) -> None:
    with console_for(sys.stderr) as console:
        told = about_stages(where.project, loaded, Request(where.manual, where.environ, (name,), where.folder), console)
    if as_json:
        print(dump({"stages": [_json(*one) for one in told]}))
        return
    for one in told:
        _tell(*one)
    if forget := way_out(one[0].reason for one in told):
        tell(f"flaky: {forget}")


def _tell(
    step: Step,
    last: StageRow | None,
    skipped: StageRow | None,
    put_back: StageRow | None,
    answered: Sequence[Answered],
) -> None:
    now = "" if step.reused else f"{outlook(step)}: "  # the reason of what is proven says that it is
    tell(f"{step.stage.name}: {now}{step.reason}")
    if step.place == "private" and step.fate == "run":
        tell(f"  it would run in a private checkout: {step.why_there}")
    if step.puts_back > 0:
        tell(f"  of what it makes, {step.puts_back:,} would be put back")
    if put_back is not None:
        tell(f"  reused in run {put_back.run}; {put_back.note}")
    for one in answered:
        often = f"{one.times} times, the last of them" if one.times > 1 else "once,"
        tell(f"  by that, the {one.hook} hook has let it through by itself {often} {ago(one.last_ns)}")
    if skipped is not None:
        tell(f"  skipped in run {skipped.run}: {skipped.reason}")
    if last is None:
        tell("  it has never been executed")
        return
    took = f" in {seconds(last.seconds)}" if last.seconds else ""
    where = f" in a private checkout ({last.why_there})" if last.place == "private" else ""
    tell(f"  executed last in run {last.run}: {last.state}{took}{where}; why: {last.reason}")
    if last.note:
        tell(f"  {last.note}")
    if step.stage.target in TELLING and last.state in ("passed", "failed"):
        tell(f"  {_of_tests(last)}")
    if step.stage.type == "deploy" and last.made:
        _tell_deploy(step.stage.name, last.made)


def _of_tests(last: StageRow) -> str:
    if not last.counts:
        return "no single tests are known of it: its output does not tell them apart, or there was none"
    import json

    counts = json.loads(last.counts)["tests"]
    some = [f"{counts[word]:,} {word}" for word in ("passed", "failed", "skipped") if counts[word]]
    more = f"; {counts['left_out']:,} of them not kept" if counts["left_out"] else ""
    return f"{counts['total']:,} test{'s' if counts['total'] != 1 else ''}: {', '.join(some)}{more}"


def _tell_deploy(stage: str, made: str) -> None:
    """What a deploy has put where, if it has said so."""
    record = record_of(made)
    if record:
        objects = len(record["objects"])
        tell(f"  {objects} object(s) to {record['namespace']} of {record['context']}: gofigure rollback {stage} --list")


def _json(
    step: Step,
    last: StageRow | None,
    skipped: StageRow | None,
    put_back: StageRow | None,
    answered: Sequence[Answered],
) -> dict[str, object]:
    then, left_out, back = (
        {"run": row.run, **of_stage_row(row)} if row is not None else None for row in (last, skipped, put_back)
    )
    return {
        "stage": step.stage.name,
        "now": step_told(step),
        "last": then,
        "skipped": left_out,
        "put_back": back,
        "answered": [one._asdict() for one in answered],
    }
