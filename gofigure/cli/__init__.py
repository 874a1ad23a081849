"""What a person types; the only package that prints."""

from __future__ import annotations

import gc
import sys

# Loading modules makes objects by the thousand and no garbage: to look for some costs a short command 7 % of its time.
gc.set_threshold(50_000)

# What people and scripts mostly say; for all else, and for help, there is click.
_SAID_OF_WATCH = {"--json", "--once", "--no-notify"}


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
    if command == "watch" and {name for name in names if name.startswith("-")} <= _SAID_OF_WATCH:
        from gofigure.cli.guard import leave
        from gofigure.cli.watch_now import watch_now
        from gofigure.watch.state import Options

        jobs = tuple(name for name in names if name not in _SAID_OF_WATCH)
        notify = False if "--no-notify" in names else None
        options = Options(jobs, once="--once" in names)
        leave(lambda: watch_now(options, as_json="--json" in names, notify=notify, ui=False))
    if command == "completion" and names[:1] == ["--words"]:
        from gofigure.cli.completing import complete

        complete(names[1:])
    from gofigure.cli.main import main as parse

    parse()
