"""Put a hook's jobs off, if git need not wait for them: decided before anything heavy is imported."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gofigure.config.background import Share

_SHARES: tuple[Share, ...] = ("none", "some", "all")


def share_put_off(hook: str) -> Share:
    """How many of a hook's jobs run in the background.

    Inside a run nothing is put off: a stage that makes commits is waited for, with all that it starts.
    """
    share = _share_of_root(hook)
    if os.environ.get("GOFIGURE") == "0" or os.environ.get("GOFIGURE_INSIDE") or not _has_folders():
        return share
    return "some" if share != "none" or _folders_put_off() else "none"


def _has_folders() -> bool:
    """Whether folders may have a configuration of their own, as far as the index tells without a program."""
    from gofigure.snapshot.configurations import may_be_in
    from gofigure.triggers.background import git_dir_of

    git_dir = git_dir_of(os.getcwd(), os.environ)
    return git_dir is not None and may_be_in(os.path.join(git_dir, "index"), ".gofigure.toml")


def _folders_put_off() -> bool:
    from gofigure.errors import GofigureError
    from gofigure.git.environment import take
    from gofigure.git.repository import ask
    from gofigure.project import Asking, locate, read_config

    environ = dict(os.environ)  # what is taken from it the run still needs
    try:
        project = locate(ask(os.getcwd(), environ, take(environ)), environ)
        layers = read_config(project, Asking(new=()))
    except GofigureError:  # the run will tell of it
        return False
    return any(layer.folder and b"background" in layer.data for layer in layers)


def _share_of_root(hook: str) -> Share:
    # The second is runner.environment.INSIDE_VARIABLE, whose home takes too long to import here.
    if os.environ.get("GOFIGURE") == "0" or os.environ.get("GOFIGURE_INSIDE"):
        return "none"
    from gofigure.model import is_older_job
    from gofigure.triggers.background import folder_of, git_dir_of, written

    try:
        root = os.getcwd()
        path = os.path.join(root, ".gofigure.toml")
        data = written(path, os.path.join(root, ".gofigure.local.toml"))
    except OSError:
        return "none"
    git_dir = git_dir_of(root, os.environ)
    if git_dir is None or b"background" not in data:
        return "none"
    try:
        older = sorted(filter(is_older_job, os.listdir(root)))
        data += b"\0" + written(*(os.path.join(root, name) for name in older)) if older else b""
    except OSError:
        return "none"
    return _share(hook, path, os.path.join(folder_of(git_dir, hook), "share"), data)


def _share(hook: str, path: str, place: str, data: bytes) -> Share:
    """By what is remembered for these very bytes: to read TOML takes longer than all the rest of this."""
    from gofigure import __version__
    from gofigure.triggers.background import write_whole

    with contextlib.suppress(OSError), open(place, "rb") as file:
        known = file.read()
        for share in _SHARES:
            if known == f"{__version__} {share}\n".encode() + data:
                return share
    from gofigure.config.background import share_in_background

    share = share_in_background(path, hook)
    with contextlib.suppress(OSError):  # before the first time there is no folder
        write_whole(place, f"{__version__} {share}\n".encode() + data)
    return share


def put_off(hook: str, args: Sequence[str], data: bytes, as_git_gave_it: Mapping[str, str]) -> bool:
    """Have those jobs run when their turn comes; False: that cannot be done here."""
    from gofigure.triggers.background import Asked, ask, folder_of, git_dir_of
    from gofigure.triggers.hooks import for_stages

    root = os.getcwd()
    git_dir = git_dir_of(root, as_git_gave_it)
    if git_dir is None:
        return False
    asked = Asked(for_stages(hook, args, root), data)
    return ask(folder_of(git_dir, hook), asked, command(hook, git_dir), as_git_gave_it)


def command(hook: str, git_dir: str) -> list[str]:
    """What runs them, with the interpreter and the isolation of this process."""
    isolation = ["-I"] if sys.flags.isolated else ["-P"] if sys.flags.safe_path else []
    return [sys.executable, *isolation, "-m", "gofigure.cli.background", hook, git_dir]
