"""The one error tree: everything here is something that the user can act on (exit code 2)."""

from __future__ import annotations

from typing import Literal, NamedTuple

EXIT_PASSED = 0
EXIT_FAILED = 1
EXIT_USER = 2
EXIT_BUG = 3
EXIT_INTERRUPTED = 130


class GofigureError(Exception):
    """What failed, where, and (in `hint`) what to type next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Problem(NamedTuple):
    """One thing wrong in a configuration file."""

    path: str  # the file
    line: int  # 1-based; 0 where the file as a whole is meant
    key: str  # dotted key path: "stages.lint.timeout"
    message: str  # what was found, what was expected, the nearest valid name

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class ConfigError(GofigureError):
    """Every problem of the configuration at once."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)), hint="mend the file, then: gofigure validate")
        self.problems = tuple(problems)


class GitError(GofigureError):
    """The git program refused; the message carries its own words."""


class NotARepository(GitError):  # noqa: N818 - says it better
    """The folder is in no git repository."""


class NotACommit(GitError):  # noqa: N818 - says it better
    """A name that git does not resolve to a commit."""


class SlowExpression(GofigureError):  # noqa: N818 - says it better
    """A regular expression of the configuration that does not come to an end."""

    def __init__(self, expression: str, seconds: float, key: str = "") -> None:
        super().__init__(
            f'{key or "a regular expression"}: "{expression}" has not come to an end after {seconds:g} s',
            hint="a repetition inside a repetition, such as (a+)+, backtracks for ever: say it with one",
        )
        self._said = expression, seconds

    def within(self, key: str) -> SlowExpression:
        """The same, where the key that holds the expression is known."""
        return SlowExpression(*self._said, key)


class StoreError(GofigureError):
    """`.gofigure` cannot be used as it stands."""


class StoreUnwritable(StoreError):  # noqa: N818 - a run can go on without it
    """`.gofigure` cannot be created or written here; nothing can be remembered."""


class NotAllowedError(GofigureError):
    """This repository's configuration has not been allowed on this machine."""


class SecretError(GofigureError):
    """A secret that a stage needs is nowhere to be found, or cannot be read; no message holds a value."""


class NestedError(GofigureError):
    """A run was asked for by a stage of the same repository."""


class RootGone(GofigureError):  # noqa: N818 - says it better
    """The folder that is watched, or shown, was deleted or moved; nothing of it must be made again."""


class Interrupted(Exception):  # noqa: N818 - a request to stop, not an error
    """The user or the system asked to stop: INT, TERM or HUP, or a key."""

    verdict: Literal["interrupted", "superseded"] = "interrupted"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why  # a signal's name, or words


class Superseded(Interrupted):
    """What is run is not what stands there any more, and is not worth going on with."""

    verdict = "superseded"
