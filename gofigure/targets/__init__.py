"""Kinds of work: each a module that turns a Stage into Commands. Adding one is a file and a line in KINDS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from gofigure.model import HANDED_VARIABLES, Command, Stage
from gofigure.targets import (
    cargo_test,
    checkout,
    docker,
    go_test,
    kubernetes,
    make,
    npm_test,
    pre_commit,
    pytest,
    shell,
)


class Target(Protocol):
    """What a target module offers; it starts nothing and reads nothing."""

    READS_WHOLE_LOCATIONS: bool  # `source` only says where there is something to do (decision 6)
    ROOTS: tuple[str, ...]  # files that mark the root of a module or workspace, of which a location is only a part
    MANIFESTS: tuple[str, ...]  # files that make a folder a module, which others may refer to
    TELLS_VERSION: bool  # its tools may be run with `--version`; a word of the user's could do anything
    ENVIRONMENT: tuple[tuple[str, str], ...]  # variables that its programs get, unless the stage says otherwise
    # A target whose work is a recipe of our own may have PASSES: variables of the user's own that its recipe gets, and
    # that are no part of a key: where a server is, and who asks.

    def commands(self, stage: Stage) -> tuple[Command, ...]:
        """One for each location, in order; or one that takes file names."""

    def source(self, stage: Stage) -> str | None:
        """A regular expression that a file in each location must match: else there is nothing to do. None: any will do.

        It is searched in the path below the location.
        """

    def tools(self, stage: Stage) -> tuple[str, ...]:
        """Programs whose content decides the result, by name or path."""


class Reads(NamedTuple):
    """What a shell line makes of its arguments."""

    any: bool = False
    must: bool = False  # it says nothing of what to do without them


class Asks(NamedTuple):
    """The variables with what git hands over that a stage asks for."""

    names: tuple[str, ...] = ()
    must: bool = False  # its line says nothing of what to do without them


_NONE = Reads()
_ASKS_NOTHING = Asks()
KINDS: Mapping[str, Target] = {
    "cargo_test": cargo_test,
    "checkout": checkout,
    "docker": docker,
    "go_test": go_test,
    "kubernetes": kubernetes,
    "make": make,
    "npm_test": npm_test,
    "pre-commit": pre_commit,
    "pytest": pytest,
    "shell": shell,
}


def commands_of(stage: Stage) -> tuple[Command, ...]:
    return KINDS[stage.target].commands(stage)


def source_of(stage: Stage) -> str | None:
    """What a file in each location must match; None: nothing is asked."""
    return KINDS[stage.target].source(stage) if stage.files is None else None


def environment_of(stage: Stage) -> Mapping[str, str]:
    return dict(KINDS[stage.target].ENVIRONMENT)


def passed_to(stage: Stage) -> tuple[str, ...]:
    """Variables of the user's own that a recipe of this stage gets."""
    return getattr(KINDS[stage.target], "PASSES", ())


def reads_arguments(stage: Stage) -> Reads:
    """What a stage makes of the arguments that git hands to a hook; those of a per-file stage are its files."""
    if stage.target != "shell" or stage.files is not None or "$" not in (stage.run or ""):
        return _NONE
    from gofigure.targets.parameters import reads  # 2 ms that few runs need

    return Reads(*reads(stage.run or ""))


def handed_variables(stage: Stage) -> Asks:
    """Which of HANDED_VARIABLES a stage asks for, by name: in its shell line or in `pass_env`."""
    line = (stage.run or "") if stage.target == "shell" else ""
    if "GOFIGURE_" not in line and not any(name in HANDED_VARIABLES for name in stage.pass_env):
        return _ASKS_NOTHING
    from gofigure.targets.parameters import reads_variables

    written, must = reads_variables(line, HANDED_VARIABLES)
    return Asks(tuple(name for name in HANDED_VARIABLES if name in written or name in stage.pass_env), must)


def reads_whole_locations(stage: Stage) -> bool:
    return KINDS[stage.target].READS_WHOLE_LOCATIONS


def roots_of(stage: Stage) -> tuple[str, ...]:
    """File names: all of the outermost folder around a location that holds one of them may decide the result."""
    return KINDS[stage.target].ROOTS


def manifests_of(stage: Stage) -> tuple[str, ...]:
    return KINDS[stage.target].MANIFESTS


def tells_version(stage: Stage) -> bool:
    return KINDS[stage.target].TELLS_VERSION


def tools_of(stage: Stage) -> tuple[str, ...]:
    """The target's own tools, without those that the stage declares itself."""
    return tuple(name for name in KINDS[stage.target].tools(stage) if name not in stage.tools)
