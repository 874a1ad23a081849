"""The last line of what a stage prints, however it comes; and what repeats a failure."""

from __future__ import annotations

import pytest

from gofigure.events import Event, StageOutput, Tick
from gofigure.model import Snapshot, SnapshotKind
from gofigure.runner.execute import again
from gofigure.runner.pulse import Pulse


class Watched:
    """A pulse, its clock, and what it told."""

    def __init__(self) -> None:
        self.now = 5.0
        self.told: list[Event] = []
        self.pulse = Pulse(self.told.append, clock=lambda: self.now)
        self.pulse.follow(7, "s")
        self.pulse.beat(1, {"s"})
        self.told.clear()

    def lines(self, *parts: bytes) -> list[str]:
        """What is told when each part comes a beat after the one before."""
        for part in parts:
            self.pulse.take(7, part)
            self.now += 0.1
            self.pulse.beat(1, {"s"})
        return [event.line for event in self.told if isinstance(event, StageOutput)]


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        ([b"one\ntwo\n"], ["two"]),
        ([b"one\ntw", b"o\nthree"], ["tw", "three"]),
        ([b"10%\r20%\r", b"30%\r"], ["20%", "30%"]),
        ([b"words\n\n  \n"], ["words"]),
        ([b"\x1b[2J\n"], []),
        ([b"a\x1b[3", b"1mb"], ["a", "ab"]),
        ([b"a\x1b]0;tit", b"le\x07b"], ["a", "ab"]),
        ([b"a\xe6\x97", b"\xa5"], ["a", "a日"]),
        ([b"\xff\xfe x"], ["\\xff\\xfe x"]),
        ([b"x" * 100_000], ["x" * 400]),
        (["日".encode() * 3000], ["日" * 400]),
        ([b"a\tb\x00\x08c"], ["a bc"]),
        ([b"one\n" * 50_000 + b"two"], ["two"]),
    ],
)
def test_the_last_line(parts: list[bytes], lines: list[str]) -> None:
    assert Watched().lines(*parts) == lines


def test_it_tells_ten_times_a_second_at_most_and_nothing_twice() -> None:
    watched = Watched()
    for number in range(1000):
        watched.pulse.take(7, b"%d\n" % number)
        watched.now += 0.001
        watched.pulse.beat(1, {"s"})
    assert 9 <= len(watched.lines()) <= 10
    watched.told.clear()
    watched.lines(b"")
    watched.told.clear()
    watched.now += 1
    watched.pulse.beat(1, {"s"})
    assert watched.told == [Tick()]


def test_it_wakes_for_its_next_beat() -> None:
    watched = Watched()
    assert watched.pulse.patience(None) == pytest.approx(0.1)
    assert watched.pulse.patience(0.02) == pytest.approx(0.02)
    watched.now += 1
    assert watched.pulse.patience(None) == 0.0


def test_a_stage_that_has_ended_says_no_more() -> None:
    watched = Watched()
    watched.pulse.take(7, b"late")
    watched.pulse.take(8, b"nobody's")
    watched.now += 1
    watched.pulse.beat(1, set())
    assert watched.told == []


@pytest.mark.parametrize(
    ("kind", "index_file", "use_proofs", "words"),
    [
        ("working tree", None, True, ()),
        ("working tree", None, False, ()),
        ("folder", None, True, ()),
        ("index", None, True, ("--staged",)),
        ("index", None, False, ("--staged", "--no-cache")),
        ("index", ".git/index", True, ("--staged",)),
        ("index", "/x/.git/index.lock", True, ()),
        ("index", "/x/.git/next-index-42.lock", True, ()),
        ("commit", None, True, ("--commit", "0123456789")),
    ],
)
def test_what_repeats_a_failure(
    kind: SnapshotKind, index_file: str | None, use_proofs: bool, words: tuple[str, ...]
) -> None:
    about = Snapshot(kind, b"", commit="0123456789abcdef" if kind == "commit" else None)
    assert again(about, index_file, use_proofs=use_proofs) == words
