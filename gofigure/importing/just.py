"""just: recipes whose names say what they are for."""

from __future__ import annotations

import re

from gofigure.importing.facts import Found, Left, Stage, lines
from gofigure.importing.given import shown
from gofigure.importing.make import by_hand
from gofigure.importing.roles import role_of
from gofigure.starter import Place

_FILES = ("justfile", "Justfile", ".justfile", "JUSTFILE")
_RECIPE = re.compile(
    r"^@?(?P<name>[A-Za-z][\w-]*)(?P<parameters>(?:[ \t]+[^:=\n]+(?:=[^:\n]*)?)?)[ \t]*:(?!=)", re.MULTILINE
)


def files(place: Place) -> tuple[str, ...]:
    return tuple(name for name in _FILES if name in place.files)[:1]


def read(place: Place, names: tuple[str, ...]) -> Found:
    file = names[0]
    text = place.read(file)
    stages: dict[str, Stage] = {}
    left: list[Left] = []
    for match in _RECIPE.finditer(text):
        name, role = match["name"], role_of(match["name"])
        above = _above(text, match.start())
        if role is None or name in stages or any(line.startswith("[private]") for line in above):
            continue
        needed = [word for word in match["parameters"].split() if "=" not in word and not word.startswith("*")]
        if needed:
            line = text.count("\n", 0, match.start()) + 1
            left.append(
                Left(file, line, name, f"it wants to be told {shown(' '.join(needed))}", "write a stage by hand")
            )
            continue
        why = next((line.lstrip("# ") for line in reversed(above) if line.startswith("#")), "")
        made = lines(type="build" if role == "build" else "", run=f"just {name}", fix=role == "fix", inputs=())
        stages[name] = Stage(name, made, f"{file}: {name}{f' ({shown(why)})' if why else ''}")
    if stages and not place.runs("just"):
        left.append(Left(file, 0, "just", "it cannot be started here", "install it before you run these"))
    if not stages and not left:
        left.append(
            Left(file, 0, "its recipes", "none has a name such as lint, test or build", "write a stage by hand")
        )
    return Found("just", (file,), by_hand("just", file, tuple(stages.values())), tuple(left))


def _above(text: str, start: int) -> list[str]:
    """The lines above a recipe that belong to it: comments and attributes."""
    found: list[str] = []
    for line in reversed(text[:start].splitlines()):
        if not line.startswith(("#", "[")):
            break
        found.insert(0, line)
    return found
