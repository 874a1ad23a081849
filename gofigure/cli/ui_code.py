"""What the page has saved, shown in the terminal of `gofigure ui` with a code: typed into the page, it is a yes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gofigure import trust
from gofigure.cli.consent import compared, told
from gofigure.cli.streams import write

if TYPE_CHECKING:
    from collections.abc import Callable

    from gofigure.project import Project

_MOST_LINES, _MOST_LETTERS = 60, 6000  # what runs out of the screen is not seen, and so not said yes to


def announcer(project: Project) -> Callable[[trust.Layer, str], bool]:
    def announce(layer: trust.Layer, code: str) -> bool:
        """Whether all of it is on the screen."""
        lines = list(told(compared(layer, trust.before(project.trust, layer))))
        if len(lines) > _MOST_LINES or sum(map(len, lines)) > _MOST_LETTERS:
            write(sys.stdout, f"\nthe page has saved {layer.name}, which has changed a lot: gofigure allow  shows it\n")
            return False
        text = "".join(f"{line}\n" for line in lines)
        write(sys.stdout, f"\nthe page has saved this; it does not run yet:\n{text}")
        write(sys.stdout, f"to let it run: gofigure allow, or type into the page: {code}\n")
        return True

    return announce
