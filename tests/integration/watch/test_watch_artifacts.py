"""The watcher and outputs that git ignores: put back with the run that reuses them, and no reason for another."""

from __future__ import annotations

import shutil

from support.repo import Repo
from support.watcher import Watching, ran

MAKE = "mkdir -p dist && cp a.py dist/app"
STAGE = "outputs = ['dist/**']"


def _runs(repo: Repo) -> list[str]:
    return [run["verdict"] for run in reversed(repo.json("history")["runs"])]


def test_what_was_put_back_starts_nothing(repo: Repo, watching: Watching) -> None:
    watcher = watching(MAKE, files={"a.py": "one\n", ".gitignore": "dist/\n"}, stage=STAGE)
    repo.write("a.py", "two\n")
    assert watcher.rest().jobs[0].verdict == "passed"
    repo.write("a.py", "one\n")
    state = watcher.rest()
    assert state.jobs[0].verdict == "reused"
    assert (repo.root / "dist/app").read_text() == "one\n"
    for _ in range(2):
        watcher.rest()
    assert _runs(repo) == ["passed", "passed", "reused"]
    assert ran(repo) == 2
    assert not watcher.job().held
    assert "s is reused; 1 file put back" in "\n".join(watcher.rest().notes)


def test_nor_does_it_where_the_folder_was_never_ignored_before(repo: Repo, watching: Watching) -> None:
    """Outputs that are content are never put back: they are made again, once."""
    watcher = watching(MAKE, stage=STAGE)
    shutil.rmtree(repo.root / "dist")
    watcher.rest()
    assert ran(repo) == 2
    assert (repo.root / "dist/app").read_text() == "one\n"
    watcher.rest()
    assert ran(repo) == 2
