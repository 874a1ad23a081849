"""The commands; each is imported only when it is asked for."""

from __future__ import annotations

import importlib
from typing import NoReturn

import click

from gofigure import __version__
from gofigure.cli.guard import answer_error, leave

_COMMANDS = {
    "allow": "allow",
    "completion": "completion",
    "config": "config",
    "demo": "demo",
    "digest": "digest",
    "doctor": "doctor",
    "gc": "gc",
    "history": "history",
    "hook": "call_hook",
    "import": "import_older",
    "init": "init",
    "install-hooks": "hooks",
    "logs": "logs",
    "man": "man",
    "rollback": "rollback",
    "run": "run",
    "schema": "schema",
    "status": "status",
    "ui": "ui",
    "uninstall-hooks": "hooks",
    "validate": "validate",
    "watch": "watch",
    "why": "why",
}
_NAMES = {"import": "import_older"}  # Python keeps that word for itself


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, name = home_of(cmd_name)
        command: click.Command = getattr(importlib.import_module(f"gofigure.cli.{module}"), name)
        return command


def home_of(command: str) -> tuple[str, str]:
    """The module of a command, and what it is called there."""
    return _COMMANDS[command], _NAMES.get(command) or command.replace("-", "_")


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gofigure")
def gofigure() -> None:
    """Local CI/CD for a git repository: run only what is not yet proven.

    \b
    To begin:
      gofigure init              look at the project, write .gofigure.toml, show what would run
      gofigure install-hooks     git runs its jobs from now on
      gofigure run               or run them now
      gofigure why STAGE         why it ran, or did not
    """  # noqa: D301 - the \b is for click: these lines stay as they are


def main() -> NoReturn:
    leave(_main)


def _main() -> int:
    try:
        result = gofigure.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        error.show()
        answer_error(error.format_message(), "")
        return error.exit_code
    except SystemExit:  # what click makes of a reader that has gone
        raise BrokenPipeError from None
    return result if isinstance(result, int) else 0
