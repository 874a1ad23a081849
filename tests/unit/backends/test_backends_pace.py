"""How often there is a look without a reason."""

from __future__ import annotations

import pytest

from gofigure.triggers.backends import pace


@pytest.mark.parametrize(
    ("took", "asked", "scanning", "safety"),
    [(0, None, 1, 30), (0.04, None, 1, 30), (0.2, None, 4, 60), (2, None, 40, 600), (2, 0.5, 0.5, 0.5), (0, 5, 5, 5)],
)
def test_by_what_a_look_takes_or_as_asked_for(took: float, asked: float | None, scanning: float, safety: float) -> None:
    assert pace.scanning(took, asked) == scanning
    assert pace.safety(took, asked) == safety


@pytest.mark.parametrize("took", [0.001, 0.1, 0.22, 1, 10])
def test_with_events_it_is_less_than_four_thousandths_of_a_core(took: float) -> None:
    assert took / pace.safety(took, None) < 0.004
