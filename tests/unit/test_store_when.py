from __future__ import annotations

import time
from datetime import datetime

import pytest

from gofigure.errors import GofigureError
from gofigure.store.when import moment


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10m", 600), ("2h", 7200), ("2 h", 7200), ("3d", 3 * 86400), ("1w", 7 * 86400), ("1w ago", 604800)],
)
def test_ago(text: str, seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 10**18)
    assert moment(text, "--since") == 10**18 - seconds * 10**9


@pytest.mark.parametrize(
    ("text", "ends", "then"),
    [
        ("2026-11-22", False, datetime(2026, 11, 22)),  # noqa: DTZ001 - a person's own clock
        ("2026-11-22", True, datetime(2026, 11, 23)),  # noqa: DTZ001
        ("2026-11-22 14:00", True, datetime(2026, 11, 22, 14)),  # noqa: DTZ001
        ("2026-11-22T14:00:00+00:00", False, datetime.fromisoformat("2026-11-22T14:00:00+00:00")),
    ],
)
def test_dates(text: str, ends: bool, then: datetime) -> None:
    assert moment(text, "--until", ends=ends) == int(then.timestamp()) * 10**9


def test_a_moment_beyond_what_can_be_stored_is_the_last_one() -> None:
    assert moment("9999-01-01", "--until") == 2**63 - 1
    assert moment("999999999w", "--since") == 0


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "3 parsecs", "٣d x", "-1d", "9" * 5000 + "d"])
def test_anything_else_is_refused_with_what_would_do(text: str) -> None:
    with pytest.raises(GofigureError) as failure:
        moment(text, "--since")
    assert "2026-11-22" in failure.value.hint
