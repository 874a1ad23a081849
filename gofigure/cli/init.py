"""`gofigure init`: look at the project, write a commented .gofigure.toml, show the plan."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

import click

from gofigure import config as configuration
from gofigure import trust
from gofigure.cli.as_json import dump
from gofigure.cli.console import console_for
from gofigure.cli.fresh_file import create
from gofigure.cli.here import Here, here
from gofigure.cli.hooks import install_in
from gofigure.cli.status import tell_plan
from gofigure.cli.terminal import tell
from gofigure.config.names import below, fault
from gofigure.config.suggest import listed
from gofigure.errors import GofigureError
from gofigure.git.environment import GitVariables
from gofigure.git.repository import ask
from gofigure.model import CONFIG_NAME
from gofigure.project import load_config, locate
from gofigure.queries import plans
from gofigure.starter import Draft, Found, chosen, config_text, look, survey
from gofigure.starter.text import plain
from gofigure.subject import Request
from gofigure.targets import KINDS
from gofigure.triggers.install import is_only_inside


class _Start(NamedTuple):
    """What there is, and what follows from it."""

    file: str
    found: Sequence[Found]
    drafts: Sequence[Draft]
    text: str
    incomplete: str  # why not everything was seen


@click.command()
@click.option("--print", "only_print", is_flag=True, help="Show the file; write nothing.")
@click.option("--here", "in_here", is_flag=True, help="For this folder of the repository, whatever the root has.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def init(*, only_print: bool, in_here: bool, as_json: bool) -> int:
    """Look at the project, write a commented .gofigure.toml, and show what would run.

    It is the root's; in a folder of a repository whose root has one, that folder's own. Runs nothing of the
    project's, and never overwrites a file. Having it written here counts as a yes to it.
    """
    where = here()
    in_git = where.project.repository is not None
    if where.project.repository is not None and where.project.repository.is_bare:
        raise GofigureError(
            f"{where.project.root} is a bare repository: there are no files to look at",
            hint=f'write {CONFIG_NAME} there by hand; a job with on = ["pre-receive"] sees what is pushed',
        )
    folder = where.folder if in_here or configuration.is_there(where.project.config_file) else ""
    if folder and (why_not := fault(folder)):
        raise GofigureError(f"{folder} cannot have a configuration of its own: {why_not}")
    root = os.path.join(where.project.root, folder) if in_git else os.getcwd()
    file = os.path.join(root, CONFIG_NAME)
    if not only_print:
        _refuse_existing(file)
    start = _survey(root, file, where, in_git=in_git)
    if not only_print:
        _write(file, start.text)
        where = _again(where)
        trust.allow(where.project.trust, [trust.Layer(below(folder, CONFIG_NAME), start.text.encode())])
    if as_json:
        print(dump(_as_json(start, written=not only_print)))
        return 0
    if only_print:
        print(start.text, end="")
        return 0
    _tell(start)
    _plan(where)
    _next(where)
    return 0


def _refuse_existing(file: str) -> None:
    if os.path.lexists(file):  # a link that leads nowhere is somebody's too
        raise GofigureError(
            f"{file} is there already, and stays as it is",
            hint="gofigure validate checks it; gofigure init --print shows what would be written",
        )
    older = configuration.job_files(os.path.dirname(file))
    if older:
        raise GofigureError(
            f"older JSON files are there already ({listed(older)}), and work as they are",
            hint="gofigure import turns them into TOML; gofigure init --print shows what would be written",
        )


def _survey(root: str, file: str, where: Here, *, in_git: bool) -> _Start:
    place = look(root, where.environ, in_git=in_git)
    found = survey(place)
    drafts = chosen(found)
    text = config_text(drafts, [one.remark for one in found if one.remark])
    configuration.parse(text.encode(), file, targets=tuple(KINDS))  # what does not load is not written
    return _Start(file, found, drafts, text, place.incomplete)


def _write(file: str, text: str) -> None:
    """Create the file, whole or not at all."""
    try:
        create(file, text, hint="gofigure init --print shows what it would hold")
    except FileExistsError:
        _refuse_existing(file)
        raise


def _again(where: Here) -> Here:
    """The project as it is now: outside git, its root is where the configuration lies."""
    if where.project.repository is not None:
        return where
    return where._replace(project=locate(ask(os.getcwd(), where.environ, GitVariables()), where.environ))


def _as_json(start: _Start, *, written: bool) -> dict[str, object]:
    return {
        "file": start.file,
        "written": written,
        "found": [{"name": one.name, "files": one.files, "remark": one.remark} for one in start.found],
        "stages": [
            {"stage": one.name, "active": one.active, "reason": plain(one.missing or one.why)} for one in start.drafts
        ],
        "incomplete": start.incomplete,
        "text": start.text,
    }


def _tell(start: _Start) -> None:
    for one in start.found:
        print(f"found {one.name}" + (f" ({', '.join(map(plain, one.files))})" if one.files else ""))
    if not start.found:
        print("found nothing that gofigure knows")
    if start.incomplete:
        tell(f"note: {start.incomplete}")
    tell(f"wrote {start.file}")
    for draft in start.drafts:
        if not draft.active:
            print(f"  {draft.name} is only a comment: {plain(draft.missing or draft.why)}")


def _plan(where: Here) -> None:
    try:
        with console_for(sys.stderr) as console:
            planned = plans(where.project, load_config(where.project), _asked(where), console)
    except GofigureError as error:  # such as a conflict in the index; the file is written all the same
        tell(f"what would run cannot be shown: {error}")
        return
    for plan in planned:
        tell_plan(plan)


def _asked(where: Here) -> Request:
    return Request(where.manual, where.environ, here=where.folder)


def _next(where: Here) -> None:
    """Ask on a terminal whether git is to call gofigure; elsewhere say how to go on."""
    if where.project.repository is None:
        print("next: gofigure run   (git hooks need a repository: git init)")
    elif not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("next: gofigure install-hooks   (git runs this from now on), or: gofigure run")
    elif is_only_inside(where.project.repository):
        print("next: gofigure run   (git hooks are for a gofigure outside of this container)")
    elif _yes("Install the git hooks now? [Y/n] "):
        install_in(where)
    else:
        print("later: gofigure install-hooks; by hand: gofigure run")


def _yes(question: str) -> bool:
    try:
        return input(question).strip().lower() in ("", "y", "yes")
    except EOFError:
        print()
        return False
