"""Several runs in one transaction: no marker outlives the proof that it was written by."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from gofigure.model import StageResult
from gofigure.store import markers
from gofigure.store.ledger import NewRun
from gofigure.store.proofs import Proof
from gofigure.store.store import Store

KEY = b"k" * 32


def _marked(state: Path) -> bool:
    return any(path.is_file() for path in state.glob("ok/pre-commit/*/*"))


def _mark(state: Path) -> None:
    folder = markers.open_folder(str(state))
    markers.mark(folder, "pre-commit", "e", "t" * 40)
    os.close(folder)


@pytest.mark.parametrize("together", [False, True])
def test_a_marker_that_is_written_before_the_proof_is_gone_for_others_goes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, together: bool
) -> None:
    place = str(tmp_path / ".gofigure")
    with Store.open(place, b"token", state_dir=str(tmp_path))[0] as store, Store.open(place, b"token")[0] as other:
        new = NewRun("job", "manual", "/w", "c", bytes(32), "main", 1)
        run = store.begin(new, [("unit", "why", KEY)])
        store.record(run, proofs=[Proof(KEY, "unit", run, time.time_ns(), 1.0, "{}")])
        failed = StageResult("unit", "failed", "", 1.0, key=KEY)
        if together:
            with store.together():
                store.record(run, finished=[failed], refuted=[KEY])
                assert other.proofs.find(KEY) is not None, "nobody else sees yet that it is gone"
                _mark(tmp_path)
        else:
            removed = type(store.proofs).remove

            def meanwhile(proofs: object, keys: object) -> None:
                removed(proofs, keys)  # type: ignore[arg-type] # as it was called
                _mark(tmp_path)

            monkeypatch.setattr(type(store.proofs), "remove", meanwhile)
            store.record(run, finished=[failed], refuted=[KEY])
        assert other.proofs.find(KEY) is None
        assert not _marked(tmp_path)
