"""Where the watcher gets its commands from: the keyboard, and the FIFO by which others ask."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol, get_args

from gofigure.watch.state import Command

_KINDS = get_args(Command.__annotations__["kind"])


class Commands(Protocol):
    """Something to listen to in a loop that has more to do. Neither method blocks."""

    def filenos(self) -> Sequence[int]:
        """What to wait for until it is readable; to be asked anew before each waiting, as it changes."""

    def read(self, fd: int) -> list[Command]:
        """What was asked for; to be called with each of `filenos` that is readable."""


class Nobody:
    """Asks for nothing."""

    def filenos(self) -> Sequence[int]:
        return ()

    def read(self, _fd: int) -> list[Command]:
        return []


class Several:
    """Several sources as one."""

    def __init__(self, *sources: Commands) -> None:
        self._sources = sources

    def filenos(self) -> Sequence[int]:
        return [fd for source in self._sources for fd in source.filenos()]

    def read(self, fd: int) -> list[Command]:
        """Those of the source that it is of; none if it is nobody's any more."""
        return next((source.read(fd) for source in self._sources if fd in source.filenos()), [])


def to_line(command: Command) -> bytes:
    return json.dumps(command._asdict()).encode() + b"\n"


def from_line(line: bytes) -> Command | None:
    """None for anything that `to_line` has not made. The job's name may be anything."""
    try:
        said = json.loads(line)
        command = Command(said["kind"], said["job"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if command.kind not in _KINDS or not isinstance(command.job, str):
        return None
    return command
