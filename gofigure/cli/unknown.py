"""What is said of a name that is none."""

from __future__ import annotations

from collections.abc import Sequence

from gofigure.errors import GofigureError


def unknown(what: str, name: str, valid: Sequence[str]) -> GofigureError:
    """What to raise for a name that is none, with the nearest one that is."""
    from gofigure.config.suggest import single_quoted, suggestion

    return GofigureError(f"no {what} is called {single_quoted(name)}{suggestion(name, valid)}")
