"""`.fignore`: names to ignore, one a line, into globs from the root."""

from __future__ import annotations

import re

from gofigure.config.kinds import quote
from gofigure.errors import Problem

_WILD = re.compile(r"[*?\[]")


def ignored_globs(text: str, path: str) -> tuple[list[str], list[Problem]]:
    """The globs, and the lines that say nothing which could be ignored.

    A name counts in any folder, a path from the root; either is a file, or a folder with all that is in it.
    """
    globs: dict[str, None] = {}
    problems: list[Problem] = []
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        names = [name for name in line.split("/") if name not in ("", ".")]
        if not names or ".." in names or line.startswith("!") or not line.isprintable():
            expected = 'a name, a path from the root or a glob, without ".." or a leading "!"'
            problems.append(Problem(path, number, "", f"found {quote(line)}, expected {expected}"))
            continue
        anchored = "/" in line.rstrip("/")
        glob = "/".join(names) if anchored else f"**/{names[0]}"
        if not line.endswith("/") or not _WILD.search(names[-1]):
            globs[glob] = None
        if _WILD.search(names[-1]):  # where the last word is none, all that is below it is meant anyway
            globs[f"{glob}/**"] = None
    return list(globs), problems
