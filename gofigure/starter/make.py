"""Make: the targets lint, test, check and build (or else all), as far as the Makefile has them."""

from __future__ import annotations

import re

from gofigure.starter.facts import Draft, Found, Line, Place, Role

_FILES = ("GNUmakefile", "makefile", "Makefile")  # in make's own order
_ROLES: dict[str, Role] = {"lint": "lint", "test": "test", "check": "test", "build": "build", "all": "build"}


def find(place: Place) -> Found | None:
    name = next((name for name in _FILES if name in place.files), "")
    if not name:
        return None
    text = place.read(name)
    has = [target for target in _ROLES if re.search(rf"^{target}[ \t]*:(?![:=])", text, re.MULTILINE)]
    if "test" in has and "check" in has:
        has.remove("check")  # by custom the same, or more of it
    if len(has) > 1 and "all" in has:
        has.remove("all")  # what it is for is said by the others
    missing = "" if place.runs("make") else "make cannot be started"
    drafts = tuple(_draft(target, name, missing) for target in has)
    return Found("make", (name,), drafts, "" if drafts else f"{name} has no target lint, test, check, build or all")


def _draft(target: str, name: str, missing: str) -> Draft:
    role = _ROLES[target]
    kind = (Line("type", "build"),) if role == "build" else ()
    lines = (*kind, Line("target", "make"), Line("run", target))
    return Draft(f"make-{target}", role, f"The target {target} of {name}", lines, missing, general=True)
