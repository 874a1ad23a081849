"""Kinds of work: each a module that turns a Stage into Commands. Adding one is a file and a line in KINDS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from gofigure.model import Command, Stage
from gofigure.targets import make, pytest, shell


class Target(Protocol):
    """What a target module offers; it starts nothing and reads nothing."""

    READS_WHOLE_LOCATIONS: bool  # `source` only says where there is something to do (decision 6)
    TELLS_VERSION: bool  # its tools may be run with `--version`; a word of the user's could do anything

    def commands(self, stage: Stage) -> tuple[Command, ...]:
        """What to execute, in order; a failure ends the stage."""

    def tools(self, stage: Stage) -> tuple[str, ...]:
        """Programs whose content decides the result, by name or path."""


class Reads(NamedTuple):
    """What a shell line makes of its arguments."""

    any: bool = False
    must: bool = False  # it says nothing of what to do without them


_NONE = Reads()
KINDS: Mapping[str, Target] = {"make": make, "pytest": pytest, "shell": shell}


def commands_of(stage: Stage) -> tuple[Command, ...]:
    return KINDS[stage.target].commands(stage)


def reads_arguments(stage: Stage) -> Reads:
    """What a stage makes of the arguments that git hands to a hook; those of a per-file stage are its files."""
    if stage.target != "shell" or stage.files is not None or "$" not in (stage.run or ""):
        return _NONE
    from gofigure.targets.parameters import reads  # 2 ms that few runs need

    return Reads(*reads(stage.run or ""))


def reads_whole_locations(stage: Stage) -> bool:
    return KINDS[stage.target].READS_WHOLE_LOCATIONS


def tells_version(stage: Stage) -> bool:
    return KINDS[stage.target].TELLS_VERSION


def tools_of(stage: Stage) -> tuple[str, ...]:
    """The target's own tools, without those that the stage declares itself."""
    return tuple(name for name in KINDS[stage.target].tools(stage) if name not in stage.tools)
