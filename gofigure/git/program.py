"""One call of the git program, in one repository, with nothing of the caller's git environment left in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gofigure.errors import GitError
from gofigure.process.capture import Captured, Running, start

# No hook of the user's may start because we looked, and nothing the repository's own configuration
# names is run to find out what has changed.
# A split index would leave a shared part in the user's git directory; safecrlf is for those who add, not for us.
_NO_HOOKS = (
    "-c", "core.hooksPath=/dev/null",
    # Since git 2.54 the configuration can name hooks, which core.hooksPath does not keep from running.
    "-c", "hook.post-index-change.enabled=false", "-c", "hook.post-checkout.enabled=false",
    "-c", "hook.reference-transaction.enabled=false",
)  # fmt: skip
_ALWAYS = (
    *_NO_HOOKS, "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "core.splitIndex=false",
    "-c", "core.safecrlf=false",
)  # fmt: skip


class Git(NamedTuple):
    """Where git is to work. `git_dir` empty: let git find the repository from `folder`."""

    folder: str
    git_dir: str
    env: Mapping[str, str]
    is_bare: bool = False  # there is no working tree to tell git of

    def start(
        self, *args: str, index_file: str | None = None, stdin: bytes = b"", always: Sequence[str] = _ALWAYS
    ) -> Running:
        """Start `git ARGS`; several may be under way at once. `always`: what stands before them."""
        env = dict(self.env)
        if self.git_dir:
            env["GIT_DIR"] = self.git_dir
            if not self.is_bare:
                env["GIT_WORK_TREE"] = self.folder
        if index_file is not None:
            env["GIT_INDEX_FILE"] = index_file
        return start(["git", "-C", self.folder, *always, *args], env=env, input=stdin)

    def run(self, *args: str, index_file: str | None = None, stdin: bytes = b"") -> bytes:
        """Output of `git ARGS`. Raises GitError with git's own words."""
        return output(self.start(*args, index_file=index_file, stdin=stdin), args)

    def run_as_user(self, *args: str, index_file: str | None = None, stdin: bytes = b"") -> bytes:
        """The same, by the user's own settings: for what is written into the user's index."""
        running = self.start(*args, index_file=index_file, stdin=stdin, always=_NO_HOOKS)
        return output(running, args)


def output(running: Running, args: Sequence[str], timeout: float | None = None) -> bytes:
    """What a started call printed. Raises GitError if git refused, HelperFailed after `timeout` seconds."""
    done = running.finish(timeout)
    if done.code != 0:
        raise GitError(explain(done, args))
    return done.out


def explain(done: Captured, args: Sequence[str]) -> str:
    words = done.err.decode("utf-8", "backslashreplace").strip()
    lines = [line for line in words.splitlines() if not line.startswith("hint:")]
    said = "\n".join(lines) or f"exit code {done.code}"
    return f"git {' '.join(args[:2])}: {said}"
