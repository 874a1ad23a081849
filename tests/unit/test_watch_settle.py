"""When the watcher looks: a moment of quiet, or ten seconds of unrest."""

from __future__ import annotations

import pytest

from gofigure.watch.settle import LONGEST, Settling


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_nothing_has_changed(clock: Clock) -> None:
    assert Settling(0.1, clock).patience() is None


def test_each_change_begins_the_quiet_anew(clock: Clock) -> None:
    settling = Settling(0.1, clock)
    settling.changed()
    clock.now += 0.08
    settling.changed()
    assert settling.patience() == pytest.approx(0.1)
    clock.now += 0.1
    assert settling.patience() == pytest.approx(0.0, abs=1e-6)


def test_unrest_without_an_end_is_looked_at_all_the_same(clock: Clock) -> None:
    settling = Settling(0.1, clock)
    for _ in range(int(LONGEST / 0.05) + 1):
        settling.changed()
        assert not settling.has_waited_long
        clock.now += 0.05
    assert settling.has_waited_long
    assert settling.patience() == 0.0


def test_the_events_of_one_save_are_one_change(clock: Clock) -> None:
    settling = Settling(0.0, clock)
    settling.changed()
    assert 0 < (settling.patience() or 0) < 0.01


def test_what_changes_while_somebody_looks_is_looked_at_again(clock: Clock) -> None:
    settling = Settling(0.1, clock)
    settling.changed()
    settling.looked()
    assert settling.patience() is None
    settling.changed()
    assert settling.unseen
    assert settling.quiet_for() == 0.0
