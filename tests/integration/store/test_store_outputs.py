"""Proofs beside what stages have made."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from gofigure.store.migrations import STEPS
from gofigure.store.proofs import FileProof, Proof
from gofigure.store.store import Store


def test_a_store_of_an_earlier_release_keeps_its_proofs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "store")
    earlier = next(at for at, step in enumerate(STEPS) if "proofs_and_outputs" in step)
    with monkeypatch.context() as patch:
        patch.setattr("gofigure.store.db.STEPS", STEPS[:earlier])
        Store.open(path, b"token")[0].close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO proofs VALUES (x'01', 's', 7, 1, 2.0, '{}')")
        connection.execute("INSERT INTO file_proofs VALUES (x'02', 7)")
        connection.commit()
    with Store.open(path, b"token")[0] as store:
        assert store.proofs.find(b"\x01") == Proof(b"\x01", "s", 7, 1, 2.0, "{}")
        assert store.proofs.unproven_files([b"\x02", b"\x03"]) == {b"\x03"}
        assert store.proofs.find(b"\x01", b"made") is None
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_what_fails_takes_all_of_its_key() -> None:
    with Store.in_memory() as store:
        proofs = [Proof(key, "s", 1, 1, 1.0, "{}", made) for key in (b"1", b"2") for made in (b"", b"x", b"y")]
        files = [FileProof(key, 1, made) for key in (b"3", b"4") for made in (b"", b"x")]
        store.record(1, proofs=proofs, file_proofs=files)
        assert store.proofs.find(b"1", b"x") == proofs[1]
        assert store.proofs.unproven_files([b"3", b"4"], b"x") == set()
        assert store.proofs.unproven_files([b"3"], b"y") == {b"3"}
        store.record(2, refuted=[b"1", b"3"])
        assert [store.proofs.find(b"1", made) for made in (b"", b"x", b"y")] == [None] * 3
        assert [store.proofs.find(b"2", made) for made in (b"", b"x", b"y")] == proofs[3:]
        assert store.proofs.unproven_files([b"3", b"4"], b"x") == {b"3"}
