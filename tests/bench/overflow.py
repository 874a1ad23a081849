"""More files at once than a queue of events holds: is what gofigure has run on at last what a cold scan finds?"""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import time
from collections import Counter
from pathlib import Path

from bench.live import PATIENCE, Ended, Live
from bench.watchers import GOFIGURE, WATCHERS, is_ready, stand
from support.repo import Repo

STILL = 2.0  # seconds
_PER_FOLDER = 100


def overflow(first: Repo, made: Path, counts: list[int], trials: int) -> list[str]:
    """Markdown: files created while the watcher is stopped (SIGSTOP), and what it has run on once it goes on."""
    live, repo = stand(first, made, GOFIGURE)
    plain = first.at(made / "plain")
    shutil.copytree(repo.root, plain.root, ignore=shutil.ignore_patterns(".git", ".gofigure"))
    lines = ["### Files created while the watcher is stopped", ""]
    lines += ["| files | the run's digest, beside a cold scan's | median s to that run |", "|---|---|---|"]
    for count in counts:
        outcomes, times = Counter[str](), []
        for number in range(trials):
            outcome, seconds = _trial(live, repo, plain, count, f"{count}-{number}")
            print(f"{count:,} files created, trial {number + 1}: {outcome} after {seconds:.1f} s", flush=True)
            outcomes[outcome] += 1
            times.append(seconds)
        told = "; ".join(f"{words} {times} of {trials}" for words, times in outcomes.most_common())
        lines.append(f"| {count:,} | {told} | {statistics.median(times):.1f} |")
    live.close()
    return [*lines, ""]


def _trial(live: Live, repo: Repo, plain: Repo, count: int, name: str) -> tuple[str, float]:
    """What came of it, and the seconds from SIGCONT until that."""
    WATCHERS[GOFIGURE](live, repo)
    assert live.until(lambda: is_ready(live)), f"never ready: {live.said!r}"
    live.rest(STILL)
    os.kill(live.pid, signal.SIGSTOP)
    os.waitpid(live.pid, os.WUNTRACED)
    for one in (repo, plain):
        _create(one.root, count, name)
    (plain.root / ".gofigure").unlink(missing_ok=True)
    expected = plain.digest()
    live.starts.clear()
    begun = time.monotonic()
    os.kill(live.pid, signal.SIGCONT)
    try:
        outcome = _outcome(live, repo, expected)
    except Ended as ended:
        outcome = str(ended)
    seconds = time.monotonic() - begun
    live.stop()
    for one in (repo, plain):
        _remove(one.root, name)
    return outcome, seconds


def _outcome(live: Live, repo: Repo, expected: str) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        live.until(lambda: live.starts, 1.0)
        live.rest(0.1)
        runs = repo.json("history", "--limit", "1")["runs"]
        if runs and runs[0]["tree"] == expected and runs[0]["verdict"] == "passed":
            return "equal"
    return "another" if live.starts else "no run"


def _create(root: Path, count: int, name: str) -> None:
    """Half of them in folders that were there, half in new ones."""
    known = sorted(place for place in root.glob("d*/e*") if place.is_dir())
    for at in range(count):
        if at % 2:
            folder = root / f"new-{name}" / str(at // _PER_FOLDER)
            if at % _PER_FOLDER == 1:
                folder.mkdir(parents=True)
        else:
            folder = known[at // 2 % len(known)]
        (folder / f"new-{name}-{at}").write_bytes(b"%s %d\n" % (name.encode(), at))


def _remove(root: Path, name: str) -> None:
    shutil.rmtree(root / f"new-{name}")
    for place in root.glob(f"d*/e*/new-{name}-*"):
        place.unlink()
