"""A new commit at a remote begins a new chain of runs: it must not count as one run more that follows another."""

from __future__ import annotations

from gofigure.runner.no_loops import FOLLOW_UPS, Chain, Ran, after
from gofigure.watch.judging import Judging, _Job


def test_it_begins_a_chain() -> None:
    judging = Judging("/nowhere", "/nowhere")
    one = judging._jobs["check"] = _Job(Chain(b"x", fresh=False), newest=1)
    for _ in range(FOLLOW_UPS + 1):
        judging.arrived("check")
        one.chain = after(one.chain, Ran(b"x", b"x"))
        assert one.chain.follow_ups == 0
        assert not one.chain.fresh
