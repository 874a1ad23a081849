"""What came of the runs that nobody waited for: kept beside their places, where no store and no yes is needed."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from typing import NamedTuple

from gofigure.model import MAY_WAIT
from gofigure.triggers.background import folder_of, folders_of, is_taken, write_whole

_WORDS = {
    "waiting": "is waiting",
    "running": "is under way",
    "interrupted": "was interrupted",
    "not begun": "could not be made",
}
_STARTS_WITHIN_NS = 2_000_000_000  # between a request and the process that is started for it
_RUNNING = b'"state": "running"'
BAD = ("failed", "interrupted", "not begun")


class Outcome(NamedTuple):
    """The newest run in the background of one hook."""

    hook: str
    state: str  # "waiting", "running", "passed", "reused", "failed", "skipped", "interrupted", "not begun"
    about: str = ""  # "commit 1a2b3c4d5e", "the working tree"
    runs: tuple[int, ...] = ()
    failed: tuple[str, ...] = ()  # stages
    said: str = ""  # why it could not begin
    at_ns: int = 0  # since when this is so, by the wall clock

    @property
    def title(self) -> str:
        """`post-commit check of commit 1a2b3c4d5e failed`."""
        of = f" of {self.about}" if self.about else ""
        return f"{self.hook} check{of} {_WORDS.get(self.state, self.state)}"

    @property
    def detail(self) -> str:
        """What else there is to say of it in a few words."""
        return self.said or ", ".join(self.failed)

    @property
    def more(self) -> str:
        """The command that shows more of it."""
        return f"gofigure logs {self.runs[-1]}" if self.runs else "gofigure status"


def keep(git_dir: str, outcome: Outcome) -> None:
    """Make it known to `status`, and, where it is bad, to the next one who sits in front of a screen."""
    import json

    folder = folder_of(git_dir, outcome.hook)
    write_whole(os.path.join(folder, "outcome"), json.dumps(outcome._asdict()).encode())
    untold = os.path.join(folder, "untold")
    if outcome.state in BAD:
        write_whole(untold, f"{outcome.at_ns}\n{outcome.title}\n{outcome.said or outcome.more}".encode())
    elif outcome.state in ("passed", "reused"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(untold)


def outcome_of(git_dir: str, hook: str) -> Outcome | None:
    """What is known of the newest run of a hook, or of the one that waits for its turn."""
    folder = folder_of(git_dir, hook)
    found = _read(os.path.join(folder, "outcome"))
    if said := _lost(folder):
        known = found if found is not None and found.state == "running" else Outcome(hook, "running")
        return known._replace(state="interrupted", said=said, at_ns=_changed(os.path.join(folder, "request")))
    if is_taken(folder, "waiting") and (found is None or found.state != "running"):
        return Outcome(hook, "waiting")
    return found


def _lost(folder: str) -> str:
    """What became of a process that was killed, or died, before it could say so itself; "" mostly."""
    if is_taken(folder, "running") or is_taken(folder, "waiting"):
        return ""
    place = os.path.join(folder, "outcome")
    with contextlib.suppress(OSError), open(place, "rb") as file:
        if _RUNNING in file.read():
            return "it was killed"
    asked_ns = _changed(os.path.join(folder, "request"))
    if asked_ns > _changed(place) and asked_ns + _STARTS_WITHIN_NS < time.time_ns():
        return f"it was gone before it began; see {os.path.join(folder, 'log')}"
    return ""


def outcomes(git_dir: str) -> list[Outcome]:
    """Every hook's."""
    if not os.path.isdir(folders_of(git_dir)):
        return []
    return [outcome for hook in MAY_WAIT if (outcome := outcome_of(git_dir, hook)) is not None]


def untold(git_dir: str) -> Iterator[tuple[str, int, str]]:
    """(what went wrong, when, what to do) of each failure that nobody was told of; each comes once."""
    if not os.path.isdir(folders_of(git_dir)):  # mostly; this is asked at every run
        return
    for hook in MAY_WAIT:
        folder = folder_of(git_dir, hook)
        if _lost(folder) and (lost := outcome_of(git_dir, hook)) is not None:
            keep(git_dir, lost)
        place = os.path.join(folder, "untold")
        mine = f"{place}.{os.getpid()}"
        try:
            os.rename(place, mine)  # of two who ask at once, one gets it
            with open(mine, encoding="utf-8", errors="replace") as file:
                at, title, more = file.read().split("\n", 2)
            os.unlink(mine)
            yield title, int(at), more
        except (OSError, ValueError):
            continue


def _read(path: str) -> Outcome | None:
    import json

    try:
        with open(path, "rb") as file:
            said = json.load(file)
        found = Outcome(**said)
        runs, failed = tuple(map(int, found.runs)), tuple(map(str, found.failed))
        return found._replace(runs=runs, failed=failed, at_ns=int(found.at_ns))
    except (OSError, ValueError, TypeError):
        return None


def _changed(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
