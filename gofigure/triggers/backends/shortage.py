"""What is not watched, in words: what it means, and what can be typed about it."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping

from gofigure.triggers.backends.watches import LIMIT

_LIMITS = ("fs.inotify.max_user_watches", "user.max_inotify_watches")  # the smaller one counts (namespaces(7))
_SHOWN = 3


def is_limited(lacking: Mapping[bytes, str]) -> bool:
    return LIMIT in lacking.values()


def in_words(without: str, lacking: Mapping[bytes, str], watched: int, interval: float) -> str:
    """All of it; "" if there is nothing. `without`: what is on another machine; `interval`: seconds between looks."""
    said = [without] if without else []
    if is_limited(lacking):
        said.append(_of_the_limit(watched, sum(why == LIMIT for why in lacking.values()), interval))
    refused = {path: why for path, why in lacking.items() if why != LIMIT}
    if refused:
        why = next(iter(refused.values()))
        said.append(f"{_some(refused)}: {why}; what changes there is seen by a scan every {interval:.3g} s")
    return "; ".join(said)


def _of_the_limit(watched: int, lacking: int, interval: float) -> str:
    name, limit = watch_limit()
    enough = 2 ** max(19, (2 * (watched + lacking)).bit_length())
    return (
        f"only {watched} of {watched + lacking} folders are watched, as {name} is {limit}; the rest is seen by a scan "
        f"every {interval:.3g} s: sudo sysctl {name}={enough} (the limit is the host's, also in a container)"
    )


def watch_limit() -> tuple[str, int]:
    """Of the settings that limit how many watches a user has: the one that counts, and its value; 0: unknown."""
    found = [(_setting(name), name) for name in _LIMITS]
    value, name = min(((value, name) for value, name in found if value), default=(0, _LIMITS[0]))
    return name, value


def _setting(name: str) -> int:
    try:
        with open("/proc/sys/" + name.replace(".", "/")) as file:
            return int(file.read())
    except (OSError, ValueError):
        return 0


def _some(paths: Collection[bytes]) -> str:
    shown = [repr(os.fsdecode(path))[1:-1] for path in sorted(paths)[:_SHOWN]]
    more = len(paths) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
