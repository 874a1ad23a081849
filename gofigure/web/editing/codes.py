"""A code that is printed in the terminal and typed into the page: a yes to exactly the bytes that were shown there."""

from __future__ import annotations

import hmac
import math
import queue
import secrets
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from gofigure import trust
from gofigure.errors import GofigureError
from gofigure.trust import Layer, Trust

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that looks like another
_LENGTH = 8
_TRIES = 5
_PAUSE = 60.0  # seconds, after so many wrong ones
_MOMENT = 0.5  # seconds that a save waits for the terminal, which may be stopped (Ctrl-S)

# Shows a text with a code at the terminal; whether it could be shown as a whole.
Announce = Callable[[Layer, str], bool]


class _Waiting(NamedTuple):
    layer: Layer
    code: str


class _Offer(NamedTuple):
    waiting: _Waiting
    shown: Callable[[], None]
    done: threading.Event


class Codes:
    """At most one waits: that of the newest save. Asked in one thread, shown by another: a terminal may be stopped."""

    def __init__(self, announce: Announce | None) -> None:
        self._announce = announce
        self._lock = threading.Lock()
        self._newest: _Offer | None = None  # of those that were to be shown
        self._waiting: _Waiting | None = None  # was shown
        self._offers: queue.SimpleQueue[_Offer] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._wrong = 0
        self._locked_until = 0.0

    @property
    def layer(self) -> Layer | None:
        """The text that a code waits for."""
        waiting = self._waiting
        return waiting.layer if waiting is not None else None

    def forget(self, name: str = "") -> None:
        """What waits, or is to be shown; with a name only where it is of that file."""
        with self._lock:
            if not name or (self._newest is not None and self._newest.waiting.layer.name == name):
                self._newest = self._waiting = None

    def offer(self, layer: Layer, shown: Callable[[], None]) -> bool:
        """Show the text and a new code where somebody sits; whether it is there now.

        `shown` is called in another thread once it is: a code counts from then on, should that take longer.
        """
        self.forget()
        if self._announce is None:
            return False
        code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        offer = self._newest = _Offer(_Waiting(layer, code), shown, threading.Event())
        self._offers.put(offer)
        if self._writer is None:  # nobody waits for it when the page ends
            self._writer = threading.Thread(target=self._write, args=(self._announce,), daemon=True, name="codes")
            self._writer.start()
        offer.done.wait(_MOMENT)
        return self._waiting is offer.waiting

    def _write(self, announce: Announce) -> None:
        while True:
            offer = self._offers.get()
            layer, code = offer.waiting
            if offer is self._newest and _told(announce, layer, f"{code[:4]}-{code[4:]}"):
                with self._lock:
                    if offer is self._newest:
                        self._waiting = offer.waiting
                offer.shown()
            offer.done.set()

    def confirm(self, place: Trust, typed: object) -> str:
        """Say yes to what was shown with this code; the file's name. Raises GofigureError."""
        waiting = self._waiting
        if waiting is None:
            raise GofigureError("no code waits to be typed", hint="in a terminal: gofigure allow")
        if (rest := self._locked_until - time.monotonic()) > 0:
            raise GofigureError("too many wrong codes", hint=f"wait {math.ceil(rest)} s, or: gofigure allow")
        given = typed.upper().replace("-", "").replace(" ", "") if isinstance(typed, str) else ""
        if not hmac.compare_digest(given.encode("utf-8", "replace"), waiting.code.encode()):
            raise self._refused()
        trust.allow_saved(place, waiting.layer)
        self._wrong = 0
        with self._lock:
            if self._waiting is waiting:
                self._newest = self._waiting = None
        return waiting.layer.name

    def _refused(self) -> GofigureError:
        """Counts one more that was wrong."""
        self._wrong += 1
        if self._wrong < _TRIES:
            return GofigureError(
                "that is not the code", hint="it is in the terminal of gofigure ui; or: gofigure allow"
            )
        self.forget()
        self._wrong, self._locked_until = 0, time.monotonic() + _PAUSE
        return GofigureError("that is not the code either: it counts no more", hint="in a terminal: gofigure allow")


def _told(announce: Announce, layer: Layer, code: str) -> bool:
    try:
        return announce(layer, code)
    except GofigureError:  # what it is compared with cannot be read; `gofigure allow` will say so
        return False
