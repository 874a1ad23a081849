"""pre-commit: the hooks of an existing .pre-commit-config.yaml, file by file."""

from __future__ import annotations

import re

from gofigure.starter.facts import Draft, Found, Line, Place
from gofigure.targets.pre_commit import PROGRAMS

_FILE = ".pre-commit-config.yaml"
# Hooks of git's for which a configuration may have hooks that the one stage does not run.
_OTHERS = ("commit-msg", "prepare-commit-msg", "pre-push", "post-checkout", "post-commit", "post-merge", "post-rewrite")


def find(place: Place) -> Found | None:
    if _FILE not in place.files:
        return None
    missing = "" if any(map(place.runs, PROGRAMS)) else "neither pre-commit nor prek can be started"
    if not place.in_git:
        missing = "it works in a git repository only"
    lines = (Line("target", "pre-commit"), Line("files", ".", "only files that have not passed yet"))
    draft = Draft("pre-commit", "lint", f"The hooks of {_FILE}", lines, missing)
    others = [hook for hook in _OTHERS if re.search(rf"(?<![\w-]){hook}(?![\w-])", place.read(_FILE))]
    remark = f"{_FILE}: this stage leaves out what is for {', '.join(others)}; gofigure import brings that over, too"
    return Found("pre-commit", (_FILE,), (draft,), remark if others else "")
