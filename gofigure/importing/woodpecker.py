"""Woodpecker: steps with commands, each in its image."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from gofigure.importing import commands
from gofigure.importing.facts import COPY, Found, Job, Line, Stage, lines
from gofigure.importing.formats import read_any
from gofigure.importing.given import Given, Reading, Table, get, shown
from gofigure.starter import Place

_FILE = re.compile(r"\.woodpecker\.ya?ml|\.woodpecker/[^/]+\.ya?ml")
_LEFT = {
    "services": ("services that run beside it", "start them before you run it"),
    "matrix": ("a matrix: it runs here once", ""),
    "depends_on": ("the order of workflows", "gofigure run JOB JOB runs them one after the other"),
    "when": ("a condition", "branches, during or changed"),
}
_OF_THE_SERVICE = re.compile(r"\$\{?(?:CI_\w+|CI\b)\}?")
_ALWAYS = ("push", "pull_request", "manual")


def files(place: Place) -> tuple[str, ...]:
    return tuple(name for name in place.files if _FILE.fullmatch(name))


def read(place: Place, names: tuple[str, ...]) -> Found:
    reading = Reading(names[0])
    jobs: list[Job] = []
    for name in names:
        reading.file = name
        top = reading.table(read_any(place.read(name), name), "the file")
        jobs += _job(reading, name, top)
    return Found("woodpecker", names, tuple(jobs), tuple(reading.left))


def _job(reading: Reading, file: str, top: Table) -> list[Job]:
    for key, (why, todo) in _LEFT.items():
        if key in top and not (key == "when" and _is_usual(reading, top[key])):
            reading.leave(top[key].line, key, why, todo)
    made = [_stage(reading, file, name, step, line) for name, step, line in _steps(reading, top)]
    stages = [stage for stage in made if stage is not None]
    if not stages:
        return []
    wish = "ci" if file.startswith(".woodpecker.") else file.rpartition("/")[2].rpartition(".")[0]
    return [Job(wish, tuple(stages), f"{file}: its steps", could=("pre-push",), strict=True)]


def _steps(reading: Reading, top: Table) -> list[tuple[str, Table, int]]:
    """As a list, or by name; `pipeline` is the older word."""
    given = top["steps"] if "steps" in top else get(top, "pipeline")
    if isinstance(given.value, tuple):
        tables = [(reading.table(one, f"steps[{at}]"), one.line) for at, one in enumerate(given.value)]
        names = [reading.text(get(one, "name"), "name") or f"step-{at + 1}" for at, (one, _) in enumerate(tables)]
        return [(name, one, line) for name, (one, line) in zip(names, tables, strict=True)]
    return [(name, reading.table(one, name), one.line) for name, one in reading.table(given, "steps").items()]


def _stage(reading: Reading, file: str, name: str, step: Table, line: int) -> Stage | None:
    told = reading.texts(get(step, "commands"), f"{name}.commands")
    kept = () if "image" not in step and commands.only_prepares("\n".join(told)) else told
    why_not = _why_not(reading, step, kept, name)
    if why_not:
        reading.leave(line, name, why_not, "write what it does as a stage")
        return None
    for key in ("depends_on", "volumes", "privileged"):
        if key in step:
            reading.leave(step[key].line, f"{name}.{key}", "it has no counterpart here")
    env, secrets = _environment(reading, step, name)
    run = kept[0] if len(kept) == 1 else "".join(f"{one}\n" for one in kept)
    folder = reading.text(get(step, "directory"), f"{name}.directory")
    if folder not in ("", "."):
        run = f"cd {shlex.quote(folder)}\n{run.rstrip()}\n"
    image = reading.text(get(step, "image"), f"{name}.image")
    made = lines(run=run, image=image, env=env, secrets=secrets)
    if get(step, "failure").value == "ignore":
        made = (*made, Line("allow_failure", True))
    return Stage(name, (*made, COPY), f"{file}: {shown(name)}")


def _why_not(reading: Reading, step: Table, kept: Sequence[str], name: str) -> str:
    if "settings" in step or not get(step, "commands").value:
        return "a plugin: its image decides what it does"
    if not kept:
        return "it only installs something"
    if "when" in step and not _is_usual(reading, step["when"]):
        return "a condition decides whether it runs"
    if get(step, "detach").value is True:
        return "it runs beside the others"
    told = (*kept, reading.text(get(step, "directory"), f"{name}.directory"))
    own = next((match for one in told if (match := _OF_THE_SERVICE.search(one))), None)
    return f"{own[0]} is filled in by that service" if own else ("" if name else "it has no name")


def _is_usual(reading: Reading, given: Given) -> bool:
    """Whether a condition only names what every change is: a push, a pull request."""
    for one in given.value if isinstance(given.value, tuple) else (given,):
        table = one.value if isinstance(one.value, dict) else {}
        events = reading.texts(get(table, "event"), "when.event")
        if not table or set(table) != {"event"} or not set(events) & set(_ALWAYS):
            return False
    return True


def _environment(reading: Reading, step: Table, name: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Variables, and those of them that are secrets, by name."""
    env: dict[str, str] = {}
    secrets: list[str] = []
    for variable, given in reading.table(get(step, "environment"), f"{name}.environment").items():
        if isinstance(given.value, dict) and "from_secret" in given.value:
            secrets.append(variable)
        else:
            env |= reading.pairs(Given({variable: given}, given.line), f"{name}.environment")
    told = reading.items(get(step, "secrets"), f"{name}.secrets")
    secrets += [given.value.upper() for given in told if isinstance(given.value, str)]
    return env, tuple(dict.fromkeys(secrets))
