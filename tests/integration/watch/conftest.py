"""Watchers to try."""

from __future__ import annotations

import pytest
from support.watcher import Watcher, Watching, saying
from support.repo import Repo
from support.rig import Rig


@pytest.fixture
def watching(repo: Repo, rig: Rig) -> Watching:
    """Makes a commit of `files` and of a job `check` with one stage, and a watcher that has come to rest on it."""

    def start(
        line: str, *args: str, files: dict[str, str] | None = None, stage: str = "", job: str = "", top: str = ""
    ) -> Watcher:
        repo.config(
            f"settle = 0.05\n{top}\n[jobs.check]\non = ['change']\nstages = ['s']\n{job}\n"
            f"[stages.s]\nrun = '''{saying(repo)}; {line}'''\n{stage}\n"
        )
        for name, text in (files or {"a.py": "one\n"}).items():
            repo.write(name, text)
        repo.commit()
        watcher = Watcher(rig, repo, *args)
        watcher.rest()
        return watcher

    return start
