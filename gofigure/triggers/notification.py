"""A word on the desktop, where there is one, of a run that nobody looked at."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from html import escape

from gofigure.errors import GofigureError
from gofigure.process.capture import Running, capture, start
from gofigure.process.spawn import which
from gofigure.triggers.outcome import BAD

_DESKTOPS = ("WAYLAND_DISPLAY", "DISPLAY", "DBUS_SESSION_BUS_ADDRESS")
_PATIENCE = 5.0  # seconds
_LONGEST = 300
# The texts are arguments of the script, never part of it.
_APPLE = (
    "-e", "on run argv",
    "-e", "display notification (item 2 of argv) with title (item 1 of argv)",
    "-e", "end run",
)  # fmt: skip


def is_worth_it(state: str, before: str) -> bool:
    """Only what asks for something, or takes that back: a run that passes as ever is no news."""
    return state in BAD or (state in ("passed", "reused") and before in BAD)


def command(title: str, text: str, environ: Mapping[str, str], platform: str = sys.platform) -> tuple[str, ...]:
    """What shows it; () where there is no desktop. Both texts are harmless lines."""
    title, text = title[:_LONGEST], text[:_LONGEST]
    if platform == "darwin":
        return ("osascript", *_APPLE, title, text)
    if not any(environ.get(name) for name in _DESKTOPS):
        return ()
    # A body may hold markup (Desktop Notifications Specification).
    return ("notify-send", "--app-name=gofigure", "--", title, escape(text, quote=False))


def notify(title: str, text: str, environ: Mapping[str, str]) -> None:
    """Show it if that can be done; what cannot be shown is told by `status` all the same."""
    argv = command(title, text, environ)
    try:
        if argv:
            which(argv[0], environ.get("PATH", ""))
            capture(argv, env=environ, timeout=_PATIENCE)
    except GofigureError:
        return


def why_not(environ: Mapping[str, str]) -> str:
    """Why nothing can be shown; "" if something can, as far as that is known before."""
    argv = command("", "", environ)
    if not argv:
        return f"there is no desktop (none of {', '.join(_DESKTOPS)} is set)"
    try:
        which(argv[0], environ.get("PATH", ""))
    except GofigureError as error:
        return str(error)
    return ""


def begin(title: str, text: str, environ: Mapping[str, str]) -> Running | None:
    """The same for those who cannot wait: what shows it, to be asked now and then whether it has ended, and killed."""
    argv = command(title, text, environ)
    try:
        return start(argv, env=environ) if argv else None
    except GofigureError:
        return None
