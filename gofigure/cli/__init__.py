"""What a person types; the only package that prints."""

from __future__ import annotations

import gc
import sys

# Loading modules makes objects by the thousand and no garbage: to look for some costs a short command 7 % of its time.
gc.set_threshold(50_000)


def main() -> None:
    """The `gofigure` command."""
    try:
        _main()
    except KeyboardInterrupt:  # so early that there is no guard yet
        import os

        sys.stderr.write("gofigure: interrupted\n")
        sys.stderr.flush()
        os._exit(130)


def _main() -> None:
    command, *names = sys.argv[1:] or [""]
    if command == "run" and not any(name.startswith("-") for name in names):
        # Nothing to parse: importing click would take as long as a whole proven run.
        from gofigure.cli.guard import leave
        from gofigure.cli.now import run_now

        leave(lambda: run_now(tuple(names)))
    from gofigure.cli.main import main as parse

    parse()
