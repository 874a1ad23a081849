"""Who may look: a ticket opens the page once, and is traded for a cookie; programs show the key."""

from __future__ import annotations

import hmac
import secrets

_MOST = 64  # tickets that wait, and sessions: more than a person opens


class Sessions:
    """All secrets are made when a page starts, and are worth nothing after it."""

    def __init__(self, tabs: str = "") -> None:
        """`tabs`: what open tabs know the page of this working tree by, if there was one."""
        self.key = secrets.token_urlsafe(32)
        self.tabs = tabs or secrets.token_hex(32)
        self._tickets: list[str] = []
        self._sessions: list[str] = []

    def ticket(self) -> str:
        """A new ticket, good for one time."""
        self._tickets = [*self._tickets, secrets.token_urlsafe(32)][-_MOST:]
        return self._tickets[-1]

    def trade(self, ticket: str) -> str | None:
        """A cookie's value for a ticket, which is worth nothing from then on; None if it was not."""
        if not _is_among(ticket, self._tickets):
            return None
        self._tickets.remove(ticket)
        self._sessions = [*self._sessions, secrets.token_urlsafe(32)][-_MOST:]
        return self._sessions[-1]

    def knows(self, cookie: str) -> bool:
        """Whether a cookie's value was given out by `trade`."""
        return _is_among(cookie, self._sessions)

    def proof(self, word: bytes) -> bytes:
        """That this is the page a tab was loaded from, or the next one of the same working tree."""
        return hmac.digest(self.tabs.encode(), word, "sha256").hex().encode()

    def is_key(self, key: str) -> bool:
        return _is_among(key, [self.key])


def _is_among(given: str, valid: list[str]) -> bool:
    """Compared in a time that tells nothing."""
    data = given.encode("utf-8", "replace")
    return sum(hmac.compare_digest(data, one.encode()) for one in valid) > 0
