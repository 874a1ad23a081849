"""`poll`: a new commit at a remote starts what checks it out, once, in a real watcher."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import Rig
from support.servers import Remote, Upstream, served
from support.watcher import Watcher, ran, saying


@pytest.fixture
def watcher(
    repo: Repo, rig: Rig, upstream: Upstream, tmp_path: Path, environment: dict[str, str], home: Path
) -> Iterator[Watcher]:
    with served("daemon", upstream, tmp_path / "server", environment, home) as remote:
        yield started(repo, rig, remote)


def started(repo: Repo, rig: Rig, remote: Remote, poll: str = "poll = 1") -> Watcher:
    repo.config(
        f"""settle = 0.05
[jobs.check]
on = ["change"]
stages = ["src", "use"]
[jobs.other]
on = ["change"]
stages = ["other"]
[stages.src]
target = "checkout"
url = "{remote.url}"
{poll}
[stages.use]
checkout = "src"
run = '''{saying(repo)}; cat a.txt'''
[stages.other]
run = '''{saying(repo, "other")}'''
"""
    )
    repo.commit()
    watcher = Watcher(rig, repo)
    watcher.until(lambda state: state.resting and state.ready and (state.remotes or not poll), "it has asked")
    return watcher


def asked(watcher: Watcher, times: int = 1) -> None:
    """Wait until the remote was asked so many times more: each answer has a line of its own."""
    for _ in range(times):
        state = watcher.state
        assert state is not None
        before = state.remotes
        watcher.until(lambda state, before=before: state.remotes != before and state.resting, "it has asked again")


def test_a_new_commit_starts_what_checks_it_out(watcher: Watcher, upstream: Upstream, repo: Repo) -> None:
    assert (ran(repo), ran(repo, "other")) == (1, 1)
    first = watcher.job().run
    asked(watcher)
    assert watcher.job().run == first, "the same commit is no reason"

    commit = upstream.push({"a.txt": "two\n"})
    state = watcher.until(lambda _: watcher.job().run > first and watcher.job().verdict == "passed", "it ran")
    assert f"src: HEAD is {commit[:12]} now at git://" in watcher.job().reason
    assert (ran(repo), ran(repo, "other")) == (2, 1)
    assert state.remotes[0].startswith("src: asked at ")
    asked(watcher, 2)
    assert (ran(repo), ran(repo, "other")) == (2, 1), "it is started for a commit once"
    assert commit[:12] in str(watcher.state)
    assert b"src: asked at" in repo.gofigure("status").stdout

    row = repo.json("history")["runs"][0]
    assert row["trigger"] == "change", "nobody has asked for it by hand"


def test_one_that_fails_on_a_commit_is_not_started_for_it_again(
    watcher: Watcher, upstream: Upstream, repo: Repo
) -> None:
    first = watcher.job().run
    (upstream.work.root / "a.txt").unlink()
    upstream.push({})
    watcher.until(lambda _: watcher.job().run > first and watcher.job().verdict == "failed", "it failed")
    failed = watcher.job().run
    asked(watcher, 2)
    assert watcher.job().run == failed
    upstream.push({"a.txt": "mended\n"})
    watcher.until(lambda _: watcher.job().run > failed and watcher.job().verdict == "passed", "it is mended")


def test_a_remote_that_is_gone_is_asked_less_often_and_no_reason_to_run(
    watcher: Watcher, upstream: Upstream, tmp_path: Path
) -> None:
    first = watcher.job().run
    upstream.bare.rename(tmp_path / "away")
    watcher.until(lambda state: "asked again in 2 s" in state.remotes[0], "it has no answer")
    watcher.until(lambda state: "asked again in 4 s" in state.remotes[0], "it waits longer")
    assert any("the remote does not answer" in note for note in watcher.state.notes)  # type: ignore[union-attr]
    assert watcher.job().run == first
    (tmp_path / "away").rename(upstream.bare)
    watcher.until(lambda state: "HEAD is" in state.remotes[0], "it answers again")
    assert watcher.job().run == first


def test_a_change_of_the_remote_alone_is_no_change_of_the_job(
    repo: Repo, rig: Rig, upstream: Upstream, tmp_path: Path, environment: dict[str, str], home: Path
) -> None:
    """What the watcher compares is asked before anything has run (Step.asked): it does not know of remotes."""
    with served("local", upstream, tmp_path / "server", environment, home) as remote:
        watcher = started(repo, rig, remote, poll="")
        first = watcher.job().run
        upstream.push({"a.txt": "two\n"})
        newest = repo.json("run", "check")["runs"][0]["run"]  # by hand: what was made is another thing now
        assert newest > first
        watcher.rest()
        assert watcher.job().run == newest
        repo.write("unread.txt", "a change of the working tree\n")
        watcher.rest()
        assert watcher.job().run == newest
        assert ran(repo) == 2
