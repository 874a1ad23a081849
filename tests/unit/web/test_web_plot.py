"""Where durations are drawn."""

from __future__ import annotations

from gofigure.web.plot import BOTTOM, HEIGHT, TOP, plot


def _run(number: int, verdict: str, seconds: float) -> dict[str, object]:
    return {"run": number, "verdict": verdict, "seconds": seconds, "started_ns": number}


def test_oldest_first_the_longest_highest_and_a_shape_for_each_verdict() -> None:
    runs = [_run(3, "timed out", 4.0), _run(2, "failed", 2.0), _run(1, "passed", 1.0)]
    drawn = plot(runs, 1.0)
    assert drawn is not None
    assert [point.run for point in drawn.points] == [1, 2, 3]
    assert len({point.shape.partition("l")[0][-1:] + point.shape[-9:] for point in drawn.points}) == 3
    assert [line.seconds for line in drawn.lines] == [0.0, 2.0, 4.0]
    assert (drawn.lines[0].y, drawn.lines[-1].y) == (HEIGHT - BOTTOM, TOP)
    assert drawn.median is not None
    assert drawn.lines[1].y < drawn.median.y < drawn.lines[0].y


def test_many_and_few_and_none() -> None:
    assert plot([], None) is None
    one = plot([_run(1, "failed", 0.0)], None)
    assert one is not None
    assert one.median is None
    many = plot([_run(at, "passed", 1.0) for at in range(150)], 1.0)
    assert many is not None
    assert many.width < 1200
