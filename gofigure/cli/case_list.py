"""`gofigure history --tests`: single tests over all runs that are on record."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from gofigure.cli.as_json import dump
from gofigure.cli.console import console_for
from gofigure.cli.here import here
from gofigure.cli.table import seconds
from gofigure.cli.terminal import tell
from gofigure.cli.unknown import unknown
from gofigure.cli.verdicts import FORGET
from gofigure.errors import EXIT_PASSED
from gofigure.queries import reading
from gofigure.store.cases import Order, Told
from gofigure.store.history import History
from gofigure.store.told import rounded

_HEADS: dict[Order, str] = {
    "failed": "failed last",
    "flaky": "passed and failed on the same content",
    "slowest": "slowest",
}
_EACH = 5  # of all three orders


def orders_of(chosen: Mapping[str, bool]) -> list[Order]:
    """Those that were asked for."""
    return [order for order in _HEADS if chosen[order]]


def list_cases(stage: str | None, orders: Sequence[Order], limit: int, *, as_json: bool) -> int:
    """Show tests of a stage, or of all, in each of these orders; in all three where none is asked for."""
    project = here().project
    most = limit if orders else min(limit, _EACH)
    with console_for(sys.stderr) as console, reading(project, console) as store:
        _refuse_unknown(stage, store.history)
        found = {order: store.cases.told(order, most, stage) for order in orders or _HEADS}
        known = store.cases.stages()
    if as_json:
        print(dump({order: [_json(told) for told in tests] for order, tests in found.items()}))
        return EXIT_PASSED
    for order, tests in found.items():
        if tests:
            tell(f"{_HEADS[order]}:")
        for told in tests:
            tell(f"  {_line(told, order)}")
    if found.get("flaky"):
        tell(f"flaky: {FORGET}")
    if not any(found.values()):
        wanted = " or ".join(orders)
        what = f"no test was {wanted}" if orders and known else "no single test is known: no stage has told of one"
        print(what, file=sys.stderr)
    return EXIT_PASSED


def forgive(stage: str | None) -> int:
    """Let what was flaky be proven again by its next pass."""
    project = here().project
    with console_for(sys.stderr) as console, reading(project, console) as store:
        _refuse_unknown(stage, store.history)
        forgiven = store.cases.forgive(stage)
    if not forgiven:
        tell(f"no flaky test is known{f' of {stage}' if stage is not None else ''}")
        return EXIT_PASSED
    tell(f"{forgiven} flaky test{'s' if forgiven != 1 else ''} forgotten: the next pass counts")
    return EXIT_PASSED


def _refuse_unknown(stage: str | None, history: History) -> None:
    if stage is not None and stage not in (valid := history.names("stage")):
        raise unknown("stage", stage, sorted(valid))


def _line(told: Told, order: Order) -> str:
    from gofigure.runner.cases import cut

    where = f"{told.location}: " if told.location else ""
    title = f"{told.stage}: {where}{told.suite}::{told.name}" if told.suite else f"{told.stage}: {where}{told.name}"
    title = cut(title)
    many = f"{told.runs} run{'s' if told.runs != 1 else ''}"
    if order == "slowest":
        return f"{seconds(told.mean_seconds or 0):>8} on average, {seconds(told.longest_seconds or 0)} at most  {title}"
    if order == "flaky":
        often = f"on {told.contents} content{'s' if told.contents != 1 else ''}"
        if told.last_failed_run is None:
            return f"{title}  {often}; passed in {many} after it was tried again"
        return f"{title}  {often}; failed in {told.failed} of {many}, last in run {told.last_failed_run}"
    since = "" if told.last_verdict == "failed" else f", {told.last_verdict} since"
    failure = f": {told.last_failure}" if told.last_failure else ""
    return f"run {told.last_failed_run}{since}  {title}  failed in {told.failed} of {many}{failure}"


def _json(told: Told) -> dict[str, object]:
    return {
        **told._asdict(),
        "mean_seconds": rounded(told.mean_seconds),
        "longest_seconds": rounded(told.longest_seconds),
        "last_failure": told.last_failure or None,
    }
