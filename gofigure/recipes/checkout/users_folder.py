"""The folder that the user names for a checkout: it must not be anybody's content."""

from __future__ import annotations

import os
from collections.abc import Mapping

from gofigure.errors import GofigureError
from gofigure.git.environment import for_git
from gofigure.process.capture import capture

_IGNORED, _NOT_IGNORED = 0, 1


def checked(dest: str, root: str, environ: Mapping[str, str]) -> str:
    """The folder, absolute. Raises GofigureError where a checkout there would be in the way of something."""
    path = os.path.normpath(os.path.join(root, dest))
    folder = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
    real_root = os.path.realpath(root)
    if f"{real_root}/".startswith(f"{folder}/") or folder == "/":
        raise GofigureError(
            f"dest = {dest!r} holds this very repository", hint='name a folder of its own: dest = "..."'
        )
    if not folder.startswith(f"{real_root}/"):
        return folder
    relative = os.path.relpath(folder, real_root)
    if relative.split("/")[0] == ".git":
        raise GofigureError(f"dest = {dest!r} is in git's own folder", hint="leave dest out, or name another folder")
    env = for_git(environ)
    tracked = capture(["git", "-C", real_root, "ls-files", "-z", "--", relative], env=env)
    if tracked.out:
        raise GofigureError(
            f"dest = {dest!r} holds files that git tracks here", hint="leave dest out, or name another folder"
        )
    # With a slash: a pattern such as `vendor/` is about folders, and there may be none yet.
    del env["GIT_LITERAL_PATHSPECS"]  # check-ignore takes names as they are, and refuses that
    ignored = capture(["git", "-C", real_root, "check-ignore", "-q", "--", f"{relative}/"], env=env)
    if ignored.code == _NOT_IGNORED:
        raise GofigureError(
            f"dest = {dest!r} is not ignored by git, so what is checked out there would be content of this repository",
            hint=f"echo '/{relative}/' >> .gitignore",
        )
    if ignored.code != _IGNORED:
        raise GofigureError(
            f"dest = {dest!r} is below a folder without git, all of which is content",
            hint="name a folder outside of it",
        )
    return folder
