"""Switching a private checkout by a one-file change, against `git read-tree --reset -u` on an equal checkout.

    python tests/bench/switching.py [FILES] [ROUNDS]

In one process, in turn, so that a slow moment of the machine hits both. The bound: at most 2 times git's own.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from bench.repositories import commit_all, sources  # noqa: E402
from support.private import private, repository_of  # noqa: E402
from support.repo import Repo, clean_environment  # noqa: E402


class Timing(NamedTuple):
    name: str
    median_ms: float
    ratio: float  # median of the per-round ratios to git's own


def switching(folder: Path, files: int, rounds: int) -> list[Timing]:
    """What a first checkout, a switch and the order afterwards cost, in milliseconds."""
    (folder / "home").mkdir()
    repo = Repo(folder / "repo", clean_environment(folder / "home"))
    repo.root.mkdir()
    sources(repo.root, files)
    commit_all(repo.root, repo.env)
    trees = [_tree(repo)]
    (repo.root / "d00/e00/f00.py").write_bytes(b"changed\n")
    repo.git("commit", "-q", "-a", "-m", "two")
    trees.append(_tree(repo))
    plain = repo.at(folder / "plain")
    repo.git("clone", "-q", "--shared", str(repo.root), str(plain.root))
    times: dict[str, list[float]] = {"git": [], "switch": [], "order": []}
    with private(repo, trees[0]):
        pass  # the first one writes all
    time.sleep(2.1)  # until no file is younger than git's index can tell
    for turn in range(2 * rounds + 2):
        tree = trees[(turn + 1) % 2]
        took = _timed(lambda tree=tree: plain.git("read-tree", "--reset", "-u", tree))  # type: ignore[misc]
        switch, order = _private(repo, tree)
        if turn >= 2:
            for name, seconds in (("git", took), ("switch", switch), ("order", order)):
                times[name].append(seconds)
    base = times["git"]
    return [
        Timing(
            name,
            1000 * statistics.median(own),
            statistics.median(mine / theirs for mine, theirs in zip(own, base, strict=True)),
        )
        for name, own in times.items()
    ]


def _private(repo: Repo, tree: str) -> tuple[float, float]:
    """Seconds until the checkout is ready, and until it is in order again."""
    repository_of(repo)
    began = time.perf_counter()
    context = private(repo, tree)
    with context:
        ready = time.perf_counter()
    return ready - began, time.perf_counter() - ready


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _tree(repo: Repo) -> str:
    return repo.git("rev-parse", "HEAD^{tree}").decode().strip()


def table(timings: list[Timing], files: int) -> list[str]:
    """Markdown."""
    named = {
        "git": "git read-tree --reset -u",
        "switch": "a private checkout, until it is ready",
        "order": "... and in order again",
    }
    lines = [f"### Switching by a one-file change, {files:,} files", "", "| | median ms | × git |", "|---|---|---|"]
    return [*lines, *(f"| {named[one.name]} | {one.median_ms:.1f} | {one.ratio:.2f} |" for one in timings), ""]


if __name__ == "__main__":
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    os.environ.pop("GIT_DIR", None)
    with tempfile.TemporaryDirectory(prefix="gofigure-bench-") as place:
        print("\n".join(table(switching(Path(place), files, rounds), files)), flush=True)
