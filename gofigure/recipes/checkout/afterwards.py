"""What is left of a checkout once a stage has worked in it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from gofigure.errors import GofigureError
from gofigure.git.address import based, parsed
from gofigure.process.capture import capture
from gofigure.recipes.checkout.environment import environment
from gofigure.recipes.checkout.places import home_of
from gofigure.recipes.checkout.standing import STATUS
from gofigure.recipes.checkout.wish import wish_of

_FIELDS = {"1": 8, "2": 9, "u": 10, "?": 1}  # by kind of line: how many stand before a path


def changed_in(
    made: Mapping[str, Any], spec: str, root: str, state_dir: str, environ: Mapping[str, str]
) -> tuple[str, ...]:
    """The paths that are not as they were brought, but for what git ignores; GofigureError where git cannot say.

    `made`: what the recipe has handed back for `spec`, which it was given in the working tree at `root`.
    """
    wish = wish_of(json.loads(spec))
    address = based(parsed(wish.url), root)
    env = environment(environ, address, wish._replace(url=address.url), os.path.join(home_of(state_dir), "home"))
    dest, commit = str(made["dest"]), str(made["commit"])
    if not os.path.isdir(dest):
        return (dest,)
    done = capture(["git", "--no-optional-locks", "-C", dest, *STATUS], env=env, cwd="/")
    if done.code != 0:
        raise GofigureError(os.fsdecode(done.err).strip().partition("\n")[0])
    return tuple(read(os.fsdecode(done.out).split("\0"), commit))


def read(lines: list[str], commit: str) -> list[str]:
    """The paths in an answer of `git status`."""
    found = []
    pending = iter(line for line in lines if line)
    for line in pending:
        kind = line[0]
        if line.startswith("# branch.oid ") and line.removeprefix("# branch.oid ") != commit:
            found.append("the commit")
        elif kind in _FIELDS:
            found.append(line.split(" ", _FIELDS[kind])[-1])
            if kind == "2":
                next(pending, "")  # what it was called before
    return found
