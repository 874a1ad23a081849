"""What a check says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from gofigure.doctor.scene import Scene

Level = Literal["ok", "warning", "problem"]


class Said(NamedTuple):
    """One answer of a check."""

    level: Level
    found: str
    mend: str = ""  # what to type or do


class Finding(NamedTuple):
    """An answer with what it is about."""

    subject: str
    level: Level
    found: str
    mend: str


Check: TypeAlias = "Callable[[Scene], Iterator[Said]]"


def fine(found: str) -> Said:
    return Said("ok", found)


def warning(found: str, mend: str = "") -> Said:
    """It works, and yet should be known."""
    return Said("warning", found, mend)


def problem(found: str, mend: str = "") -> Said:
    """Something does not work, or cannot be relied on."""
    return Said("problem", found, mend)
