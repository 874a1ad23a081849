"""`gofigure watch`: run on change."""

from __future__ import annotations

import math
from typing import Any

import click

from gofigure.cli.watch_now import watch_now
from gofigure.watch.state import Options


class _Seconds(click.FloatRange):
    """A number of seconds. `nan` is one for click, and in every range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"{value!r} is not a number of seconds.", param, ctx)
        return seconds


@click.command()
@click.argument("jobs", nargs=-1)
@click.option("--poll", is_flag=True, help="Scan now and then, and listen to no events.")
@click.option("--interval", type=_Seconds(0.05, 86400), metavar="S", help="Seconds between two scans.")
@click.option("--settle", type=_Seconds(0, 60), metavar="S", help="Look after S seconds without a change.")
@click.option("--once", is_flag=True, help="Bring all up to date, and end.")
@click.option("--notify/--no-notify", default=None, help="A word on the desktop when a verdict changes.")
@click.option("--ui", is_flag=True, help="Show the page too, as gofigure ui does, as long as this goes on.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per line and change; with --once: one.")
def watch(
    jobs: tuple[str, ...],
    *,
    poll: bool,
    interval: float | None,
    settle: float | None,
    once: bool,
    notify: bool | None,
    ui: bool,
    as_json: bool,
) -> int:
    """Run JOBS whenever what they read changes; without JOBS, those with on = ["change"].

    One watches each working tree; a second one looks on, and goes on in its place when it has gone. At a terminal the
    keys are: r run, c cancel, p pause, l log, q quit, ? help. Exit code with --once: 0, or 1 if a job does not stand.
    """
    return watch_now(Options(jobs, poll, interval, settle, once), as_json=as_json, notify=notify, ui=ui)
