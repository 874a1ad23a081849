"""Whether a checkout still stands as it was left: looked at while the remote is asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from gofigure.process.capture import Running, start
from gofigure.recipes.checkout.places import Place, Record, is_ours

STATUS = (
    "status", "--porcelain=v2", "-z", "--branch", "--untracked-files=normal", "--ignore-submodules=none",
)  # fmt: skip


class Looking(NamedTuple):
    """What git has been asked, and will answer."""

    status: Running
    modules: Running | None


def begin(place: Place, record: Record | None, env: Mapping[str, str], *, modules: bool) -> Looking | None:
    """Look; None where there is nothing to look at. `modules`: whether submodules are to be there."""
    if record is None or record.dest != place.dest or not is_ours(place):
        return None
    at = ("git", "--no-optional-locks", "-C", place.dest)
    # The first says nothing of a submodule that is empty.
    more = start([*at, "submodule", "status", "--recursive"], env=env) if modules else None
    return Looking(start([*at, *STATUS], env=env), more)


def finish(looking: Looking, record: Record | None) -> bool:
    """Whether it is at the commit on record, with nothing changed but what git ignores."""
    modules = looking.modules.finish() if looking.modules is not None else None
    done = looking.status.finish()
    if done.code != 0 or record is None:
        return False
    if modules is not None and (modules.code != 0 or any(line[:1] != b" " for line in modules.out.splitlines())):
        return False
    lines = [line for line in done.out.split(b"\0") if line]
    at = b"# branch.oid " + os.fsencode(record.commit)
    return at in lines and all(line.startswith(b"# ") for line in lines)
