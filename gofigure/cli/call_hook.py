"""`gofigure hook`: for hook scripts that are somebody else's."""

from __future__ import annotations

import click

from gofigure.cli.hook import answer, given
from gofigure.config.suggest import suggestion
from gofigure.errors import GofigureError
from gofigure.model import HOOKS


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--each-commit", is_flag=True, help="Before NAME: a push is about each new commit.")
@click.argument("name")
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def hook(name: str, args: tuple[str, ...], *, each_commit: bool) -> int:
    """Run the jobs of the git hook NAME, from a hook script of your own.

    To be called with git's own arguments and input, as in: gofigure hook commit-msg "$@" || exit $?
    """
    if name not in HOOKS:
        raise GofigureError(f"no job can name a git hook {name!r}{suggestion(name, HOOKS)}")
    return answer(name, args, given(name), each_commit=each_commit)
