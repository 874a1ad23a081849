"""What may stand between a program's output and all who see it."""

from __future__ import annotations

from typing import Protocol


class Listener(Protocol):
    """Hears all that a program prints, before anybody else, and says what is to be shown in its place."""

    def feed(self, data: bytes) -> bytes: ...

    def flush(self) -> bytes:
        """The rest, at the end of the output."""
