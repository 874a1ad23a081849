"""Whether a checkout still stands as it was left: looked at while the remote is asked."""

from __future__ import annotations

import os
from collections.abc import Mapping

from gofigure.process.capture import Running, start
from gofigure.recipes.checkout.places import Place, Record, is_ours

STATUS = (
    "status", "--porcelain=v2", "-z", "--branch", "--untracked-files=normal", "--ignore-submodules=none",
)  # fmt: skip


def begin(place: Place, record: Record | None, env: Mapping[str, str]) -> Running | None:
    """Look; None where there is nothing to look at."""
    if record is None or record.dest != place.dest or not is_ours(place):
        return None
    return start(["git", "--no-optional-locks", "-C", place.dest, *STATUS], env=env)


def finish(looking: Running, record: Record | None) -> bool:
    """Whether it is at the commit on record, with nothing changed but what git ignores."""
    done = looking.finish()
    if done.code != 0 or record is None:
        return False
    lines = [line for line in done.out.split(b"\0") if line]
    at = b"# branch.oid " + os.fsencode(record.commit)
    return at in lines and all(line.startswith(b"# ") for line in lines)
