"""`gofigure install-hooks` and `uninstall-hooks`."""

from __future__ import annotations

import os
import sys

import click

from gofigure import trust
from gofigure.cli.here import Here, here
from gofigure.cli.terminal import tell
from gofigure.errors import GofigureError
from gofigure.git.repository import Repository
from gofigure.model import HOOKS
from gofigure.project import load_config
from gofigure.triggers import install, naming

_OUTSIDE = "where git is used outside: pipx install gofigure-ci, then there: gofigure install-hooks"


def _repository(where: Here) -> Repository:
    if where.project.repository is None:
        raise GofigureError(f"{where.project.root} is not in a git repository", hint="git init")
    return where.project.repository


@click.command("install-hooks")
@click.option(
    "--via",
    type=click.Choice(["folder", "config"]),
    help="Where git finds them: in the hooks folder, or named by the repository's git configuration (git 2.54), which"
    " leaves the hooks of others and core.hooksPath alone. As it is now, if not given; folder at first.",
)
def install_hooks(via: str | None) -> int:
    """Make git run the configured jobs; also allows this configuration to run."""
    install_in(here(), via)
    return 0


def install_in(where: Here, via: str | None = None) -> None:
    """Install the hooks that the configuration names, and say which."""
    repository = _repository(where)
    config, layers = load_config(where.project)
    wanted = install.wanted_hooks(config)
    if not wanted:
        raise GofigureError(
            "no job names a git hook, so there is nothing to install",
            hint='give a job in .gofigure.toml a line such as: on = ["pre-commit"]',
        )
    if via is None and install.is_only_inside(repository):
        raise GofigureError(
            f"hooks would name {sys.executable}, which is in this container alone: outside of it nobody could commit",
            hint=f"{_OUTSIDE}; where git is used in here only: gofigure install-hooks --via folder",
        )
    by_name = via == "config" or (via is None and bool(naming.named(repository)))
    if by_name:
        naming.require_new_git(where.environ)
    put, take, take_other = (
        (install.install_named, install.uninstall_named, install.uninstall)
        if by_name
        else (install.install, install.uninstall, install.uninstall_named)
    )
    done = put(repository, wanted, path=where.environ.get("PATH", ""), data=trust.data_home(where.environ))
    trust.allow(where.project.trust, layers)
    # Only now: what cannot be installed in the one way stays installed in the other.
    unwanted = [*take(repository, [hook for hook in HOOKS if hook not in wanted]), *take_other(repository)]
    for one in unwanted:
        why = "git is told of it in the other way" if one.hook in wanted else "no job names it"
        tell(f"gave back {one.path}" if one.kept else f"removed {one.path}: {why}")
    for one in done:
        then = "runs first" if one.kept and os.access(one.kept, os.X_OK) else "is not executable, and does not run"
        kept = f" (the hook that was there {then}; it is now {one.kept})" if one.kept else ""
        tell(f"installed {one.path}{kept}")
    if install.is_only_inside(repository):
        tell(f"they name {sys.executable}, which is in this container alone: outside of it nobody can commit")


@click.command("uninstall-hooks")
def uninstall_hooks() -> int:
    """Take the hooks away and give back what was there before."""
    repository = _repository(here())
    done = [*install.uninstall_named(repository), *install.uninstall(repository)]
    for one in done:
        tell(f"gave back {one.path}" if one.kept else f"removed {one.path}")
    if not done:
        tell("no hook of gofigure's is installed")
    return 0
