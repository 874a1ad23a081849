"""A rig for each test, and a ceiling: nothing here may hang."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.rig import Rig, ceiling


@pytest.fixture(autouse=True, scope="session")
def _ours() -> None:
    """What tests start as a program must be this checkout, not the one that an editable install points to."""
    line = "import gofigure; print(gofigure.__file__)"
    told = subprocess.run(
        [sys.executable, "-I", "-c", line], cwd="/", capture_output=True, text=True, check=True
    ).stdout
    here = Path(__file__).resolve().parents[2]
    assert Path(told.strip()).parents[1] == here, f"{sys.executable} has another gofigure: {told.strip()}"


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    with ceiling(90):
        yield


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.close()
