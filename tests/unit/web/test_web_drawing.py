"""Where stages and runs are drawn."""

from __future__ import annotations

import pytest

from gofigure.web.drawing import graph, labels, sparkline
from gofigure.web.rendering import took


def _run(number: int, seconds: float | None) -> dict[str, object]:
    return {"run": number, "verdict": "passed", "seconds": seconds}


def test_what_waits_stands_behind_and_nothing_twice() -> None:
    waits = {"b": frozenset({"a"}), "c": frozenset({"a", "b"}), "d": frozenset({"lone", "c"})}
    drawing = graph(["a", "b", "c", "lone", "d"], waits)
    assert drawing is not None
    x = {box.stage: box.x for box in drawing.boxes}
    assert x["a"] < x["b"] < x["c"] < x["d"]
    assert x["lone"] == x["c"]  # right before the one that waits for it
    assert len(drawing.edges) == 4  # c waits for a by b already
    places = [(box.x, box.y) for box in drawing.boxes]
    assert len({*places}) == len(places)


def test_too_many_to_be_seen() -> None:
    assert graph([str(at) for at in range(500)], {}) is None
    assert graph([], {}) is None


def test_a_name_that_is_too_long_keeps_what_differs() -> None:
    names = [
        "unit",
        "services-payments-unit",
        "services/payments:unit",
        "services/payments:lint",
        "clients/orders:unit",
    ]
    cut = ["unit", "servi…ments-unit", "servi…ments:unit", "servi…ments:lint", "clien…orders:unit"]
    assert labels(names) == cut
    alike = [f"{'a' * 20}{at}{'b' * 8}" for at in "xy"]
    assert len(set(labels(alike))) == 2
    hopeless = [f"{'a' * 40}{at}{'b' * 40}" for at in "xy"]
    assert all("…" in one and len(one) < 20 for one in labels(hopeless))
    assert labels(["x" * 7, "w" * 20]) == ["x" * 7, "www…wwwwww"]


def test_the_newest_twenty_oldest_first() -> None:
    bars = sparkline([_run(number, number / 10) for number in range(30, 0, -1)])
    assert [bar.run for bar in bars] == list(range(11, 31))
    assert bars[-1].shape == "M152 22v-22.0h6v22.0z"  # the longest is as high as there is room
    assert sparkline([_run(1, None)])[0].shape == "M0 22v-3h6v3z"
    assert sparkline([]) == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""), (0.0004, "0 ms"), (0.412, "412 ms"), (0.9999, "1.0 s"), (12.34, "12.3 s"), (99.96, "1 min 39 s"),
        (3599.9, "59 min 59 s"), (3600, "1 h 00 min"),
    ],
)  # fmt: skip
def test_a_duration_in_words(seconds: float | None, words: str) -> None:
    assert took(seconds) == words
