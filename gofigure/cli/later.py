"""Put a hook's jobs off, if git need not wait for them: decided before anything heavy is imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gofigure.config.background import Share


def put_off(hook: str, args: Sequence[str], data: bytes) -> Share:
    """Start those of a hook's jobs that run in the background; how many of the hook's jobs these are.

    Inside a run nothing is put off: a stage that makes commits is waited for, with all that it starts.
    """
    if os.environ.get("GOFIGURE") == "0" or os.environ.get("GOFIGURE_INSIDE"):
        return "none"
    from gofigure.config.background import share_in_background

    try:
        root = os.getcwd()
    except OSError:
        return "none"
    share = share_in_background(os.path.join(root, ".gofigure.toml"), hook)
    if share == "none":
        return "none"
    from gofigure.triggers.background import Asked, ask, folder_of, git_dir_of
    from gofigure.triggers.hooks import for_stages

    git_dir = git_dir_of(root, os.environ)
    if git_dir is None:
        return "none"
    isolation = ["-I"] if sys.flags.isolated else ["-P"] if sys.flags.safe_path else []
    argv = [sys.executable, *isolation, "-m", "gofigure.cli.background", hook, git_dir]
    asked = Asked(for_stages(hook, args, root), data)
    return share if ask(folder_of(git_dir, hook), asked, argv, os.environ) else "none"
