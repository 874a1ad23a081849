"""The only package that starts and ends programs; each name is imported when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gofigure.process.capture import Captured, HelperFailed, Running, Talker
    from gofigure.process.ladder import end_all
    from gofigure.process.log import LogWriter
    from gofigure.process.spawn import CannotStart, secure_descriptors, which
    from gofigure.process.supervisor import Ended, Supervisor

# `capture.capture`, `capture.start` and `spawn.spawn` are not here: their names are the modules' own.
_HOME = {
    "CannotStart": "spawn",
    "Captured": "capture",
    "Ended": "supervisor",
    "HelperFailed": "capture",
    "LogWriter": "log",
    "Running": "capture",
    "Supervisor": "supervisor",
    "Talker": "capture",
    "end_all": "ladder",
    "secure_descriptors": "spawn",
    "which": "spawn",
}

__all__ = [
    "CannotStart",
    "Captured",
    "Ended",
    "HelperFailed",
    "LogWriter",
    "Running",
    "Supervisor",
    "Talker",
    "end_all",
    "secure_descriptors",
    "which",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(name)
    from importlib import import_module

    value = getattr(import_module(f"gofigure.process.{_HOME[name]}"), name)
    globals()[name] = value
    return value
