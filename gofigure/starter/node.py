"""Node: the scripts lint, test and build of package.json, as far as they are there."""

from __future__ import annotations

import json
from typing import NamedTuple

from gofigure.starter.commands import in_folders, lead_out
from gofigure.starter.facts import Draft, Found, Line, Place, Role

_FILE = "package.json"
_SCRIPTS: tuple[tuple[str, Role], ...] = (("lint", "lint"), ("test", "test"), ("build", "build"))
_PLACEHOLDER = "no test specified"  # what `npm init` writes
_LOCKS = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn"}
_FETCHED = ("node_modules", ".pnp.cjs")


class _Package(NamedTuple):
    folder: str
    scripts: frozenset[str]
    complete: bool  # what it depends on has been fetched

    @property
    def path(self) -> str:
        return _join(self.folder, _FILE)


def find(place: Place) -> Found | None:
    folders = place.below(_FILE)
    if not folders:
        return None
    # A package at the root speaks for those below it.
    packages = [_read(place, folder) for folder in ([""] if "" in folders else folders)]
    program = next((name for lock, name in _LOCKS.items() if lock in place.files), "npm")
    drafts = tuple(
        draft for script, role in _SCRIPTS if (draft := _draft(place, program, packages, script, role)) is not None
    )
    remark = "" if drafts else f"{packages[0].path} has no script lint, test or build that can be understood"
    return Found("Node", tuple(one.path for one in packages[:3]), drafts, remark)


def _read(place: Place, folder: str) -> _Package:
    try:
        package = json.loads(place.read(_join(folder, _FILE)))
    except (ValueError, RecursionError):
        package = None
    package = package if isinstance(package, dict) else {}
    told = package.get("scripts")
    scripts = {
        name: line
        for name, line in (told.items() if isinstance(told, dict) else ())
        if isinstance(line, str) and line.strip() and not (name == "test" and _PLACEHOLDER in line)
    }
    wants = package.get("dependencies") or package.get("devDependencies")
    return _Package(
        folder,
        frozenset(scripts),
        not wants or any(place.exists(_join(folder, name)) for name in _FETCHED),
    )


def _draft(place: Place, program: str, packages: list[_Package], script: str, role: Role) -> Draft | None:
    having = [one for one in packages if script in one.scripts]
    if not having:
        return None
    missing = ""
    if not place.runs(program):
        missing = f"{program} cannot be started"
    elif not all(one.complete for one in having):
        missing = f"its packages are not there yet ({program} install)"
    command = f"{program} test" if script == "test" else f"{program} run {script}"
    lines = in_folders(
        "npm_test" if (program, script) == ("npm", "test") else None,
        command,
        [one.folder for one in having],
        together=lead_out(place, [one.path for one in having]),
    )
    if role == "build":
        lines = (Line("type", "build"), *lines)
    return Draft(f"{program}-{script}", role, f"The script {script} of {having[0].path}", lines, missing)


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
