"""A rig for each test, and a ceiling: nothing here may hang."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import engine as engines
from support.engine import Engine
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


@pytest.fixture(scope="session")
def docker_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A Docker engine for all tests of the session; where none can be had, a person is told, and CI fails."""
    why_none = engines.why_none()
    if why_none and "CI" in os.environ:
        pytest.fail(why_none)
    if why_none:
        pytest.skip(why_none)
    base = tmp_path_factory.getbasetemp()
    with engines.running(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) as engine:
        yield engine


@pytest.fixture
def engine(docker_engine: Engine, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> Engine:
    """The same, and what a test starts finds it, with a client of its release."""
    found = engines.with_client({**environment, **docker_engine.env}, docker_engine.client)
    environment.update(found)
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    return docker_engine
