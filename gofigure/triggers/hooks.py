"""What git says when it calls a hook (githooks)."""

from __future__ import annotations

import os
from collections.abc import Sequence

KEPT = ".before-gofigure"  # what a foreign hook is renamed to
READS_INPUT = ("pre-push", "post-rewrite", "pre-receive", "post-receive")  # hooks that git writes to
# Hooks whose first argument is the file of a message.
_NAMES_A_FILE = ("prepare-commit-msg", "commit-msg", "applypatch-msg", "sendemail-validate")
# What git has done already, and what these come to cannot undo.
AFTER_THE_FACT = (
    "post-commit", "post-applypatch", "post-checkout", "post-merge", "post-rewrite", "post-receive", "post-update",
)  # fmt: skip
# What each hook's arguments are (githooks), as HANDED_VARIABLES has them; "" has no name.
_NAMES = {
    "prepare-commit-msg": ("GOFIGURE_MESSAGE_FILE", "GOFIGURE_MESSAGE_SOURCE"),
    "commit-msg": ("GOFIGURE_MESSAGE_FILE",),
    "applypatch-msg": ("GOFIGURE_MESSAGE_FILE",),
    "sendemail-validate": ("GOFIGURE_MESSAGE_FILE",),
    "pre-rebase": ("GOFIGURE_UPSTREAM", "GOFIGURE_BRANCH"),
    "post-checkout": ("GOFIGURE_FROM_REF", "GOFIGURE_TO_REF", "GOFIGURE_CHECKOUT_TYPE"),
    "post-merge": ("GOFIGURE_SQUASH",),
    "post-rewrite": ("GOFIGURE_REWRITE",),
    "pre-push": ("GOFIGURE_REMOTE_NAME", "GOFIGURE_REMOTE_URL"),
}
_FLAGS = {
    "GOFIGURE_CHECKOUT_TYPE": {"0": "files", "1": "branch"},
    "GOFIGURE_SQUASH": {"0": "false", "1": "true"},
}


def for_stages(hook: str, args: Sequence[str], folder: str) -> tuple[str, ...]:
    """Git's arguments as any folder understands them. `folder`: where git has started the hook."""
    if hook in _NAMES_A_FILE and args:
        return (os.path.join(folder, args[0]), *args[1:])
    return tuple(args)


def variables_of(hook: str, args: Sequence[str]) -> dict[str, str]:
    """Git's arguments by name. What is left out by git has no variable."""
    named = dict(zip(_NAMES.get(hook, ()), args, strict=False))
    return {name: _FLAGS[name].get(value, value) if name in _FLAGS else value for name, value in named.items()}


def mark(token: bytes) -> str:
    """A repository's part of the run marker; says nothing about the token itself."""
    from gofigure.digest.content import digest_bytes

    return digest_bytes(b"run marker " + token).hex()[:16]
