"""What becomes of the store while the page is open is said on the page, on every one, as long as it lives."""

from __future__ import annotations

import contextlib
import os
import random
import re
import sqlite3
from pathlib import Path

import pytest
from support.page import Served
from support.rig import until

from gofigure.store.names import ASIDE


def _asides(root: Path) -> list[str]:
    return [place.name for place in root.iterdir() if re.fullmatch(rf"{re.escape(ASIDE)}[\d-]+", place.name)]


def _spoil(store: Path, how: str) -> None:
    if how == "cut off":
        os.truncate(store, 100)
    else:
        store.write_bytes(random.Random(1).randbytes(store.stat().st_size))


@pytest.mark.parametrize("how", ["cut off", "noise"])
@pytest.mark.parametrize("first", ["page", "terminal"])
def test_a_damaged_store(served: Served, how: str, first: str) -> None:
    root = served.repo.root
    served.repo.gofigure("run", "check")
    assert served.get("/now")["notices"] == []
    _spoil(root / ".gofigure", how)
    if first == "terminal":
        served.repo.gofigure("status")
    until(lambda: "a new one was begun" in served.ask("GET", "/").text, what="the page says it")
    [aside] = _asides(root)
    words = f".gofigure is damaged; kept as {aside}, a new one was begun"
    assert served.repo.gofigure("run", "check").returncode == 0
    for path in ("/now", "/history", "/jobs", "/runs/1"):
        assert served.get(path)["notices"] == [words]
        assert words in served.ask("GET", path.replace("/now", "/")).text
    assert words in served.ask("GET", "/runs/7").text


def test_a_store_of_a_newer_version(served: Served) -> None:
    served.repo.gofigure("run", "check")
    assert "written by a newer" not in served.ask("GET", "/").text
    with contextlib.closing(sqlite3.connect(served.repo.root / ".gofigure")) as newer:
        newer.execute("PRAGMA user_version = 999")
    until(lambda: "written by a newer" in served.ask("GET", "/").text, what="the page says it")
    for path in ("/", "/history", "/runs/1"):
        text = served.ask("GET", path).text
        assert "written by a newer gofigure (schema 999" in text
        assert "upgrade gofigure" in text
    assert served.ask("GET", "/api/v1/now").status == 409
    assert _asides(served.repo.root) == []
    with contextlib.closing(sqlite3.connect(served.repo.root / ".gofigure")) as newer:
        newer.execute("PRAGMA user_version = 1")
