"""package.json: scripts whose names say what they are for."""

from __future__ import annotations

from gofigure.importing.facts import Found, Left, Stage, lines
from gofigure.importing.formats import read_any
from gofigure.importing.given import Reading, get, shown
from gofigure.importing.make import by_hand
from gofigure.importing.roles import role_of
from gofigure.starter import Place

_FILE = "package.json"
_LOCKS = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lock": "bun", "bun.lockb": "bun"}
_PLACEHOLDER = "no test specified"  # what `npm init` writes


def files(place: Place) -> tuple[str, ...]:
    return (_FILE,) if _FILE in place.files else ()


def read(place: Place, names: tuple[str, ...]) -> Found:
    file = names[0]
    reading = Reading(file)
    top = reading.table(read_any(place.read(file), file), "the file")
    program = next((name for lock, name in _LOCKS.items() if lock in place.files), "npm")
    stages: list[Stage] = []
    for name, given in reading.table(get(top, "scripts"), "scripts").items():
        role = role_of(name)
        line = reading.text(given, f"scripts.{shown(name)}") if role is not None else ""
        if role is None or not line.strip() or _PLACEHOLDER in line:
            continue
        kind = "build" if role == "build" else ""
        if (program, name) == ("npm", "test"):
            made = lines(target="npm_test")
        else:
            made = lines(type=kind, run=f"{program} run {name}", fix=role == "fix")
        stages.append(Stage(name, made, f"{file}: the script {name}: {shown(line)}"))
    if stages and not place.runs(program):
        reading.left.append(Left(file, 0, program, "it cannot be started here", "install it before you run these"))
    return Found("npm", (file,), by_hand(program, file, tuple(stages)), tuple(reading.left))
