"""What git says when it calls a hook (githooks)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

KEPT = ".before-gofigure"  # what a foreign hook is renamed to
READS_INPUT = ("pre-push", "post-rewrite")  # hooks that git writes to
_NAMES_A_FILE = ("prepare-commit-msg", "commit-msg")  # hooks whose first argument is the message's file
AFTER_THE_FACT = ("post-commit", "post-checkout", "post-merge", "post-rewrite")


class PushedRef(NamedTuple):
    """One line of pre-push's input."""

    local_ref: str
    local_oid: str  # all zeros: the remote ref is deleted
    remote_ref: str
    remote_oid: str

    @property
    def deletes(self) -> bool:
        return not self.local_oid.strip("0")


def pushed_refs(stdin: bytes) -> list[PushedRef]:
    """Every ref that is pushed. A ref name may not hold a space, but `(delete)` and what follows may come."""
    pattern = re.compile(rb"(.+) ([0-9a-f]{40,64}) (.+) ([0-9a-f]{40,64})")
    refs = []
    for line in stdin.split(b"\n"):
        match = pattern.fullmatch(line)
        if match:
            refs.append(PushedRef(*(os.fsdecode(word) for word in match.groups())))
    return refs


def for_stages(hook: str, args: Sequence[str], folder: str) -> tuple[str, ...]:
    """Git's arguments as any folder understands them. `folder`: where git has started the hook."""
    if hook in _NAMES_A_FILE and args:
        return (os.path.join(folder, args[0]), *args[1:])
    return tuple(args)


def run_kept(script: str, hook: str, args: Sequence[str], data: bytes, environ: Mapping[str, str]) -> int:
    """Run the hook that stood here before ours, with the same arguments, input and environment.

    Its output goes to the terminal as it comes. Returns its exit code; 0 where there is none.
    """
    kept = os.path.join(os.path.dirname(os.path.abspath(script)), os.path.basename(script) + KEPT)
    if not os.access(kept, os.X_OK) or os.path.isdir(kept):
        return 0  # git ignores a hook that cannot be executed, too (t7520)
    from gofigure.process.passthrough import pass_through

    return pass_through([*_interpreter(kept), kept, *args], env=environ, data=data if hook in READS_INPUT else None)


def _interpreter(script: str) -> tuple[str, ...]:
    """What git starts a hook with: sh, if the system itself would refuse it for want of a first line (ENOEXEC)."""
    try:
        with open(script, "rb") as file:
            start = file.read(256)
    except OSError:
        return ()
    is_text = b"\0" not in start.partition(b"\n")[0]
    return ("/bin/sh",) if is_text and not start.startswith(b"#!") else ()


def mark(token: bytes) -> str:
    """A repository's part of the run marker; says nothing about the token itself."""
    from gofigure.digest.content import digest_bytes

    return digest_bytes(b"run marker " + token).hex()[:16]
