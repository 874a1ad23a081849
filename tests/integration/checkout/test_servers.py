"""A checkout from real servers, each also over a connection that is cut."""

from __future__ import annotations

import contextlib
import os

import pytest
from support.checkouts import Project
from support.repo import Repo
from support.servers import PASSWORD, Cutter, Remote, Upstream

BIG = os.urandom(300_000)


def test_the_same_commit_runs_nothing_again(repo: Repo, upstream: Upstream, remote: Remote) -> None:
    project = Project(repo).checks_out(remote)
    assert project.verdicts() == {"src": "passed", "use": "passed"}
    first = project.made()
    assert (first["commit"], first["ref"]) == (upstream.head(), "HEAD")
    assert first["digest"] == upstream.digest()
    assert project.verdicts() == {"src": "passed", "use": "reused"}
    assert "is still" in project.log()

    upstream.push({"a.txt": "two\n"})
    assert project.verdicts() == {"src": "passed", "use": "passed"}
    assert project.made()["digest"] == upstream.digest() != first["digest"]
    assert (project.dest / "a.txt").read_text() == "two\n"

    commit = upstream.push({})  # another commit of the same content
    assert project.verdicts() == {"src": "passed", "use": "reused"}
    assert project.made()["commit"] == commit
    assert project.times() == 2


@pytest.mark.parametrize("remote", ["daemon", "http", "ssh"], indirect=True)
def test_a_connection_that_is_cut_once_is_tried_again(repo: Repo, upstream: Upstream, remote: Remote) -> None:
    upstream.push({"big": BIG})
    with contextlib.closing(Cutter(remote.port, after=20_000, times=1)) as cutter:
        project = Project(repo).checks_out(remote.through(cutter.port))
        assert project.verdicts() == {"src": "passed", "use": "passed"}
        assert cutter.left == 0
    assert "try 1 of 3 has failed" in project.log()
    assert "Receiving objects: 100%" in project.log()
    assert "is made anew" not in project.log(), "a cut is no reason to throw away what is here"
    assert (project.dest / "big").read_bytes() == BIG
    assert PASSWORD not in project.log()


@pytest.mark.parametrize("remote", ["daemon", "http", "ssh"], indirect=True)
def test_one_that_is_cut_each_time_fails_and_the_next_run_recovers(
    repo: Repo, upstream: Upstream, remote: Remote
) -> None:
    upstream.push({"big": BIG})
    with contextlib.closing(Cutter(remote.port, after=20_000, times=3)) as cutter:
        project = Project(repo).checks_out(remote.through(cutter.port))
        answer = project.run(code=1)
        assert "is the network there?" in project.log()
        assert project.verdicts() == {"src": "passed", "use": "passed"}, answer


@pytest.mark.parametrize("remote", ["http", "ssh"], indirect=True)
def test_nobody_without_credentials_is_asked_for_any(repo: Repo, remote: Remote) -> None:
    if remote.url.startswith("ssh"):
        remote.env = {"GIT_SSH_COMMAND": remote.env["GIT_SSH_COMMAND"].replace("/key ", "/nokey ")}
    else:
        remote.settings = ""
    project = Project(repo).checks_out(remote)
    project.run(code=1)
    words = "try it by hand" if remote.url.startswith("ssh") else 'credentials = "user"'
    assert words in project.log()
    assert "try 1 of" not in project.log(), "that would end in the same way"
