"""What a person types; the only package that prints."""

from __future__ import annotations

import sys


def main() -> None:
    """The `gofigure` command."""
    command, *names = sys.argv[1:] or [""]
    if command == "run" and not any(name.startswith("-") for name in names):
        # Nothing to parse: importing click would take as long as a whole proven run.
        from gofigure.cli.guard import leave
        from gofigure.cli.now import run_now

        leave(lambda: run_now(tuple(names)))
    from gofigure.cli.main import main as parse

    parse()
