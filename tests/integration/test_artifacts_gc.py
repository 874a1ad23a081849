"""How much is kept of what stages make: said by status and doctor, bounded by gc."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from support.pair import project_at
from support.repo import Repo
from support.rig import lines, said, verdicts

from gofigure.artifacts.bounds import bound, held, in_use
from gofigure.events import ignore
from gofigure.queries import reading
from gofigure.store.bounds import Bounds
from gofigure.sweeping import Removed, sweep

DAY = 86400


@pytest.fixture
def project(repo: Repo) -> Repo:
    """A build that makes 100,000 bytes of its source, nine times: of one to nine."""
    repo.write(".gitignore", "dist/\n")
    build = "mkdir -p dist; head -c 100000 /dev/urandom > dist/$(cat a); echo built >> ../builds"
    repo.config(f"[jobs.j]\nstages = ['s']\n[stages.s]\nrun = '''{build}'''\ninputs = ['a']\noutputs = ['dist/**']\n")
    repo.write("a", "1")
    assert repo.gofigure("allow").returncode == 0
    for number in range(1, 4):
        _switch(repo, number)
        assert repo.gofigure("run").returncode == 0
    return repo


def _switch(repo: Repo, number: int) -> None:
    shutil.rmtree(repo.root / "dist", ignore_errors=True)
    repo.write("a", str(number))


def _folder(repo: Repo) -> Path:
    return repo.root / ".git/gofigure/artifacts"


def _sweep(repo: Repo, bounds: Bounds, *, dry: bool = False) -> Removed:
    located = project_at(repo)
    with reading(located, ignore) as store:
        return sweep(located, store, "mark", ignore, bounds=bounds, dry=dry)


def _age(repo: Repo) -> None:
    """As if they had been made a day after another, in their order."""
    places = sorted((_folder(repo) / "lists").iterdir(), key=lambda one: one.stat().st_mtime_ns)
    for at, place in enumerate(places):
        then = time.time() - (10 - at) * DAY
        os.utime(place, (then, then))


def test_status_and_doctor_say_how_much(project: Repo) -> None:
    assert "kept of what stages make: 3 files, 300.0 KiB" in said(project.gofigure("status"))
    assert project.json("status")["kept"] == {"files": 3, "bytes": 3 * 102400}
    assert "3 files, 300.0 KiB (at most 5.0 GiB)" in said(project.gofigure("doctor"))


def test_what_was_used_longest_ago_goes_first(project: Repo) -> None:
    _age(project)
    bounds = Bounds(artifact_bytes=2 * 102400)
    would = _sweep(project, bounds, dry=True)
    assert (would.artifacts, would.artifact_files, would.artifact_bytes) == (1, 1, 102400)
    assert held(str(_folder(project))).files == 3, "nothing is gone yet"
    assert _sweep(project, bounds) == would
    assert held(str(_folder(project))).files == 2
    _switch(project, 2)
    assert verdicts(project.json("run")) == {"s": "reused"}
    _switch(project, 1)
    assert verdicts(project.json("run")) == {"s": "passed"}, "its outputs are gone"


def test_to_be_put_back_is_to_be_used(project: Repo) -> None:
    _age(project)
    _switch(project, 1)
    assert verdicts(project.json("run")) == {"s": "reused"}
    _sweep(project, Bounds(artifact_bytes=102400))
    _switch(project, 1)
    assert verdicts(project.json("run")) == {"s": "reused"}
    assert lines(project.root.parent / "builds") == 3


def test_what_is_old_goes(project: Repo) -> None:
    _age(project)
    assert _sweep(project, Bounds(artifact_days=9)).artifacts == 2


def test_the_same_content_of_two_is_kept_once_and_as_long_as_one_is(project: Repo) -> None:
    project.config(
        "[jobs.j]\nstages = ['s']\n[stages.s]\ninputs = ['a']\noutputs = ['dist/**']\n"
        "run = '''mkdir -p dist; seq 10000 > dist/same; cat a > dist/other'''\n"
    )
    project.gofigure("allow")
    shutil.rmtree(_folder(project))
    for number in (1, 2):
        _switch(project, number)
        project.gofigure("run")
    assert held(str(_folder(project))).files == 3
    _age(project)
    assert _sweep(project, Bounds(artifact_days=10)).artifact_files == 1
    _switch(project, 2)
    assert verdicts(project.json("run")) == {"s": "reused"}


def test_nothing_goes_while_something_is_kept_or_put_back(project: Repo) -> None:
    folder = str(_folder(project))
    with in_use(folder):
        assert bound(folder, 0, 0, lambda: None, dry=False).files == 0
    assert held(folder).files == 3
    assert bound(folder, 0, 0, lambda: None, dry=False).files == 3
    assert held(folder).artifacts == 0


def test_what_killed_processes_left_goes(project: Repo) -> None:
    (_folder(project) / "new/123-abc").write_bytes(b"half")
    (_folder(project) / "blobs/aa").mkdir(exist_ok=True)
    (_folder(project) / "blobs/aa" / ("b" * 62)).write_bytes(b"of no list")
    _sweep(project, Bounds())
    assert not list((_folder(project) / "new").iterdir())
    assert held(str(_folder(project))).files == 3


def test_gc_says_so(project: Repo) -> None:
    shutil.rmtree(_folder(project) / "lists")
    assert "removed what stages have made, half (3 files, 300.0 KiB)" in said(project.gofigure("gc"))
    assert project.gofigure("gc").stdout == b"removed nothing: all is within bounds\n"
