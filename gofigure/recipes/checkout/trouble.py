"""What git complains of, judged: whether it may pass, what it means for a person, and trying again."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TypeVar

from gofigure.errors import GofigureError
from gofigure.git.address import redacted
from gofigure.recipes.checkout.wish import Wish, say

T = TypeVar("T")

PAUSES = (0.5, 2.0)  # seconds before the second and the third try
_SHOWN = 6  # lines

_USE_YOURS = 'to let git use your own settings and credential helpers: credentials = "user"'
_YOURS = "try it by hand, where git may ask you: git ls-remote -- URL"
# What git says where another try would end in the same way, and what to do about it.
_FOR_GOOD: tuple[tuple[str, str], ...] = (
    (r"Authentication failed|could not read (?:Username|Password)|returned error: 40[13]|access denied", "credentials"),
    (r"Permission denied \(|Too many authentication failures", "credentials"),
    (r"Host key verification failed", "to see and accept its key: ssh HOST"),
    (r"transport '.*' not allowed", "the server leads to another protocol, which is not followed"),
    (
        r"repository '.*' not found|not exported|error: 404|Repository not found",
        "is the url right, and public? git ls-remote -- URL",
    ),
    (
        r"does not appear to be a git repository|not a git repository|No such file or directory",
        "is the url right? git ls-remote -- URL",
    ),
    (r"detected dubious ownership|unsafe repository", "whose is it? ls -ld URL"),
    (
        r"SSL certificate problem|server certificate verification failed",
        "does this machine know its certificate?",
    ),
    (
        r"not allow request for unadvertised object|not our ref|couldn't find remote ref|no such remote ref",
        "",
    ),
    (r"No space left on device|Disk quota exceeded", "make room, then run it again"),
)


# What git says where what it has here is no good.
_DAMAGE = (
    "bad object", "object file", "loose object", "not a valid object", "did not send all necessary objects",
    "unable to read", "bad config", ".lock': File exists", "shallow file", "not a git repository: '/", "bad tree",
    "could not parse", "reference broken", "unable to resolve reference", "cannot lock ref", "unresolved delta",
)  # fmt: skip
# These too may stand beside what a cut connection leaves: then it is that.
_CUT = ("early EOF", "unexpected disconnect", "hung up", "index-pack output", "RPC failed", "Connection reset")


class Trouble(GofigureError):  # noqa: N818 - says it better
    """The remote could not be asked, or did not give; `passing`: another try may end otherwise."""

    def __init__(self, message: str, *, hint: str = "", passing: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.passing = passing


class Broken(GofigureError):  # noqa: N818 - says it better
    """What is kept here cannot be used; it can be made anew."""


def is_damage(said: str) -> bool:
    """Whether a fetch has failed by what is kept here, and not by the remote or the way to it."""
    return any(words in said for words in _DAMAGE) and not any(words in said for words in _CUT)


def trouble(said: str, wish: Wish) -> Trouble:
    """What git has said on its standard error, as an error."""
    lines = [line.strip() for line in redacted(said).splitlines() if line.strip()]
    message = "\n".join(lines[-_SHOWN:]) or "git says nothing about why"
    for pattern, mend in _FOR_GOOD:
        if re.search(pattern, said):
            hint = mend if mend != "credentials" else _USE_YOURS if wish.credentials == "none" else _YOURS
            return Trouble(message, hint=hint.replace("URL", redacted(wish.url)))
    hint = "is the network there? what was checked out before stands where it was, and is not taken for this"
    return Trouble(message, hint=hint, passing=True)


def again(attempt: Callable[[], T], what: str) -> T:
    """The result of the first attempt that ends well, of three."""
    for tries, pause in enumerate(PAUSES, 1):
        try:
            return attempt()
        except Trouble as error:
            if not error.passing:
                raise
            say(f"{what}\n{error}\ntry {tries} of {len(PAUSES) + 1} has failed; the next one follows in {pause:g} s")
            time.sleep(pause)
    return attempt()
