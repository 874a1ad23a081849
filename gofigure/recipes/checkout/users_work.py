"""What the user has done in a checkout whose folder is of their own choosing: it is not written over."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping

from gofigure.errors import GofigureError
from gofigure.process.capture import capture
from gofigure.recipes.checkout.afterwards import read
from gofigure.recipes.checkout.places import Place, left_at
from gofigure.recipes.checkout.standing import STATUS

_SHOWN = 5  # paths


def refuse_to_lose(place: Place, env: Mapping[str, str]) -> None:
    """Raise GofigureError where there is something that no mirror has: changed or new files, or commits.

    What we were at work with is half done, and nobody's.
    """
    left = left_at(place.dest)
    if left == "":
        return
    where = shlex.quote(place.dest)
    at = ["git", "--no-optional-locks", "-C", place.dest]
    looked = capture([*at, *STATUS], env=env, cwd="/")
    if looked.code != 0:
        raise GofigureError(
            f"{place.dest} cannot be looked at, and would be made anew: {os.fsdecode(looked.err).strip()}",
            hint=f"move it away: mv {where} {shlex.quote(f'{place.dest}.old')}",
        )
    lines = os.fsdecode(looked.out).split("\0")
    head = next((line.split(" ")[-1] for line in lines if line.startswith("# branch.oid ")), "")
    if names := read(lines, head):
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        raise GofigureError(
            f"{place.dest} has changes that would be written over: {', '.join(names[:_SHOWN])}{more}",
            hint=f"to keep them: git -C {where} stash -u; to drop them: git -C {where} reset --hard && "
            f"git -C {where} clean -fd",
        )
    if head in (left, "(initial)"):
        return
    known = capture([*at, "for-each-ref", "--count=1", f"--contains={head}"], env=env, cwd="/")
    if not known.out:
        raise GofigureError(
            f"{place.dest} is at {head[:12]}, a commit of your own that would be lost",
            hint=f"to keep it: git -C {where} branch NAME",
        )
