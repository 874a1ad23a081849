"""A store that a newer gofigure takes over while an older one has it open."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from gofigure.errors import StoreError
from gofigure.store.store import Store


def test_a_newer_gofigure_comes_while_it_is_open(tmp_path: Path) -> None:
    """A watcher lives for days, and an upgrade changes tables under it: what it does not know is not damaged."""
    path = tmp_path / ".gofigure"
    store, _ = Store.open(str(path), b"token")
    with contextlib.closing(sqlite3.connect(path)) as newer:
        newer.execute("ALTER TABLE skips RENAME TO skipped")
        newer.execute("PRAGMA user_version = 999")
    with pytest.raises(StoreError, match="written by a newer gofigure"):
        store.ledger.record_skip("pre-commit", "why")
    store.close()
    assert [place.name for place in tmp_path.iterdir() if "aside" in place.name] == []
