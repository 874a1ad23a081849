"""What git says when it calls a hook (githooks)."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
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


def mark(token: bytes) -> str:
    """A repository's part of the run marker; says nothing about the token itself."""
    from gofigure.digest.content import digest_bytes

    return digest_bytes(b"run marker " + token).hex()[:16]
