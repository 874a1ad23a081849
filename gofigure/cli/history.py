"""`gofigure history`: what has run."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator, Sequence

import click

from gofigure.cli.as_json import dump, of_stage_row
from gofigure.cli.console import console_for
from gofigure.cli.here import here
from gofigure.cli.table import seconds
from gofigure.cli.terminal import cells, cut, fit, marks_for, printable
from gofigure.cli.unknown import full_name, unknown
from gofigure.errors import ConfigError, GofigureError
from gofigure.model import BY_A_PERSON, CHANGE, HOOKS
from gofigure.project import Project
from gofigure.queries import reading
from gofigure.snapshot.select import show
from gofigure.store.history import RUN_VERDICTS, STAGE_VERDICTS, Column, Filter, History, Row, Skip, in_order
from gofigure.store.hits import Hit
from gofigure.store.ledger import StageRow
from gofigure.store.told import run_told
from gofigure.store.when import moment

_NARROWEST = 40


@click.command()
@click.argument("of_stage", metavar="[STAGE]", required=False)
@click.option("--tests", is_flag=True, help="Single tests instead of runs: of STAGE, or of all stages.")
@click.option("--failed", is_flag=True, help="With --tests: those that failed, the last ones first.")
@click.option("--flaky", is_flag=True, help="With --tests: those that passed and failed on the same content.")
@click.option("--slowest", is_flag=True, help="With --tests: those that take longest.")
@click.option("--forget-flaky", is_flag=True, help="With --tests: let the next pass of what was flaky count again.")
@click.option("--job", metavar="NAME", help="Only runs of this job.")
@click.option("--branch", metavar="NAME", help="Only runs with this branch checked out.")
@click.option("--verdict", "verdicts", multiple=True, metavar="V", help="Only runs that came to this; may be repeated.")
@click.option("--trigger", metavar="NAME", help='Only what this started: a git hook, "change", "manual" or "page".')
@click.option("--stage", metavar="NAME", help="Only runs with this stage; --verdict is then the stage's.")
@click.option("--text", metavar="WORDS", help="Only runs that have it in a name, a reason or how a failure begins.")
@click.option("--since", metavar="WHEN", help="Only from then on: 90s, 10m, 2h, 3d, 1w (ago), or a date.")
@click.option("--until", metavar="WHEN", help="Only up to then; a date means all of that day.")
@click.option("--limit", "-n", type=click.IntRange(1, 1_000_000), default=20, show_default=True, help="How many runs.")
@click.option("--commits", is_flag=True, help="The newest commits instead of runs: which are verified, and by what.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def history(
    of_stage: str | None,
    *,
    tests: bool,
    failed: bool,
    flaky: bool,
    slowest: bool,
    forget_flaky: bool,
    job: str | None,
    branch: str | None,
    verdicts: tuple[str, ...],
    trigger: str | None,
    stage: str | None,
    text: str | None,
    since: str | None,
    until: str | None,
    limit: int,
    commits: bool,
    as_json: bool,
) -> int:
    """Show the latest runs, newest first.

    Between them stand the hooks that were told to run nothing, and those that let through by themselves what was
    proven already.
    """
    chosen = {"failed": failed, "flaky": flaky, "slowest": slowest}
    if tests:
        if any((commits, job, branch, verdicts, trigger, text, since, until)):
            raise GofigureError("--tests shows tests of all runs, and what chooses runs does not go with it")
        return _tests(of_stage or stage, chosen, limit, forget=forget_flaky, as_json=as_json)
    if of_stage is not None or forget_flaky or any(chosen.values()):
        raise click.UsageError("STAGE, --failed, --flaky, --slowest and --forget-flaky go with --tests")
    if commits:
        if any((job, branch, verdicts, trigger, stage, text, since, until)):
            raise GofigureError(
                "--commits shows commits, and what chooses runs does not go with it", hint="leave one out"
            )
        return _commits(limit, as_json=as_json)
    wanted = Filter(
        job,
        branch,
        trigger,
        stage,
        _verdicts(verdicts, STAGE_VERDICTS if stage is not None else RUN_VERDICTS),
        moment(since, "--since") if since is not None else None,
        moment(until, "--until", ends=True) if until is not None else None,
        text or "",
    )
    return _runs(wanted, limit, as_json=as_json)


def _runs(wanted: Filter, limit: int, *, as_json: bool) -> int:
    where = here()
    project = where.project
    with console_for(sys.stderr) as console, reading(project, console) as store:
        wanted = _in_full(wanted, where.folder, store.history)
        runs = store.history.runs(wanted, limit)
        stages = store.history.stages([run.id for run in runs])
        # Those from before the oldest run that is shown belong to the part that is not.
        skips = store.history.skips(wanted, limit, runs[-1].started_ns if len(runs) == limit else 0)
        stale = store.windows.stale([run.id for run in runs])
        hits = store.history.hits(wanted, limit, runs[-1].started_ns if len(runs) == limit else 0)
        if not runs and not skips and not hits:
            _refuse_unknown(wanted, store.history, project)
    if as_json:
        found = [
            {
                **run_told(run),
                "stale": list(map(show, stale[run.id])),
                "stages": [of_stage_row(stage) for stage in stages[run.id]],
            }
            for run in runs
        ]
        skipped, answered = [skip._asdict() for skip in skips], [hit._asdict() for hit in hits]
        print(dump({"runs": found, "skips": skipped, "hits": answered}))
        return 0
    told = list(in_order(runs, [*skips, *hits]))
    for line in _lines(told, stages):
        print(line)
    if not told:
        print("nothing has run" + (" that matches" if wanted != Filter() else " yet"), file=sys.stderr)
    return 0


def _in_full(wanted: Filter, here: str, known: History) -> Filter:
    """With the full names of what is called so where somebody stands."""
    job, stage = wanted.job, wanted.stage
    if job is not None:
        job = full_name(job, here, known.names("job"))
    if stage is not None:
        stage = full_name(stage, here, known.names("stage"))
    return wanted._replace(job=job, stage=stage)


def _tests(stage: str | None, chosen: dict[str, bool], limit: int, *, forget: bool, as_json: bool) -> int:
    from gofigure.cli.case_list import forgive, list_cases, orders_of

    if forget:
        return forgive(stage)
    return list_cases(stage, orders_of(chosen), limit, as_json=as_json)


def _commits(limit: int, *, as_json: bool) -> int:
    from gofigure.cli.commits import of_commits, tell_commits
    from gofigure.project import load_config
    from gofigure.queries import commits

    project = here().project
    with console_for(sys.stderr) as console:
        found = commits(project, load_config(project), limit, console)
    if as_json:
        print(dump(of_commits(found)))
    elif found is None:
        print("no commit, or no job that runs before or after one", file=sys.stderr)
    else:
        tell_commits(found)
    return 0


def _verdicts(given: Sequence[str], valid: Sequence[str]) -> tuple[str, ...]:
    verdicts = tuple(word.strip().lower().replace("-", " ") for word in given)
    for word in verdicts:
        if word not in valid:
            raise unknown("verdict", word, valid)
    return verdicts


def _refuse_unknown(wanted: Filter, known: History, project: Project) -> None:
    """Raise GofigureError if nothing was found because a name was wrong; looked into only then."""
    asked: tuple[tuple[Column, str | None], ...] = (
        ("job", wanted.job),
        ("stage", wanted.stage),
        ("trigger", wanted.trigger),
        ("branch", wanted.branch),
    )
    for column, name in asked:
        if name is not None:
            valid = known.names(column) | _configured(column, project)
            if name not in valid:
                raise unknown(column, name, sorted(valid))


def _configured(column: Column, project: Project) -> set[str]:
    if column == "trigger":
        return {*BY_A_PERSON, CHANGE, *HOOKS}
    if column == "branch":
        return set()
    from gofigure.project import load_config

    try:
        config = load_config(project).config
    except ConfigError:  # what has run is known without it
        return set()
    return set(config.jobs if column == "job" else config.stages)


def _lines(told: Sequence[Row], stages: dict[int, list[StageRow]]) -> Iterator[str]:
    """One line each; on a terminal too narrow for that, two."""
    heads = [_head(row) for row in told]
    widths = [max((cells(head[at]) for head in heads if len(head) > 2), default=0) for at in range(7)]
    columns = max(_NARROWEST, shutil.get_terminal_size().columns) if sys.stdout.isatty() else 0
    more = marks_for(sys.stdout).more
    for row, head in zip(told, heads, strict=True):
        if isinstance(row, Skip | Hit):
            line = printable(f"{head[0]:>{widths[0]}}  {head[1]}  {_without_run(row)}")
            yield cut(line, columns, more) if columns else line
            continue
        number, clock, job, state, took, trigger, branch = head
        begin = (
            f"{number:>{widths[0]}}  {clock}  {fit(job, widths[2], more)}  {state:<{widths[3]}}  {took:>{widths[4]}}"
        )
        whole = f"{begin}  {trigger:<{widths[5]}}  {fit(branch, widths[6], more)}"
        tail = _stages(stages[row.id])
        if not columns or cells(whole) + 2 + cells(tail) <= columns:
            yield f"{whole}  {tail}".rstrip()
        else:
            indent = " " * (max(widths[0], len(number)) + 2)
            yield cut(begin.rstrip(), columns, more)
            yield cut(f"{indent}{trigger}{f' on {branch}' if branch else ''}: {tail}", columns, more)


def _without_run(row: Skip | Hit) -> str:
    if isinstance(row, Skip):
        return f"{row.hook} ran nothing: {row.reason}"
    often = f", {row.times} times" if row.times > 1 else ""
    by = f" in run {row.run}" if row.run else ""
    return f"{row.hook} let tree {row.tree[:10]} through by itself{often}: proven{by}"


def _head(row: Row) -> tuple[str, ...]:
    if isinstance(row, Skip | Hit):
        return "-", _clock(row.at_ns)
    took = seconds(row.seconds) if row.seconds is not None else ""
    job, trigger, branch = map(printable, (row.job, row.trigger, row.branch))
    return str(row.id), _clock(row.started_ns), job, row.state, took, trigger, branch


def _stages(stages: Sequence[StageRow]) -> str:
    """What was executed by name, the rest by number."""
    counts: dict[str, int] = {}
    words: list[str] = []
    left_out: dict[str, None] = {}
    for stage in stages:
        if stage.state in ("reused", "skipped", "queued"):
            counts[stage.state] = counts.get(stage.state, 0) + 1
        else:
            words.append(f"{printable(stage.stage)} {stage.state}")
        if stage.state == "skipped" and stage.allowed:  # what stopped nothing is not to be overlooked
            left_out[printable(stage.reason)] = None
    shown = words if len(words) <= 8 else [*words[:8], f"{len(words) - 8} more"]
    why = f" ({'; '.join(left_out)})" if left_out else ""
    return ", ".join([*shown, *(f"{count} {state}{why * (state == 'skipped')}" for state, count in counts.items())])


def _clock(at_ns: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at_ns / 1e9))
