"""`gofigure install-hooks` and `uninstall-hooks`."""

from __future__ import annotations

import os

import click

from gofigure import trust
from gofigure.cli.here import Here, here
from gofigure.cli.terminal import tell
from gofigure.errors import GofigureError
from gofigure.git.repository import Repository
from gofigure.model import HOOKS
from gofigure.project import load_config
from gofigure.triggers import install


def _repository(where: Here) -> Repository:
    if where.project.repository is None:
        raise GofigureError(f"{where.project.root} is not in a git repository", hint="git init")
    return where.project.repository


@click.command("install-hooks")
def install_hooks() -> int:
    """Make git run the configured jobs; also allows this configuration to run."""
    install_in(here())
    return 0


def install_in(where: Here) -> None:
    """Install the hooks that the configuration names, and say which."""
    repository = _repository(where)
    config, layers = load_config(where.project)
    wanted = install.wanted_hooks(config)
    if not wanted:
        raise GofigureError(
            "no job names a git hook, so there is nothing to install",
            hint='give a job in .gofigure.toml a line such as: on = ["pre-commit"]',
        )
    done = install.install(repository, wanted, path=where.environ.get("PATH", ""), data=trust.data_home(where.environ))
    trust.allow(where.project.trust, layers)
    for one in install.uninstall(repository, [hook for hook in HOOKS if hook not in wanted]):
        tell(f"gave back {one.path}" if one.kept else f"removed {one.path}: no job names it")
    for one in done:
        then = "runs first" if one.kept and os.access(one.kept, os.X_OK) else "is not executable, and does not run"
        kept = f" (the hook that was there {then}; it is now {one.kept})" if one.kept else ""
        tell(f"installed {one.path}{kept}")


@click.command("uninstall-hooks")
def uninstall_hooks() -> int:
    """Take the hooks away and give back what was there before."""
    done = install.uninstall(_repository(here()))
    for one in done:
        tell(f"gave back {one.path}" if one.kept else f"removed {one.path}")
    if not done:
        tell("no hook of gofigure's is installed")
    return 0
