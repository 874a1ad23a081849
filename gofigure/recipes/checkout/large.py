"""Files of Git LFS: brought by git-lfs where the stage asks for them."""

from __future__ import annotations

import os

from gofigure.errors import GofigureError
from gofigure.process.capture import capture
from gofigure.process.spawn import CannotStart, which
from gofigure.recipes.checkout.trouble import again, trouble
from gofigure.recipes.checkout.wish import Wish, say


def bring_large(dest: str, wish: Wish) -> None:
    """Put contents in the place of pointers."""
    try:
        which("git-lfs", os.environ.get("PATH", ""))
    except CannotStart:
        raise GofigureError(
            "lfs = true, and git-lfs is not on the PATH", hint="install git-lfs, or: lfs = false"
        ) from None

    def pull() -> None:
        done = capture(["git", "-C", dest, "lfs", "pull"], env=_env(), timeout=None)
        if done.code != 0:
            raise trouble(os.fsdecode(done.err) or os.fsdecode(done.out), wish)

    say("$ git lfs pull")
    again(pull, "git lfs pull")


def _env() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "GIT_LFS_SKIP_SMUDGE"}
