"""Task: tasks whose names say what they are for."""

from __future__ import annotations

from gofigure.importing.facts import Found, Left, Stage, lines
from gofigure.importing.formats import read_any
from gofigure.importing.given import Given, Reading, get, shown
from gofigure.importing.make import by_hand
from gofigure.importing.roles import role_of
from gofigure.starter import Place

_FILES = tuple(f"{name}{ending}" for name in ("Taskfile", "taskfile") for ending in (".yml", ".yaml", ".dist.yml"))


def files(place: Place) -> tuple[str, ...]:
    return tuple(name for name in _FILES if name in place.files)[:1]


def read(place: Place, names: tuple[str, ...]) -> Found:
    file = names[0]
    reading = Reading(file)
    top = reading.table(read_any(place.read(file), file), "the file")
    stages: list[Stage] = []
    for name, given in reading.table(get(top, "tasks"), "tasks").items():
        role = role_of(name)
        if role is None:
            continue
        table = given.value if isinstance(given.value, dict) else {}
        if get(table, "internal").value is True:
            continue
        why_not = _why_not(name, table)
        if why_not:
            reading.leave(given.line, name, why_not, "write a stage by hand")
            continue
        _tell(reading, name, table)
        why = reading.text(get(table, "desc"), f"{name}.desc") or reading.text(get(table, "summary"), f"{name}.summary")
        made = lines(type="build" if role == "build" else "", run=f"task {name}", fix=role == "fix")
        stages.append(Stage(name, made, f"{file}: {name}{f' ({shown(why)})' if why else ''}"))
    if stages and not place.runs("task"):
        reading.left.append(Left(file, 0, "task", "it cannot be started here", "install it before you run these"))
    if not stages:
        reading.leave(0, "its tasks", "none has a name such as lint, test or build", "write a stage by hand")
    return Found("task", (file,), by_hand("task", file, tuple(stages)), tuple(reading.left))


def _why_not(name: str, table: dict[str, Given]) -> str:
    """Why a task is no stage; "" if it is one."""
    if "requires" in table:
        return "it wants variables to be set"
    if "*" in name:
        return "its name stands for many"
    if get(table, "watch").value is True:
        return "it watches files until somebody ends it"
    return "it asks a person" if "prompt" in table else ""


def _tell(reading: Reading, name: str, table: dict[str, Given]) -> None:
    for key in ("sources", "generates"):
        if key in table:
            ours = "inputs" if key == "sources" else "outputs"
            reading.leave(table[key].line, f"{name}.{key}", "a stage reads everything unless it says less",
                          f"say it in {ours}")  # fmt: skip
