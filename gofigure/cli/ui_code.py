"""What the page has saved, shown in the terminal of `gofigure ui` with a code: typed into the page, it is a yes."""

from __future__ import annotations

import math
import os
import sys
from typing import TYPE_CHECKING

from gofigure import trust
from gofigure.cli.consent import compared, told
from gofigure.cli.terminal import cells, size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gofigure.project import Project


def announcer(project: Project) -> Callable[[trust.Layer, str], bool]:
    def announce(layer: trust.Layer, code: str) -> bool:
        """Whether all of it is on the screen. It waits where the terminal is stopped."""
        lines = [
            "the page has saved this; it does not run yet:",
            *told(compared(layer, trust.before(project.trust, layer))),
            f"to let it run: gofigure allow, or type into the page: {code}",
        ]
        if not fits(lines, *size_of(sys.stdout)):
            _write(f"\nthe page has saved {layer.name}; more has changed than fits here: gofigure allow  shows it\n")
            return False
        return _write("".join(f"{line}\n" for line in ("", *lines)))

    return announce


def fits(lines: Sequence[str], columns: int, rows: int) -> bool:
    """Whether they can be seen all at once: what has run out of the screen is not seen, and so not said yes to."""
    return sum(_rows(line.expandtabs(), columns) for line in lines) < rows  # the cursor stands on one of its own


def _rows(line: str, columns: int) -> int:
    """A letter of two columns begins a new row where there is one left."""
    wide = cells(line)
    return max(1, math.ceil(wide / (columns if wide == len(line) else max(1, columns - 1))))


def _write(text: str) -> bool:
    """Whether it stands in the terminal, which may have gone since we were started.

    Not by way of sys.stdout: in a terminal that is stopped its lock would be held for good, and we could not end.
    """
    try:
        fd = sys.stdout.fileno()
        if not os.isatty(fd):
            return False
        data = text.encode(sys.stdout.encoding, "backslashreplace")
        while data:
            data = data[os.write(fd, data) :]
    except (OSError, ValueError):
        return False
    return True
