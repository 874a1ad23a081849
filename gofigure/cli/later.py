"""Put a hook's jobs off, if git need not wait for them: decided before anything heavy is imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gofigure.config.background import Share


def share_put_off(hook: str) -> Share:
    """How many of a hook's jobs run in the background.

    Inside a run nothing is put off: a stage that makes commits is waited for, with all that it starts.
    """
    if os.environ.get("GOFIGURE") == "0" or os.environ.get("GOFIGURE_INSIDE"):
        return "none"
    from gofigure.config.background import share_in_background

    try:
        return share_in_background(os.path.join(os.getcwd(), ".gofigure.toml"), hook)
    except OSError:
        return "none"


def put_off(hook: str, args: Sequence[str], data: bytes, as_git_gave_it: Mapping[str, str]) -> bool:
    """Have those jobs run when their turn comes; False: that cannot be done here."""
    from gofigure.triggers.background import Asked, ask, folder_of, git_dir_of
    from gofigure.triggers.hooks import for_stages

    root = os.getcwd()
    git_dir = git_dir_of(root, as_git_gave_it)
    if git_dir is None:
        return False
    isolation = ["-I"] if sys.flags.isolated else ["-P"] if sys.flags.safe_path else []
    argv = [sys.executable, *isolation, "-m", "gofigure.cli.background", hook, git_dir]
    return ask(folder_of(git_dir, hook), Asked(for_stages(hook, args, root), data), argv, as_git_gave_it)
