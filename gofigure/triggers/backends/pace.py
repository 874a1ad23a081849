"""How often to look without a reason, in seconds: by how long a look takes, so that it stays cheap."""

from __future__ import annotations

POLL = 2.0  # where a person asks for a scan and does not say how often
_SCAN, _SAFETY = 1.0, 30.0  # at the least


def scanning(took: float, asked: float | None) -> float:
    """Where there are no events, or not for everything: at most a twentieth of the time is spent on looks."""
    return max(_SCAN, 20 * took) if asked is None else asked


def safety(took: float, asked: float | None) -> float:
    """Where events tell of everything, as far as anybody knows: a third of a hundredth of the time."""
    return max(_SAFETY, 300 * took) if asked is None else asked
