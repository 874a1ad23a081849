"""GitPython's work: the mirror is fetched into, and the folder is a worktree of it. Its unsafe options stay off."""

from __future__ import annotations

import contextlib
import logging
import os
import shlex
import time
from typing import Any

from git import GitCommandError, Remote, Repo
from git.exc import GitError as GitPythonError
from git.util import RemoteProgress

from gofigure.errors import GofigureError
from gofigure.git.address import is_commit, redacted
from gofigure.process.capture import capture
from gofigure.recipes.checkout.ask import Found
from gofigure.recipes.checkout.places import Place, git_dir_of, is_ours, leave_at, remove
from gofigure.recipes.checkout.trouble import Broken, Trouble, again, is_damage, trouble
from gofigure.recipes.checkout.wish import Wish, say

_OFTEN = 2.0  # seconds between two lines about how far it is
_SHA256 = 64  # hexadecimal digits
# It tells the log of things that we tell better.
logging.getLogger("git").setLevel(logging.CRITICAL)


class Progress(RemoteProgress):
    """Says how far git is, now and then; keeps what it complains of."""

    def __init__(self) -> None:
        super().__init__()
        self._told = time.monotonic()

    def update(
        self, op_code: int, cur_count: str | float, max_count: str | float | None = None, message: str = ""
    ) -> None:
        """GitPython's own hook."""
        del cur_count, max_count, message  # all of it stands in the line, as people know it
        ends = bool(op_code & self.END)
        if not ends and time.monotonic() - self._told < _OFTEN:
            return
        line = redacted(self._cur_line or "").strip()
        if not ends or "Receiving" in line:
            self._told = time.monotonic()
            say(line)

    def said(self) -> str:
        return "\n".join([*self.other_lines, *self.error_lines])


class Mirror:
    """The mirror of one place, made if need be."""

    def __init__(self, place: Place, wish: Wish, digits: int) -> None:
        self._place = place
        self._wish = wish
        self._repo = _opened(place.mirror, wish.url, digits)

    def fetch(self, found: Found) -> str:
        """Have what was found; the commit that it is by now."""
        if self._has(found):
            self._repo.git.update_ref(self._place.ref, found.commit)
            return found.commit
        try:
            self._fetch_named(found.name)
        except Trouble as error:
            if error.passing or not is_commit(found.name):
                raise
            say("the remote gives no single commits; its branches and tags are looked through")
            self._fetch(["+refs/heads/*:refs/gofigure-all/heads/*", "+refs/tags/*:refs/gofigure-all/tags/*"], depth=0)
            if self._commit(found.commit) != found.commit:
                raise
            self._repo.git.update_ref(self._place.ref, found.commit)
        commit = self._commit(self._place.ref)
        if commit is None:
            self._refuse_other()
            raise Broken(f"{found.name} was fetched, and is no commit here")
        return commit

    def _refuse_other(self) -> None:
        """A tag may be of anything."""
        try:
            kind = self._repo.git.cat_file("-t", f"{self._place.ref}^{{}}")
        except GitCommandError:
            return
        if kind != "commit":
            raise GofigureError(
                f"{self._wish.ref} is a {kind} at {redacted(self._wish.url)}, and no commit",
                hint=f"name a branch, or a tag of a commit: git ls-remote -- {redacted(self._wish.url)}",
            )

    def _has(self, found: Found) -> bool:
        """Whether all of it is here: the commit, with as much history as is asked for."""
        if self._commit(found.commit) != found.commit:
            return False
        return self._wish.depth <= 1 or is_commit(found.name) or self._commit(self._place.ref) == found.commit

    def _fetch_named(self, name: str) -> None:
        self._fetch([f"+{name}:{self._place.ref}"], depth=self._wish.depth)

    def _fetch(self, refspecs: list[str], depth: int) -> None:
        """Three tries; what goes wrong here is told from what goes wrong there."""
        options: dict[str, Any] = {"no_tags": True, "no_write_fetch_head": False}
        if depth:
            options["depth"] = depth
        if self._wish.filter is not None:
            options["filter"] = self._wish.filter
        told = ["git", "fetch", "--no-tags", *([f"--depth={depth}"] if depth else [])]
        told += [f"--filter={self._wish.filter}"] if self._wish.filter is not None else []
        line = redacted(shlex.join([*told, "--", self._wish.url, *refspecs]))
        say(f"$ {line}")
        again(lambda: self._fetch_once(refspecs, options), line)

    def _fetch_once(self, refspecs: list[str], options: dict[str, Any]) -> None:
        progress = Progress()
        options = {name: value for name, value in options.items() if value is not False}
        try:
            # Once git has done it, GitPython reads git's report, and cannot read all of them; we ask for the result.
            with contextlib.suppress(ValueError, TypeError, LookupError):
                Remote(self._repo, "origin").fetch(refspecs, progress=progress, **options)
        except GitCommandError as error:
            said = progress.said() or str(error.stderr)
            if is_damage(said):
                raise Broken(redacted(said.strip().splitlines()[-1])) from error
            raise trouble(said, self._wish) from error

    def _commit(self, name: str) -> str | None:
        """The commit that a name is here."""
        try:
            return str(self._repo.git.rev_parse("--quiet", "--verify", "--end-of-options", f"{name}^{{commit}}"))
        except GitCommandError:
            return None

    def check_out(self, commit: str) -> None:
        """Bring the folder to the commit: no more, no less, but for what git ignores."""
        place = self._place
        say(f"$ git checkout --force --detach {commit}")
        try:
            if not is_ours(place):
                if os.path.lexists(place.dest):
                    remove(place.dest)
                self._repo.git.worktree("prune", "--expire=now")
                self._repo.git.worktree("add", "--no-checkout", "--detach", "--force", "--", place.dest, commit)
            leave_at(place.dest, "")
            with contextlib.suppress(FileNotFoundError):
                os.unlink(
                    os.path.join(git_dir_of(place.dest), "index.lock")
                )  # of who was killed: we have the lock of all this
            here = Repo(place.dest)
            here.git.checkout("--force", "--detach", "--quiet", commit, "--")
            here.git.clean("-ffd", "--quiet")
            # What nobody needs any more goes once it is a lot.
            limits = ("-c", "gc.auto=5000", "-c", "gc.autoPackLimit=40", "-c", "gc.autoDetach=false")
            capture(["git", *limits, "-C", place.mirror, "gc", "--auto", "--quiet"], env=os.environ)
        except (GitPythonError, OSError) as error:
            raise _local(error) from error


def _opened(folder: str, url: str, digits: int) -> Repo:
    """The bare repository there, whose settings are ours. Raises Broken where what stands there is none."""
    try:
        if os.path.lexists(folder):
            return Repo(folder)
        options: dict[str, Any] = {"object_format": "sha256"} if digits == _SHA256 else {}
        repo = Repo.init(f"{folder}.new", bare=True, **options)
        with repo.config_writer() as settings:
            settings.set_value('remote "origin"', "url", url)
            settings.set_value("core", "hooksPath", "/dev/null")  # for who works with git in a checkout, too
            settings.set_value("core", "autocrlf", "false")
            settings.set_value("gc", "auto", "0")
        repo.close()
        os.rename(f"{folder}.new", folder)  # half a mirror is none
        return Repo(folder)
    except (GitPythonError, OSError) as error:
        raise _local(error) from error


def _local(error: Exception) -> GofigureError:
    """What went wrong on this machine. Neither a full disk nor a bad commit is a reason to throw anything away."""
    said = str(error.stderr if isinstance(error, GitCommandError) else error).strip()
    said = said.removeprefix("stderr: '").removesuffix("'")
    if "invalid path" in said:
        return GofigureError(
            f"the commit holds a path that git refuses to write: {redacted(said)}",
            hint="it would reach into git's own folder: look at who has made it before anything else",
        )
    if "No space left" in said or "quota" in said:
        return GofigureError(redacted(said), hint="make room, then run it again: df -h")
    return Broken(redacted(said) or type(error).__name__)
