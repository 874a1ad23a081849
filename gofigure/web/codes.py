"""A code that is printed in the terminal and typed into the page: a yes to exactly the bytes that were shown there."""

from __future__ import annotations

import hmac
import secrets
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

# Shows a text with a code at the terminal; whether it could be shown as a whole.
Announce = Callable[[Layer, str], bool]


class _Waiting(NamedTuple):
    layer: Layer
    code: str


class Codes:
    """At most one waits: that of the newest save. In one thread."""

    def __init__(self, announce: Announce | None) -> None:
        self._announce = announce
        self._waiting: _Waiting | None = None
        self._wrong = 0
        self._locked_until = 0.0

    @property
    def name(self) -> str:
        """The file that a code waits for; "" if none does."""
        return self._waiting.layer.name if self._waiting is not None else ""

    def forget(self) -> None:
        self._waiting = None

    def offer(self, layer: Layer) -> bool:
        """Show the text and a new code where somebody sits; whether that could be done."""
        code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        self._waiting = None
        if self._announce is None or not self._announce(layer, f"{code[:4]}-{code[4:]}"):
            return False
        self._waiting = _Waiting(layer, code)
        return True

    def confirm(self, place: Trust, typed: object) -> str:
        """Say yes to what was shown with this code; the file's name. Raises GofigureError."""
        if time.monotonic() < self._locked_until:
            raise GofigureError("too many wrong codes", hint="wait a minute, or: gofigure allow")
        waiting = self._waiting
        if waiting is None:
            raise GofigureError("no code waits to be typed", hint="gofigure allow")
        given = typed.upper().replace("-", "").replace(" ", "") if isinstance(typed, str) else ""
        if not hmac.compare_digest(given.encode("utf-8", "replace"), waiting.code.encode()):
            self._wrong += 1
            if self._wrong >= _TRIES:
                self._waiting, self._wrong, self._locked_until = None, 0, time.monotonic() + _PAUSE
            raise GofigureError("that is not the code", hint="it is in the terminal of gofigure ui; or: gofigure allow")
        trust.allow_saved(place, waiting.layer)
        self._waiting, self._wrong = None, 0
        return waiting.layer.name
