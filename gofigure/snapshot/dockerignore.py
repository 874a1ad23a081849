"""`.dockerignore`: its patterns as globs of ours, with docker's meaning."""

from __future__ import annotations

import posixpath
import re

_SPECIAL = re.compile(r"([*?\[\\])")


def ignored_globs(text: str, location: str) -> tuple[str, ...]:
    """The globs, from the root of the tree, of what a build of that location does not get; `!` brings back.

    A pattern is anchored at the context, and what it takes, it takes with all that is below; the last one that fits
    a path decides (docs.docker.com, "Syntax").
    """
    prefix = _SPECIAL.sub(r"\\\1", location) + "/" if location else ""
    globs: list[str] = []
    for line in text.removeprefix("\ufeff").splitlines():
        if line.startswith("#"):
            continue
        pattern = line.strip()
        back = "!" if pattern.startswith("!") else ""
        pattern = _cleaned(pattern.removeprefix("!").strip())
        if not pattern or (back and not globs):  # nothing has been taken yet
            continue
        # A folder in which something is brought back is looked into all the same, as BuildKit does.
        globs += [f"{back}{prefix}{pattern}", f"{back}{prefix}{pattern}/**"]
    return tuple(globs)


def _cleaned(pattern: str) -> str:
    """As Go's filepath.Clean leaves it; "." would take everything away and is not heeded, by docker neither."""
    if not pattern:
        return ""
    clean = posixpath.normpath(pattern).lstrip("/")
    if clean in (".", "") or clean == ".." or clean.startswith("../"):
        return ""
    return re.sub(r"\[!", r"[\\!", clean)  # for docker no negation: that is ^
