"""The Python that runs gofigure here, and the one that the hooks will start."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from gofigure import __version__
from gofigure.doctor.finding import Said, fine, problem, warning
from gofigure.doctor.hooks import scripts
from gofigure.doctor.scene import Scene
from gofigure.errors import GofigureError
from gofigure.process.capture import capture
from gofigure.triggers.reading import Written

_MEND = "gofigure install-hooks"
_PATIENCE = 20.0
_ASK = "import sys, gofigure; print(*sys.version_info[:3], gofigure.__version__, sep='.')"
_OLDEST = (3, 11)


def check_own(_scene: Scene) -> Iterator[Said]:
    yield fine(f"gofigure {__version__}, Python {'.'.join(map(str, sys.version_info[:3]))} ({sys.executable})")


def check_hooks_interpreter(scene: Scene) -> Iterator[Said]:
    """Each interpreter that a hook names, once."""
    named: dict[tuple[str, str], list[str]] = {}
    for hook, _, written in scripts(scene):
        if written is not None:
            named.setdefault((written.python, written.flags), []).append(hook)
    for (python, flags), hooks in named.items():
        written = Written("", python, flags, "", "")
        yield _check(scene, written, ", ".join(hooks))


def _check(scene: Scene, written: Written, hooks: str) -> Said:
    python = written.python
    if not os.access(python, os.X_OK) or os.path.isdir(python):
        return problem(f"{python} is gone, so these hooks block: {hooks}", _MEND)
    if python == sys.executable:
        return fine(f"the hooks start this one: {hooks}")
    if scene.token is None:
        # The script may have come with the folder, and with it the program that it names.
        return warning(f"the hooks name {python}, which is not started before you allow it: {hooks}", "gofigure allow")
    return _ask(scene, written, hooks)


def _ask(scene: Scene, written: Written, hooks: str) -> Said:
    """What an interpreter says of itself."""
    python = written.python
    try:
        said = capture([python, written.flags, "-c", _ASK], env=scene.environ, cwd="/", timeout=_PATIENCE)
    except GofigureError as error:
        return problem(f"the hooks cannot start {python}: {error}", _MEND)
    words = said.out.decode(errors="replace").strip().split(".", 3)
    if said.code != 0 or len(words) != 4:
        lines = said.err.decode(errors="replace").strip().splitlines()
        return problem(f"the hooks start {python}, which cannot import gofigure: {lines[-1] if lines else ''}", _MEND)
    *numbers, theirs = words
    if tuple(map(int, numbers)) < _OLDEST:
        return problem(f"the hooks start {python}, which is Python {'.'.join(numbers)}: too old", _MEND)
    if theirs != __version__:
        return warning(f"the hooks start gofigure {theirs} ({python}); this one is {__version__}", _MEND)
    return fine(f"the hooks start gofigure {theirs}, Python {'.'.join(numbers)} ({python}): {hooks}")
