"""`gofigure gc`: remove what is old or too much."""

from __future__ import annotations

import sys

import click

from gofigure import trust
from gofigure.cli.as_json import dump
from gofigure.cli.console import console_for
from gofigure.cli.here import here
from gofigure.doctor.finding import size
from gofigure.queries import reading
from gofigure.sweeping import Removed, sweep
from gofigure.triggers.hooks import mark


@click.command()
@click.option("--dry-run", "-n", is_flag=True, help="Only say what would be removed.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def gc(*, dry_run: bool, as_json: bool) -> int:
    """Remove old runs, logs, proofs and digests; once a day that happens by itself.

    Kept are runs of 90 days and always the newest 100, logs of 14 days and at most 512 MiB of them, proofs that were
    used in 90 days, digests seen in 30 days, private checkouts used in 14 days, what stages have made if it was used
    in 30 days and at most 5 GiB of that; of images, the newest 3 of each name, those of 6 hours and those in use.
    Nothing of a run under way is touched.
    """
    project = here().project
    with console_for(sys.stderr) as console, reading(project, console) as store:
        removed = sweep(project, store, mark(trust.require_token(project.trust)), console, dry=dry_run)
    if as_json:
        print(dump({"dry_run": dry_run, "removed": removed._asdict()}))
    else:
        print(_words(removed, "would remove" if dry_run else "removed"))
    return 0


def _words(removed: Removed, verb: str) -> str:
    parts = [
        _count(removed.runs, "run"),
        _count(removed.skips, "record of a hook that ran nothing", "records of hooks that ran nothing"),
        f"{size(removed.log_bytes)} of logs ({_count(removed.logs, 'run')})" if removed.logs else "",
        _count(removed.proofs, "proof"),
        _count(removed.digests, "digest"),
        _count(removed.files, "leftover"),
        _checkouts(removed),
        _artifacts(removed),
        f"{_count(removed.images, 'image')} ({size(removed.image_bytes)})" if removed.images else "",
        _count(removed.containers, "container"),
    ]
    told = ", ".join(part for part in parts if part)
    return f"{verb} {told}" if told else f"{verb} nothing: all is within bounds"


def _checkouts(removed: Removed) -> str:
    if not removed.checkouts:
        return ""
    files, held = _count(removed.checkout_files, "file"), size(removed.checkout_bytes)
    private = _count(removed.checkouts - removed.sources, "private checkout")
    others = _count(removed.sources, "folder of checkout stages", "folders of checkout stages")
    return f"{' and '.join(filter(None, (private, others)))} ({files}, {held})"


def _artifacts(removed: Removed) -> str:
    if not removed.artifacts and not removed.artifact_files:
        return ""
    files, held = _count(removed.artifact_files, "file") or "no file", size(removed.artifact_bytes)
    return f"what stages have made, {_count(removed.artifacts, 'time') or 'half'} ({files}, {held})"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}" if number else ""
