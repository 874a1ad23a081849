"""Globs over paths, as in .gitignore: `*` stays within a name, `**` crosses folders."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence


def to_regex(glob: str) -> str:
    """A regular expression for one glob. `src/**/*.py`, `*.py` (at any depth only with `**/`), `[ab]?`."""
    out, at = [], 0
    while at < len(glob):
        if glob.startswith("**/", at):
            out.append("(?:[^/]+/)*")
            at += 3
        elif glob.startswith("**", at):
            out.append(".*")
            at += 2
        elif glob[at] == "*":
            out.append("[^/]*")
            at += 1
        elif glob[at] == "?":
            out.append("[^/]")
            at += 1
        elif glob[at] == "[" and (end := glob.find("]", at + 2)) > 0:
            body = glob[at + 1 : end].replace("\\", r"\\")
            negated = body.startswith(("!", "^"))
            out.append(f"[{'^' if negated else ''}{body[1:] if negated else body}]")
            at = end + 1
        else:
            out.append(re.escape(glob[at]))
            at += 1
    return "".join(out)


def matcher(globs: Sequence[str]) -> Callable[[bytes], bool]:
    """Whether a path matches; a glob that starts with `!` takes away what those before it gave."""
    rules = [
        (not glob.startswith("!"), re.compile((to_regex(glob.removeprefix("!")) + r"\Z").encode(), re.DOTALL))
        for glob in globs
    ]

    def matches(path: bytes) -> bool:
        taken = False
        for gives, regex in rules:
            if gives is not taken and regex.match(path):
                taken = gives
        return taken

    return matches
