"""Single tests in the store: with their runs, bounded, and what is flaky longer than these."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from gofigure.model import Case, CaseVerdict, Counts, StageResult, Verdict
from gofigure.store.bounds import BOUNDS, DAY_NS
from gofigure.store.ledger import NewRun
from gofigure.store.proofs import Proof
from gofigure.store.store import Store

KEY, OTHER = b"k" * 32, b"o" * 32


def _begin(store: Store) -> int:
    return store.begin(NewRun("job", "manual", "/w", "c", bytes(32), "main", 1), [("unit", "why", KEY)])


def _result(verdict: Verdict, judged: bytes = b"", *, proven: bool = False) -> StageResult:
    return StageResult("unit", verdict, "", 1.0, key=KEY, counts=Counts(1, 1, 0, 0), judged=judged, proven=proven)


def _told(*verdicts: CaseVerdict, location: str = "") -> dict[str, list[Case]]:
    return {"unit": [Case("s", f"t{at}", verdict, 0.1, "", location) for at, verdict in enumerate(verdicts)]}


def _proof(run: int) -> Proof:
    return Proof(KEY, "unit", run, time.time_ns(), 1.0, "{}")


def test_of_two_runs_at_once_the_one_that_failed_takes_the_proof_of_the_other() -> None:
    """The other has passed, and looked for failures, before this one knew what its failure was about."""
    with Store.in_memory() as store:
        failing, passing = _begin(store), _begin(store)
        failed = _result("failed")
        store.record(failing, started=["unit"], finished=[failed], refuted=[KEY], cases=_told("failed"))
        assert store.cases.contradicted(KEY, _told("passed")["unit"]) == []
        passed = _result("passed", KEY, proven=True)
        store.record(passing, started=["unit"], finished=[passed], cases=_told("passed"), proofs=[_proof(passing)])
        assert store.proofs.find(KEY) is not None
        store.record(failing, finished=[failed._replace(judged=KEY)])
        assert store.proofs.find(KEY) is None
        assert store.cases.flaky_on(KEY) == ["t0"]


def test_nor_is_a_proof_written_once_it_is_known_to_be_flaky() -> None:
    with Store.in_memory() as store:
        for verdict in ("failed", "passed"):
            run = _begin(store)
            store.record(
                run,
                started=["unit"],
                finished=[_result(verdict, KEY, proven=verdict == "passed")],
                cases=_told(verdict),
                proofs=[_proof(run)] if verdict == "passed" else [],
            )
        assert store.proofs.find(KEY) is None


def test_verdicts_on_nothing_certain_and_what_was_skipped_say_nothing() -> None:
    with Store.in_memory() as store:
        told: list[tuple[CaseVerdict, bytes]] = [("failed", b""), ("skipped", KEY), ("passed", KEY), ("failed", OTHER)]
        for verdict, judged in told:
            run = _begin(store)
            store.record(run, started=["unit"], finished=[_result("passed", judged)], cases=_told(verdict))
        assert store.cases.flaky_on(KEY) == []
        assert store.cases.contradicted(KEY, _told("passed")["unit"]) == []
        assert store.cases.contradicted(KEY, _told("failed")["unit"]) == ["t0"]


@pytest.mark.parametrize("location", ["", "a b", os.fsdecode(b"\xff/x")])
def test_any_location_comes_back_as_it_was(location: str) -> None:
    with Store.in_memory() as store:
        for verdict in ("passed", "failed"):
            run = _begin(store)
            told = _told(verdict, location=location)
            store.record(run, started=["unit"], finished=[_result("passed", KEY)], cases=told)
            assert store.cases.of_stage(run, "unit") == told["unit"]
        (one,) = store.cases.told("flaky", 5)
        assert (one.location, one.last_verdict, one.runs) == (location, "failed", 2)


def test_tests_go_with_their_runs_and_flaky_ones_later(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / ".gofigure"), b"token")[0] as store:
        for verdict in ("failed", "passed", "passed"):
            run = _begin(store)
            done = _result("passed", KEY)
            store.record(run, started=["unit"], finished=[done], cases=_told(verdict, "passed"))
            store.ledger.settle([run])
        store.sweep(BOUNDS._replace(most_cases=3), lambda _label, _done: None, [])
        assert [len(store.cases.of_stage(run, "unit")) for run in (1, 2, 3)] == [0, 0, 2]  # a run's all at once
        store.sweep(BOUNDS._replace(newest_runs=0, most_runs=0, run_days=0), lambda _label, _done: None, ["/w"])
        assert store.cases.told("slowest", 9) == []
        assert store.cases.flaky_on(KEY) == ["t0"]
        with store._db.writing():
            store._db.execute("UPDATE flaky SET at_ns = ?", (time.time_ns() - (BOUNDS.flaky_days + 1) * DAY_NS,))
        store.sweep(BOUNDS, lambda _label, _done: None, [])
        assert store.cases.flaky_on(KEY) == []
