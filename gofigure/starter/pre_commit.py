"""pre-commit: the hooks of an existing .pre-commit-config.yaml, file by file."""

from __future__ import annotations

from gofigure.starter.facts import Draft, Found, Line, Place
from gofigure.targets.pre_commit import PROGRAMS

_FILE = ".pre-commit-config.yaml"


def find(place: Place) -> Found | None:
    if _FILE not in place.files:
        return None
    missing = "" if any(map(place.runs, PROGRAMS)) else "neither pre-commit nor prek can be started"
    if not place.in_git:
        missing = "it works in a git repository only"
    lines = (Line("target", "pre-commit"), Line("files", ".", "only files that have not passed yet"))
    return Found("pre-commit", (_FILE,), (Draft("pre-commit", "lint", f"The hooks of {_FILE}", lines, missing),))
