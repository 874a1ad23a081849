"""Names of tasks that mean something in any project: what checks, what builds, what mends."""

from __future__ import annotations

import re
from typing import Literal

Role = Literal["lint", "test", "build", "fix"]

_ROLES: dict[str, Role] = {
    **dict.fromkeys(("lint", "check", "typecheck", "types", "vet", "verify", "validate", "ci", "tsc", "clippy",
                     "mypy", "ruff", "eslint", "stylelint"), "lint"),
    **dict.fromkeys(("test", "tests", "unit", "integration", "e2e", "spec"), "test"),
    **dict.fromkeys(("build", "compile", "dist", "bundle", "all"), "build"),
    **dict.fromkeys(("fmt", "format", "fix", "prettier"), "fix"),
}  # fmt: skip
_LOOKS = frozenset(("check", "verify", "lint", "diff", "ci"))
# What goes on until somebody ends it, or is for somebody who looks.
_NEVER = frozenset(("watch", "dev", "serve", "start", "debug", "update", "ui", "open", "install", "clean", "docker"))


def role_of(name: str) -> Role | None:
    """By its first word and those after it: `lint`, `test:unit`, `format-check`, `type-check`; None for any other."""
    words = [word for word in re.split(r"[:._-]+|(?<=[a-z])(?=[A-Z])", name.lower()) if word]
    if not words or not _NEVER.isdisjoint(words):
        return None
    if words[:2] == ["type", "check"]:
        return "lint"
    role = _ROLES.get(words[0])
    if role == "fix" and not _LOOKS.isdisjoint(words[1:]):
        return "lint"
    if role == "lint" and not {"fix", "write"}.isdisjoint(words[1:]):
        return "fix"
    return role
