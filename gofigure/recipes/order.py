"""What a recipe is told besides its arguments, and how it hands back what it has made."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from gofigure.digest.content import digest_bytes
from gofigure.recipes import ORDER_VARIABLE
from gofigure.targets.docker import slug


class Order(NamedTuple):
    """One command of one stage in one run."""

    stage: str
    root: str  # the top folder of the workspace that it runs in
    state_dir: str  # where gofigure keeps things for this repository
    made: str  # the folder to hand things back in
    mark: str  # REPOSITORY:RUN, which marks everything that belongs to this run
    trigger: str  # what asked for it: "manual", "page", "change" or a git hook's name
    key: str  # of the stage, in hexadecimal
    # Stage -> location -> what was handed back there: of all stages that this one has waited for.
    needed: Mapping[str, Mapping[str, Mapping[str, Any]]]

    @property
    def location(self) -> str:
        """The folder that this is about, relative to the root; "" is the root itself."""
        here = os.path.relpath(os.getcwd(), self.root)
        return "" if here == "." else here

    def hand_back(self, made: Mapping[str, Any]) -> str:
        """What later stages and people are to know; replaces what was handed back for this location before.

        Gives the file that holds it.

        A `digest` in it names what was made: the keys of the stages that need this one depend on it, where the
        target's steps feed them (runner.plan.Step.feeds).
        """
        name = digest_bytes(os.fsencode(self.location)).hex()[:32]
        path = os.path.join(self.made, f"{name}.json")
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            json.dump({"location": self.location, **made}, file, sort_keys=True)
        os.replace(f"{path}.new", path)
        return path


def project(state_dir: str) -> str:
    """What the project is called: as the folder of its repository, whichever working tree and whatever link this is."""
    folder = os.path.realpath(os.path.dirname(state_dir))
    if os.path.basename(folder) == ".git":
        folder = os.path.dirname(folder)
    return slug(os.path.basename(folder).removesuffix(".git")) or "project"


def taken() -> Order:
    """The order of this process, which what it starts does not see. KeyError, ValueError: there is no good one."""
    return Order(**json.loads(os.environ.pop(ORDER_VARIABLE)))
