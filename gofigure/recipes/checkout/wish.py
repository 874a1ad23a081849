"""What a checkout stage asks for, as a value; and how the recipe speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Wish(NamedTuple):
    """The settings of one checkout (config/checkout_keys.py)."""

    url: str
    ref: str = "HEAD"
    dest: str | None = None
    depth: int = 1
    submodules: bool | tuple[str, ...] = False
    lfs: bool = False
    filter: str | None = None
    credentials: str = "none"
    use_its_jobs: bool = False


def wish_of(spec: Mapping[str, Any]) -> Wish:
    """From what the target has written as JSON."""
    wish = Wish(**spec)
    return wish if isinstance(wish.submodules, bool) else wish._replace(submodules=tuple(wish.submodules))


def say(line: str) -> None:
    """To the stage's log, at once: somebody may be looking on."""
    print(line, flush=True)
