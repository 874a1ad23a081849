"""A rig for each test, and a ceiling: nothing here may hang."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.rig import Rig, ceiling


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    with ceiling(90):
        yield


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.close()
