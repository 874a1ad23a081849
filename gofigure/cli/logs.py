"""`gofigure logs`: what stages printed, byte for byte, now or while they run."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

import click

from gofigure.cli.as_json import dump, of_case, of_stage_row
from gofigure.cli.console import console_for
from gofigure.cli.guard import say
from gofigure.cli.here import here
from gofigure.cli.output import Output
from gofigure.cli.table import seconds
from gofigure.cli.terminal import printable
from gofigure.cli.unknown import full_name, unknown
from gofigure.cli.verdicts import ended
from gofigure.errors import EXIT_PASSED, GofigureError
from gofigure.model import Case
from gofigure.project import Project, lock_file_of
from gofigure.queries import reading
from gofigure.runner.logs import ENDED, LAST, StageLogs, choose_run, is_run, stage_logs, with_logs
from gofigure.store.history import History
from gofigure.store.ledger import RunRow, StageRow
from gofigure.store.store import Store
from gofigure.store.told import run_told


@click.command()
@click.argument("run", required=False)
@click.argument("stage", required=False)
@click.option("--follow", "-f", is_flag=True, help="Go on as long as the stage, or the run, goes on.")
@click.option("--path", "only_paths", is_flag=True, help="Print the logs' paths only.")
@click.option("--json", "as_json", is_flag=True, help="Print where the logs are as JSON.")
def logs(run: str | None, stage: str | None, *, follow: bool, only_paths: bool, as_json: bool) -> int:
    """Print what the stages of RUN printed, or only STAGE.

    RUN is a number, "last" (in this working tree; the default), or "last-1", the one before it. A STAGE alone
    means the last time that it was executed. A pipe gets the very bytes, a terminal only text and colours.
    """
    if follow and (only_paths or as_json):
        raise click.UsageError("--follow prints what the stages print, not where it is")
    where = here()
    project = where.project
    with console_for(sys.stderr) as console, reading(project, console) as store:
        if run is not None and stage is None and not is_run(run):
            stage = full_name(run, where.folder, store.history.names("stage"))
            run = _last_of(stage, store.history, project, follow=follow)
        chosen = choose_run(store.history, project.root, run or LAST)
        found = stage_logs(store.history, project.state_dir, chosen)
        wanted = [_pick(found, chosen, stage, where.folder)] if stage is not None else found
        cases = {
            one.stage.stage: store.cases.of_stage(chosen.id, one.stage.stage) for one in wanted if one.stage.counts
        }
        if follow:
            return _follow(project, store, chosen, wanted)
    if as_json:
        print(dump(_json(chosen, wanted, cases)))
    elif only_paths:
        _refuse_removed(chosen, wanted)
        for one in wanted:
            for file in one.files:
                print(printable(file.path) if sys.stdout.isatty() else file.path)  # a program gets the very name
    else:
        _refuse_removed(chosen, wanted)
        for name, told in cases.items():
            _tell_failures(name, told)
        _print(chosen, wanted, single=stage is not None)
    return EXIT_PASSED


def _last_of(stage: str, history: History, project: Project, *, follow: bool) -> str:
    """The run that is meant by a stage alone."""
    newest = history.newest(project.root)
    if follow and newest is not None and newest.state == "running":
        return LAST  # it is under way, or about to be
    last = history.last_executed(stage, project.root)
    if last is None and stage not in (valid := history.names("stage")):
        raise unknown("stage", stage, sorted(valid))
    return str(last) if last is not None else LAST


def _pick(found: Sequence[StageLogs], run: RunRow, word: str, here: str) -> StageLogs:
    stage = full_name(word, here, {one.stage.stage for one in found})
    for one in found:
        if one.stage.stage == stage:
            return one
    raise unknown(f"stage of run {run.id}", stage, [one.stage.stage for one in found])


def _print(run: RunRow, wanted: Sequence[StageLogs], *, single: bool) -> None:
    from gofigure.runner.follow import read_all

    output = Output(single=single)
    for one in wanted:
        if one.files:
            output.begin(one.stage.stage, _verdict(one.stage))
            for data in read_all(one):
                output.write(data)
            output.end(one.stage.stage)
    if not any(one.files for one in wanted):
        for one in wanted:
            say(f"{one.stage.stage} has no log in run {run.id}: {_verdict(one.stage)}; {one.stage.reason}")
        reused = next((one.stage.stage for one in wanted if one.stage.state == "reused"), None)
        if reused is not None:
            say(f"          when it was executed last: gofigure logs {reused}")


def _tell_failures(stage: str, cases: Sequence[Case]) -> None:
    """Beside the logs, not among them: what a pipe gets are the very bytes."""
    from gofigure.runner.cases import counted, failed_lines

    counts = counted(cases, 0)
    for line in failed_lines(cases, counts) if counts is not None else ():
        say(f"{stage}: {line}")


def _follow(project: Project, store: Store, run: RunRow, wanted: Sequence[StageLogs]) -> int:
    from gofigure.runner.execute import settle_if_free
    from gofigure.runner.follow import follow
    from gofigure.triggers.hooks import mark
    from gofigure.trust import require_token

    _refuse_removed(run, wanted)
    names = {one.stage.stage for one in wanted}
    lock_file, marked = lock_file_of(project, run.worktree), mark(require_token(project.trust))

    rows = [one.stage for one in wanted]

    def look(anew: bool) -> list[StageLogs]:
        if anew:
            rows[:] = [row for row in store.history.stages([run.id])[run.id] if row.stage in names]
        return with_logs(rows, project.state_dir, run)

    output = Output(single=len(names) == 1)
    for stage, data in follow(look, lambda: settle_if_free(store, lock_file, run.worktree, marked)):
        if data:
            output.take(stage.stage.stage, data)
        elif stage.files or len(names) == 1:
            output.end(stage.stage.stage)
            took = f" in {seconds(stage.stage.seconds)}" if stage.stage.seconds else ""
            note = f" ({stage.stage.note})" if stage.stage.note else ""
            say(f"{stage.stage.stage}: {_verdict(stage.stage)}{took}{note}")
    return EXIT_PASSED


def _refuse_removed(run: RunRow, wanted: Sequence[StageLogs]) -> None:
    """Raise GofigureError if all that was printed is gone."""
    gone = [one.stage.stage for one in wanted if one.removed]
    if gone and not any(one.files for one in wanted):
        raise GofigureError(
            f"what {', '.join(gone)} printed in run {run.id} has been removed (gofigure gc keeps no log for ever)",
            hint=f"run it again: gofigure run --no-cache {gone[0]}",
        )


def _verdict(stage: StageRow) -> str:
    if how := ended(stage.state, stage.exit_code):
        return f"{stage.state}, {how}"
    return stage.state if stage.state in ENDED else f"{stage.state} now"


def _json(run: RunRow, wanted: Sequence[StageLogs], cases: Mapping[str, Sequence[Case]]) -> dict[str, object]:
    return {
        **run_told(run),
        "stages": [
            {
                **of_stage_row(one.stage),
                "removed": one.removed,
                "cases": [of_case(case) for case in cases.get(one.stage.stage, ())],
                "logs": [{**file._asdict(), "bytes": _size(file.path)} for file in one.files],
            }
            for one in wanted
        ],
    }


def _size(path: str) -> int | None:
    try:
        return os.lstat(path).st_size
    except OSError:
        return None
