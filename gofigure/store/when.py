"""Moments as people type them: "3d" for three days ago, or a date."""

from __future__ import annotations

import re
import time

from gofigure.errors import GofigureError

_AGO = re.compile(r"(\d{1,9})\s*([smhdw])(\s+ago)?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_LAST = (1 << 63) - 1  # as the store counts, in 2262
_DAY = re.compile(r"\d{4}-?\d\d-?\d\d")


def moment(text: str, option: str, *, ends: bool = False) -> int:
    """Nanoseconds since 1970, by the wall clock. `ends`: a day means its end. Raises GofigureError."""
    word = text.strip()
    if match := _AGO.fullmatch(word):
        return max(0, time.time_ns() - int(match[1]) * _SECONDS[match[2]] * 1_000_000_000)
    from datetime import datetime, timedelta

    try:
        at = datetime.fromisoformat(word)
        if ends and _DAY.fullmatch(word):
            at += timedelta(days=1)
        return min(max(0, int(at.timestamp() * 1_000_000)) * 1000, _LAST)
    except (ValueError, OverflowError, OSError):
        raise GofigureError(
            f"{option}: {text!r} is no moment", hint="90s, 10m, 2h, 3d, 1w (ago), 2026-11-22, or '2026-11-22 14:00'"
        ) from None
