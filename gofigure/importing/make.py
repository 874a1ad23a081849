"""Make: targets whose names say what they are for."""

from __future__ import annotations

import re

from gofigure.importing.facts import Found, Job, Left, Stage, lines
from gofigure.importing.given import shown
from gofigure.importing.roles import Role, role_of
from gofigure.starter import Place

_FILES = ("GNUmakefile", "makefile", "Makefile")  # in make's own order
_TARGET = re.compile(
    r"^(?P<names>[A-Za-z][\w.-]*(?:[ \t]+[A-Za-z][\w.-]*)*)[ \t]*::?(?![:=])(?P<rest>[^\n]*)", re.MULTILINE
)


def files(place: Place) -> tuple[str, ...]:
    return tuple(name for name in _FILES if name in place.files)[:1]


def read(place: Place, names: tuple[str, ...]) -> Found:
    file = names[0]
    text = place.read(file)
    told: dict[str, tuple[Role, str]] = {}
    for match in _TARGET.finditer(text):
        for name in match["names"].split():
            role = role_of(name)
            if role is not None and name not in told:
                told[name] = role, _comment(text, match)
    if "all" in told and len(told) > 1:
        del told["all"]  # what it is for is said by the others
    stages = tuple(_stage(file, name, role, why) for name, (role, why) in told.items())
    left = [] if stages else [_nothing(file)]
    if stages and not place.runs("make"):
        left.append(Left(file, 0, "make", "it cannot be started here", "install it before you run these"))
    return Found("make", (file,), by_hand("make", file, stages), tuple(left))


def _comment(text: str, match: re.Match[str]) -> str:
    """What the Makefile says of a target: behind `##`, or in the line above."""
    behind = match["rest"].partition("##")[2].strip()
    above = text[: match.start()].rstrip("\n").rpartition("\n")[2]
    return behind or (above.lstrip("# ") if above.startswith("#") else "")


def _stage(file: str, name: str, role: Role, why: str) -> Stage:
    made = lines(type="build" if role == "build" else "", target="make", run=name, fix=role == "fix")
    return Stage(name, made, f"{file}: {name}{f' ({shown(why)})' if why else ''}")


def _nothing(file: str) -> Left:
    return Left(
        file, 0, "its targets", "none has a name such as lint, test, check, build or fmt", "write a stage by hand"
    )


def by_hand(tool: str, file: str, stages: tuple[Stage, ...]) -> tuple[Job, ...]:
    """A job for tasks of which nobody says when they run."""
    if not stages:
        return ()
    return (Job(tool, stages, f"{file}: tasks, which say nothing of git's hooks", could=("pre-commit",)),)
