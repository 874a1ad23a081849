"""Every test gets a home, a git identity and an environment of its own."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings
from support.repo import Repo, clean_environment

# Who was started in the background by a shell ignores Ctrl-C, under `nohup` a hang-up; so would all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# No test is about time: a machine with others at work on it takes what it takes.
settings.register_profile("gofigure", deadline=None)
settings.load_profile("gofigure")


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """No test can reach the real home, a real identity, or the git variables of a hook that runs the tests."""
    env = clean_environment(home, in_haste=True)
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return env


@pytest.fixture
def repo(tmp_path: Path, environment: dict[str, str]) -> Repo:
    """A new, empty git repository."""
    return Repo.create(tmp_path / "repo", environment)
