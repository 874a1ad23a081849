"""Globs over paths from the root: `*` stays within a name, `**` crosses folders, a folder means all that is in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence


def to_regex(glob: str) -> str:
    """A regular expression for one glob. `src/**/*.py`, `*.py` (at any depth only with `**/`), `[ab]?`."""
    out, at = [], 0
    while at < len(glob):
        if glob.startswith("**/", at) and (at == 0 or glob[at - 1] == "/"):
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
        elif glob[at] == "[" and (end := _end_of_set(glob, at)) > 0:
            out.append(_set(glob[at + 1 : end]))
            at = end + 1
        else:
            at += glob[at] == "\\" and at + 1 < len(glob)  # what follows it is itself
            out.append(re.escape(glob[at]))
            at += 1
    return "".join(out)


def _end_of_set(glob: str, at: int) -> int:
    """Where the `]` is; the first character of a set may be one."""
    return glob.find("]", at + 3 if glob[at + 1 : at + 2] in ("!", "^") else at + 2)


def _set(body: str) -> str:
    negated = body.startswith(("!", "^"))
    members, at = [], int(negated)
    while at < len(body):
        low = high = body[at]
        if body[at + 1 : at + 2] == "-" and at + 2 < len(body):
            high = body[at + 2]
            at += 2
        at += 1
        if low <= high:
            members.append(f"{re.escape(low)}-{re.escape(high)}")
    if negated:
        return f"[^/{''.join(members)}]"
    return f"(?!/)[{''.join(members)}]" if members else "(?!)"


def matcher(globs: Sequence[str]) -> Callable[[bytes], bool]:
    """Whether a path matches; a glob that starts with `!` takes away what those before it gave."""
    rules = []
    for glob in globs:
        # A last word without a wildcard may name a folder; `*` and the like mean files.
        below = "" if re.search(r"[*?\[]", glob.rpartition("/")[2]) else "(?:/.*)?"
        pattern = to_regex(glob.removeprefix("!")) + below + r"\Z" if glob else ""  # ".", the whole tree
        rules.append((not glob.startswith("!"), re.compile(pattern, re.DOTALL)))

    def matches(path: bytes) -> bool:
        # As text: `?` and `[é]` mean a character, not one of its bytes.
        text = path.decode("utf-8", "surrogateescape")
        taken = False
        for gives, regex in rules:
            if gives is not taken and regex.match(text):
                taken = gives
        return taken

    return matches


def may_match_below(glob: str, folder: bytes) -> bool:
    """Whether a path below `folder` could match, as far as the words before the first wildcard tell."""
    fixed = re.split(r"[*?\[\\]", glob.removeprefix("!"), maxsplit=1)[0]
    start, here = fixed.encode("utf-8", "surrogateescape"), folder + b"/"
    return start.startswith(here) or here.startswith(start)
