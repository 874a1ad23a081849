"""What git says when it calls a hook (githooks)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

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


def kept_beside(script: str) -> str:
    """The hook that stood here before ours, if git would have run it; "" if there is none."""
    kept = os.path.join(os.path.dirname(os.path.abspath(script)), os.path.basename(script) + KEPT)
    # Git ignores a hook that cannot be executed, too (t7520).
    return kept if os.access(kept, os.X_OK) and not os.path.isdir(kept) else ""


def run_kept(script: str, hook: str, args: Sequence[str], data: bytes, environ: Mapping[str, str]) -> int:
    """Run the hook that stood here before ours, with the same arguments, input and environment.

    Its output goes to the terminal as it comes. Returns its exit code; 0 where there is none.
    """
    kept = kept_beside(script)
    if not kept:
        return 0
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
