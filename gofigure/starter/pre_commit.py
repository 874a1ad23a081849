"""pre-commit: the hooks of an existing .pre-commit-config.yaml, file by file."""

from __future__ import annotations

from gofigure.starter.facts import Draft, Found, Line, Place

_FILE = ".pre-commit-config.yaml"
_PROGRAMS = ("pre-commit", "prek")


def find(place: Place) -> Found | None:
    if _FILE not in place.files:
        return None
    program = next((name for name in _PROGRAMS if place.runs(name)), "")
    missing = "" if program else "neither pre-commit nor prek can be started"
    if not place.in_git:
        missing = "it works in a git repository only"
    lines = (
        Line("run", f'{program or _PROGRAMS[0]} run --files "$@"', "only files that have not passed yet"),
        Line("files", "."),
        Line("inputs", (_FILE,), "what the result of every file depends on"),
    )
    return Found("pre-commit", (_FILE,), (Draft("pre-commit", "lint", f"The hooks of {_FILE}", lines, missing),))
