"""What the page has saved, shown in the terminal of `gofigure ui` with a code: typed into the page, it is a yes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from gofigure import trust
from gofigure.cli.consent import compared, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from gofigure.project import Project

_MOST_LINES, _MOST_LETTERS = 60, 6000  # what runs out of the screen is not seen, and so not said yes to


def announcer(project: Project) -> Callable[[trust.Layer, str], bool]:
    def announce(layer: trust.Layer, code: str) -> bool:
        """Whether all of it is on the screen. It waits where the terminal is stopped."""
        lines = list(told(compared(layer, trust.before(project.trust, layer))))
        if len(lines) > _MOST_LINES or sum(map(len, lines)) > _MOST_LETTERS:
            _write(f"\nthe page has saved {layer.name}, which has changed a lot: gofigure allow  shows it\n")
            return False
        text = "".join(f"{line}\n" for line in lines)
        said = f"\nthe page has saved this; it does not run yet:\n{text}"
        return _write(f"{said}to let it run: gofigure allow, or type into the page: {code}\n")

    return announce


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
