"""The hook that stood in a place before ours did: it runs first, as git would have run it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from gofigure.triggers.hooks import KEPT, READS_INPUT

_RUN_BY = "GOFIGURE_STARTED_BY"  # told to that hook: which of ours has started it


def run_kept(script: str, hook: str, args: Sequence[str], data: bytes, environ: Mapping[str, str]) -> int:
    """Run the hook that stood here before ours, with the same arguments, input and environment.

    Its output goes to the terminal as it comes. Returns its exit code; 0 where there is none.
    """
    place, kept = _place(script, hook), kept_beside(script, hook)
    if not kept:
        return 0
    if _is_set_aside(script, hook):
        from gofigure.triggers.chain import is_older_self

        if is_older_self(kept, place):
            return 0  # it has been installed anew, above ours, and is what has started ours
    from gofigure.process.passthrough import pass_through

    told = {**environ, _RUN_BY: place}
    return pass_through([*_interpreter(kept), kept, *args], env=told, data=data if hook in READS_INPUT else None)


def kept_beside(script: str, hook: str) -> str:
    """The hook that stood here before ours, if git would have run it; "" if there is none."""
    kept = _place(script, hook) + KEPT
    # Git ignores a hook that cannot be executed, too (t7520).
    return kept if os.access(kept, os.X_OK) and not os.path.isdir(kept) else ""


def runs_in_a_circle(script: str, hook: str, environ: Mapping[str, str]) -> bool:
    """Whether ours is started by the very hook that ours has started: the first of the two does the work.

    Git starts a hook by its own name, so that a commit made inside of a hook is none of this.
    """
    return _is_set_aside(script, hook) and environ.get(_RUN_BY) == _place(script, hook)


def _place(script: str, hook: str) -> str:
    """Where git looks for the hook; the script may have been renamed by whoever came after us."""
    return os.path.join(os.path.dirname(os.path.abspath(script)), hook)


def _is_set_aside(script: str, hook: str) -> bool:
    return os.path.basename(script) != hook


def _interpreter(script: str) -> tuple[str, ...]:
    """What git starts a hook with: sh, if the system itself would refuse it for want of a first line (ENOEXEC)."""
    try:
        with open(script, "rb") as file:
            start = file.read(256)
    except OSError:
        return ()
    is_text = b"\0" not in start.partition(b"\n")[0]
    return ("/bin/sh",) if is_text and not start.startswith(b"#!") else ()
