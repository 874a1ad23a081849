"""`gofigure run`: run jobs or stages now."""

from __future__ import annotations

import click

from gofigure.cli.now import run_now


@click.command()
@click.argument("names", nargs=-1)
@click.option("--staged", is_flag=True, help="On what a commit would record now.")
@click.option("--commit", metavar="REV", help="On the content of a commit.")
@click.option("--no-cache", is_flag=True, help="Run everything, proven or not.")
@click.option("--keep-going", "-k", is_flag=True, help="After a failure, go on with what does not depend on it.")
@click.option("--jobs", "-j", type=click.IntRange(1), metavar="N", help="Stages at once; default: one per core.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def run(
    names: tuple[str, ...],
    *,
    staged: bool,
    commit: str | None,
    no_cache: bool,
    keep_going: bool,
    jobs: int | None,
    as_json: bool,
) -> int:
    """Run jobs or stages now; without NAMES, all jobs.

    What is already proven on this content is reused. Exit code 0: all passed or reused; 1: a stage failed.
    """
    if staged and commit is not None:
        raise click.UsageError("--staged and --commit are two different contents")
    return run_now(
        names,
        staged=staged,
        commit=commit,
        use_proofs=not no_cache,
        keep_going=keep_going,
        parallel=jobs or 0,
        as_json=as_json,
    )
