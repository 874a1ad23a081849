"""What a check says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from gofigure.doctor.scene import Scene

_UNITS = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))

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


def size(number: int) -> str:
    """Bytes for people: "3.4 MiB"."""
    for unit, name in _UNITS:
        if number >= unit:
            return f"{number / unit:.1f} {name}"
    return f"{number} bytes"


def fine(found: str) -> Said:
    return Said("ok", found)


def warning(found: str, mend: str = "") -> Said:
    """It works, and yet should be known."""
    return Said("warning", found, mend)


def problem(found: str, mend: str = "") -> Said:
    """Something does not work, or cannot be relied on."""
    return Said("problem", found, mend)
