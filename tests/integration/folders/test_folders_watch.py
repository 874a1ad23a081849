"""The watcher in a repository of several projects: jobs of folders, and files that come, change and go."""

from __future__ import annotations

import pytest
from support.mono import begin, project
from support.repo import Repo
from support.rig import Rig
from support.watcher import Watcher

BOTH = ["services/api:check", "services/web:check"]


@pytest.fixture
def mono(repo: Repo) -> Repo:
    begin(repo)
    return repo


def watched(watcher: Watcher) -> list[str]:
    return [job.job for job in watcher.rest().jobs]


def test_jobs_of_folders_run_when_what_they_read_changes(mono: Repo, rig: Rig) -> None:
    watcher = Watcher(rig, mono)
    assert watched(watcher) == BOTH
    runs = {name: watcher.job(name).run for name in BOTH}
    mono.write("services/api/app", "2\n")
    watcher.rest()
    assert watcher.job("services/api:check").run > runs["services/api:check"]
    assert watcher.job("services/web:check").run == runs["services/web:check"]
    runs = {name: watcher.job(name).run for name in BOTH}
    mono.write("lib/app", "2\n")
    watcher.rest()
    assert watcher.job("services/api:check").run == runs["services/api:check"]
    assert watcher.job("services/web:check").run > runs["services/web:check"], "it needs lib:build"


def test_a_file_that_comes_changes_and_goes(mono: Repo, rig: Rig) -> None:
    watcher = Watcher(rig, mono)
    assert watched(watcher) == BOTH
    mono.write("services/new/app", "1\n")
    mono.write("services/new/.gofigure.toml", project())
    watcher.until(lambda now: len(now.jobs) == 3 and now.jobs[1].verdict == "passed", "the new one has run")
    assert watched(watcher) == [BOTH[0], "services/new:check", BOTH[1]]
    mono.write("services/new/.gofigure.toml", project(run="false"))
    watcher.until(lambda now: now.jobs[1].verdict == "failed", "it runs what the file says now")
    mono.git("add", "-A")
    assert len(watched(watcher)) == 3, "whether git tracks it or not"
    mono.write("services/new/.gofigure.toml", "nonsense [")
    state = watcher.until(lambda now: now.trouble, "it says what is wrong")
    assert "services/new/.gofigure.toml:1" in state.trouble
    (mono.root / "services/new/.gofigure.toml").unlink()
    watcher.until(lambda now: len(now.jobs) == 2 and not now.trouble, "it has gone")


def test_it_may_be_told_which_folders(mono: Repo, rig: Rig) -> None:
    watcher = Watcher(rig, mono, "services/api")
    assert watched(watcher) == ["services/api:check"]
