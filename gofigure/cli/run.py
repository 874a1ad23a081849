"""`gofigure run`: run jobs or stages now."""

from __future__ import annotations

import click

from gofigure.cli.now import run_now

_TWO = "are two different contents"
_EXCLUDE = (
    ("--staged", "--commit", _TWO),
    ("--staged", "--from-ref", _TWO),
    ("--commit", "--from-ref", f"{_TWO}: --to-ref says up to which commit"),
    ("--all-files", "--from-ref", "contradict each other: all files, or those that have changed"),
)


@click.command()
@click.argument("names", nargs=-1)
@click.option("--staged", is_flag=True, help="On what a commit would record now.")
@click.option("--commit", metavar="REV", help="On the content of a commit.")
@click.option("--from-ref", metavar="REV", help="Per-file stages: only files changed since REV; see --to-ref.")
@click.option("--to-ref", metavar="REV", help="On the content of this commit; with --from-ref only; default: HEAD.")
@click.option("--all-files", is_flag=True, help="Per-file stages: all files, proven or not; as if all had changed.")
@click.option("--branch", metavar="NAME", help="What branch this is about, where HEAD is detached.")
@click.option("--no-cache", is_flag=True, help="Run everything, proven or not.")
@click.option("--keep-going", "-k", is_flag=True, help="After a failure, go on with what does not depend on it.")
@click.option("--jobs", "-j", type=click.IntRange(1), metavar="N", help="Stages at once; default: one per core.")
@click.option("--junit", metavar="FILE", help="Write the result to FILE as JUnit XML, test by test where known.")
@click.option("--yes", is_flag=True, help="Say yes to what a deploy shows before it deletes everything.")
@click.option("--yes-to", default="", metavar="LIST", hidden=True)  # for the page, which has shown that one
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def run(
    names: tuple[str, ...],
    *,
    staged: bool,
    commit: str | None,
    from_ref: str | None,
    to_ref: str | None,
    all_files: bool,
    branch: str | None,
    no_cache: bool,
    keep_going: bool,
    jobs: int | None,
    junit: str | None,
    yes: bool,
    yes_to: str,
    as_json: bool,
) -> int:
    """Run jobs or stages now; without NAMES, all jobs.

    What is already proven on this content is reused. Exit code 0: all passed or reused; 1: a stage failed.
    """
    options = {"--staged": staged, "--commit": commit, "--from-ref": from_ref, "--all-files": all_files}
    for one, other, why in _EXCLUDE:
        if options[one] not in (None, False) and options[other] not in (None, False):
            raise click.UsageError(f"{one} and {other} {why}")
    if to_ref is not None and from_ref is None:
        raise click.UsageError("--to-ref needs --from-ref; for a whole commit: --commit")
    return run_now(
        names,
        staged=staged,
        commit=commit if from_ref is None else "HEAD" if to_ref is None else to_ref,
        since=from_ref,
        all_files=all_files,
        branch=branch,
        use_proofs=not no_cache,
        keep_going=keep_going,
        parallel=jobs or 0,
        junit=junit,
        yes="1" if yes else yes_to,
        as_json=as_json,
    )
