"""Which screen an observer of events gets: a live one on a terminal, a plain one anywhere else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO, TypeAlias

from gofigure.cli.terminal import is_terminal, paint_for, wraps_when_narrowed

if TYPE_CHECKING:
    from gofigure.cli.live import Live
    from gofigure.cli.plain import Plain

    Console: TypeAlias = Plain | Live


def console_for(stream: TextIO) -> Console:
    """An observer, to be used in a with statement: at its end the terminal is in order, whatever happened."""
    paint = paint_for(stream, os.environ)
    if is_terminal(stream, os.environ):
        from gofigure.cli.live import Live

        return Live(stream, paint, wraps_when_narrowed=wraps_when_narrowed(os.environ))
    from gofigure.cli.plain import Plain

    return Plain(stream, paint)
