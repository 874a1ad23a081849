"""What is said of a name that is none."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gofigure.errors import GofigureError


def full_name(word: str, here: str, valid: Collection[str]) -> str:
    """What a word stands for among full names: what is called so in the nearest folder upward of `here`."""
    folder = here
    while folder:
        if f"{folder}:{word}" in valid:
            return f"{folder}:{word}"
        folder = folder.rpartition("/")[0]
    return word.removeprefix("//").removeprefix(":") if word.startswith("//") else word


def unknown(what: str, name: str, valid: Sequence[str]) -> GofigureError:
    """What to raise for a name that is none, with the nearest one that is."""
    from gofigure.config.suggest import single_quoted, suggestion

    return GofigureError(f"no {what} is called {single_quoted(name)}{suggestion(name, valid)}")
