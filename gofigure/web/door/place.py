"""One page for each working tree, and how another finds it.

Beside the watcher's files lie two: `page`, a kernel lock that the page's process holds, so that one which was killed
holds nothing; `page.json`, its address and the key that programs show, readable by its owner alone.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
from typing import NamedTuple

from gofigure.errors import StoreUnwritable
from gofigure.store.lock import take
from gofigure.triggers.background import write_whole

_LOCK, _CARD = "page", "page.json"
_LARGEST = 64 * 1024


class Card(NamedTuple):
    """Where a page is."""

    pid: int
    address: str  # "http://127.0.0.1:7777", or "unix:/path"
    port: int  # 0: none
    key: str
    read_only: bool = False
    tabs: str = ""  # what its tabs know it by, and the next one


class Place:
    """The page's place, free or taken; to be left at the end."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._lock = -1

    def take(self) -> bool:
        """Become the page of this working tree; False: another one lives. Raises StoreUnwritable."""
        name = os.path.join(self.folder, _LOCK)
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            lock = _open(name, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise _unwritable(name, error) from error
        if not take(lock, fcntl.LOCK_EX):
            os.close(lock)
            return False
        self._lock = lock
        return True

    def publish(self, card: Card) -> None:
        """Let others find it. Raises StoreUnwritable."""
        name = os.path.join(self.folder, _CARD)
        try:
            write_whole(name, json.dumps(card._asdict()).encode())
        except OSError as error:
            raise _unwritable(name, error) from error

    def leave(self) -> None:
        """Give the place to the next; the port stays known, so that open tabs find the next one."""
        if self._lock >= 0:
            card = _read(self.folder)
            if card is not None:
                with contextlib.suppress(StoreUnwritable):
                    self.publish(card._replace(pid=0, key=""))
            os.close(self._lock)
            self._lock = -1


def _unwritable(name: str, error: OSError) -> StoreUnwritable:
    return StoreUnwritable(
        f"{name} cannot be written: {error.strerror}; a page, --read-only too, keeps there where it is to be found",
        hint=f"make {os.path.dirname(name)} writable; gofigure status and gofigure history do without",
    )


def card_of(folder: str) -> Card | None:
    """Where the page of a working tree is; None where none lives."""
    try:
        lock = _open(os.path.join(folder, _LOCK), os.O_RDWR)
    except OSError:
        return None
    try:
        if take(lock, fcntl.LOCK_EX):
            return None
    finally:
        os.close(lock)
    card = _read(folder)
    return card if card is not None and card.key else None


def last_card(folder: str) -> Card:
    """Of the page that was here last: open tabs find the next one by its port, and know it by what they share."""
    return _read(folder) or Card(0, "", 0, "")


def _read(folder: str) -> Card | None:
    try:
        with open(_open(os.path.join(folder, _CARD), os.O_RDONLY), encoding="utf-8") as file:
            info = os.fstat(file.fileno())
            if not stat.S_ISREG(info.st_mode) or info.st_size > _LARGEST:
                return None
            said = json.load(file)
        card = Card(**said)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    kinds = [(card.pid, int), (card.address, str), (card.port, int), (card.key, str), (card.tabs, str)]
    return card if all(type(value) is kind for value, kind in kinds) else None


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
