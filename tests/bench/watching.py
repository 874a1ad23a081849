"""What `gofigure watch` takes from a save to the start of a stage, beside its peers, and what it costs to have.

    python tests/bench/watching.py [--quick] [--large] [--trials N] [--only WORD] [--gofigure PROGRAM] [--write]

Each watcher has a repository of its own, made alike; all are at work at once, and take turns. `--write` puts the
tables into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import math
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from bench import page  # noqa: E402
from bench.live import Ended  # noqa: E402
from bench.overflow import overflow  # noqa: E402
from bench.repositories import commit_all, sources  # noqa: E402
from bench.timing import Contestant, against_first, once, table  # noqa: E402
from bench.watchers import AT_ONCE, FLOOR, GOFIGURE, WATCHERS, at_work, is_ready, stand, versions  # noqa: E402
from support.install import install_wheel  # noqa: E402
from support.repo import Repo, clean_environment  # noqa: E402

HEAD = """## Watching

How to repeat: `make bench`, or `python tests/bench/watching.py` for this alone (`--large`: at 500,000 files too).
All watchers are at work at once, each in a repository of its own, and take turns; each has its own defaults. A start
is seen when the first program of the stage writes to a FIFO.

What we ask of `gofigure watch`: from a write to the start of the stage in under 200 ms (median) and 300 ms (p95),
with `settle = 0` in under 25 ms; ready on 100,000 files after at most 1.5 × `git status`, idle under 0.5 % of a core
and in under 100 MB; one run for a checkout that touches 5,000 files, begun within 1 s of git's end; and after more
files at once than a queue of events holds, a run on exactly what a cold scan finds, every time."""
ANSWER = 10.0  # seconds in which a save must have started something
REST = 0.3  # seconds without a start after which the next one has its turn
STILL = 2.0  # the same after a checkout
TOUCHED = 5_000  # files that differ from branch to branch
NO_CHECKOUTS = {FLOOR, AT_ONCE, "watchmedo"}  # those that start something for each file, and what is no default


class Ground(NamedTuple):
    """Where to make repositories, and how much to do."""

    folder: Path
    env: Mapping[str, str]
    gofigure: str
    quick: bool
    trials: int
    numbers: itertools.count[int]

    def repository(self, files: int) -> Repo:
        print(f"making {files:,} files", flush=True)
        root = self.made()
        root.mkdir()
        sources(root, files)
        commit_all(root, self.env)
        return Repo(root, self.env, (self.gofigure,))

    def made(self) -> Path:
        """A new place."""
        return self.folder / str(next(self.numbers))


def saves(ground: Ground, files: int) -> list[str]:
    """Markdown: from a write to the start of the stage."""
    rounds = 5 if ground.quick else 40
    first, made = ground.repository(files), ground.made()
    times: dict[str, list[float]] = {}
    starts: dict[str, int] = {}
    ended: set[str] = set()
    with at_work(first, made, list(WATCHERS)) as found:
        for _ in range(rounds):
            for live, _ in found:
                begun = live.save()
                with _told(ended):
                    live.until(lambda live=live: live.starts, ANSWER)  # type: ignore[misc]
                    live.rest(REST)
                times.setdefault(live.name, []).append(live.starts[0] - begun if live.starts else math.inf)
                starts[live.name] = starts.get(live.name, 0) + len(live.starts)
    _remove(first.root, made)
    base = next(iter(times))
    title = f"### From a write to the start of the stage, {files:,} files"
    lines = [title, "", f"| | median ms | p95 ms | × {base} | starts a save |", "|---|---|---|---|---|"]
    for name, own in times.items():
        ratio = statistics.median(mine / theirs for mine, theirs in zip(own, times[base], strict=True))
        each = f"{starts[name] / rounds:.2f}"
        lines.append(f"| {name} | {_ms(statistics.median(own))} | {_ms(_p95(own))} | {ratio:.1f} | {each} |")
    return [*lines, "", " ".join([f"{rounds} saves each.", *sorted(ended), page.load()]), ""]


def standing(ground: Ground, files: int, names: Sequence[str]) -> list[str]:
    """Markdown: until gofigure is ready on so many files, and what each watcher costs while nothing happens."""
    first = ground.repository(files)
    lines = [*_ready(ground, first, files), *_idle(ground, first, files, names)]
    _remove(first.root)
    return lines


def _ready(ground: Ground, first: Repo, files: int) -> list[str]:
    made = ground.made()
    live, repo = stand(first, made, GOFIGURE)
    assert repo.gofigure("run").returncode == 0, "gofigure run failed"
    git, ours = Contestant("git status", ["git", "status"]), "gofigure watch, until ready"
    times: dict[str, list[float]] = {git.name: [], ours: []}
    peaks: dict[str, float] = {}
    for turn in range(3 if ground.quick else 10):
        took, peaks[git.name] = once(git, repo.root, repo.env)
        begun = WATCHERS[GOFIGURE](live, repo)
        assert live.until(lambda: is_ready(live)), f"never ready: {live.said!r}"
        took_ours, peaks[ours] = time.monotonic() - begun, live.cost().peak_mb
        live.stop()
        if turn:
            times[git.name].append(took)
            times[ours].append(took_ours)
    live.close()
    _remove(made)
    return [*table(f"From start to ready, {files:,} files, all proven", against_first(times, peaks)), page.load(), ""]


def _idle(ground: Ground, first: Repo, files: int, names: Sequence[str]) -> list[str]:
    seconds = 10 if ground.quick else 120
    made = ground.made()
    lines = [f"### Watching {files:,} files, nothing happens for {seconds} s", ""]
    lines += ["| | % of a core | MB | peak MB |", "|---|---|---|---|"]
    with at_work(first, made, names) as found:
        for live, _ in found:
            live.idle()
        before = [live.cost() for live, _ in found]
        time.sleep(seconds)
        for (live, _), then in zip(found, before, strict=True):
            now = live.cost()
            share = 100 * (now.seconds - then.seconds) / seconds
            lines.append(f"| {live.name} | {share:.2f} | {now.mb:.0f} | {now.peak_mb:.0f} |")
    _remove(made)
    return [*lines, "", page.load(), ""]


def checkouts(ground: Ground) -> list[str]:
    """Markdown: what a checkout of a branch not seen before starts, and when."""
    rounds = 2 if ground.quick else 10
    first, made = ground.repository(TOUCHED + 1_000), ground.made()
    _branches(first, rounds)
    lines = [f"### `git checkout` of a branch that touches {TOUCHED:,} files", ""]
    lines += ["| | starts a checkout | before git's end | ms from git's end to the first | to the last |"]
    lines += ["|---|---|---|---|---|"]
    starts: dict[str, list[list[float]]] = {}
    ended: set[str] = set()
    with at_work(first, made, [name for name in WATCHERS if name not in NO_CHECKOUTS]) as found:
        for turn in range(rounds):
            for live, repo in found:
                live.starts.clear()
                end = math.nan
                with _told(ended):
                    end = live.during(["git", "checkout", "-q", f"b{turn}"], repo.env)
                    live.until(lambda live=live: live.starts, ANSWER)  # type: ignore[misc]
                    live.rest(STILL, ANSWER)
                starts.setdefault(live.name, []).append([start - end for start in live.starts])
    for name, own in starts.items():
        counts = [len(one) for one in own]
        early = sum(start < 0 for one in own for start in one)
        edges = [statistics.median(one[at] if one else math.inf for one in own) for at in (0, -1)]
        often = f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
        lines.append(f"| {name} | {often} | {early} | {_ms(edges[0])} | {_ms(edges[1])} |")
    _remove(first.root, made)
    return [*lines, "", " ".join([f"{rounds} branches, medians.", *sorted(ended), page.load()]), ""]


def _branches(repo: Repo, number: int) -> None:
    """b0, b1 and so on: each with other content in the same files. The first ones stay as they are."""
    touched = sorted(repo.root.glob("d*/e*/*.py"))[-TOUCHED:]
    for branch in range(number):
        repo.git("checkout", "-q", "-b", f"b{branch}")
        for place in touched:
            place.write_text(f"{place.name} on branch {branch}\n")
        repo.git("-c", "gc.auto=0", "commit", "-q", "-a", "-m", f"branch {branch}")
    repo.git("checkout", "-q", "main")


def created(ground: Ground) -> list[str]:
    first, made = ground.repository(5_000), ground.made()
    counts = [20_000] if ground.quick else [20_000, 200_000]
    lines = overflow(first, made, counts, 2 if ground.quick else ground.trials)
    _remove(first.root, made)
    return lines


@contextlib.contextmanager
def _told(ended: set[str]) -> Iterator[None]:
    """A watcher that ends is a finding, not the end of the others."""
    try:
        yield
    except Ended as words:
        ended.add(f"{words}.")


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1]


def _ms(seconds: float) -> str:
    return "never" if math.isinf(seconds) else f"{1000 * seconds:.1f}"


def _remove(*places: Path) -> None:
    for place in places:
        shutil.rmtree(place)


def figures(ground: Ground, *, large: bool, only: str) -> list[str]:
    """Markdown: all tables of which the name has `only` in it."""
    parts: dict[str, Callable[[], list[str]]] = {
        "saves-20": lambda: saves(ground, 20),
        "saves-5000": lambda: saves(ground, 5_000),
        "standing": lambda: standing(ground, 5_000 if ground.quick else 100_000, list(WATCHERS)),
        "checkouts": lambda: checkouts(ground),
        "created": lambda: created(ground),
    }
    if large:
        parts["large"] = lambda: standing(ground, 500_000, [GOFIGURE])
    lines = []
    for name, part in parts.items():
        if only in name:
            told = part()
            print("\n".join(told), flush=True)
            lines += told
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rounds and small repositories: does it work at all?")
    parser.add_argument("--large", action="store_true", help="500,000 files as well")
    parser.add_argument("--trials", type=int, default=20, help="of files created while the watcher is stopped")
    parser.add_argument(
        "--only", default="", help="part of a table's name: saves-20, saves-5000, standing, checkouts, created"
    )
    parser.add_argument("--gofigure", help="a program to measure; else the wheel of this checkout, installed anew")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.write and (options.only or options.quick):
        parser.error("--write replaces all of the tables: not with --only or --quick")
    folder = Path(tempfile.mkdtemp(prefix="gofigure-bench-"))
    try:
        (folder / "home").mkdir()
        env = clean_environment(folder / "home")
        gofigure = options.gofigure or str(install_wheel(folder / "venv") / "bin" / "gofigure")
        ground = Ground(folder, env, gofigure, options.quick, options.trials, itertools.count())
        lines = [f"{page.machine()} Beside {versions()}.", ""]
        lines += figures(ground, large=options.large, only=options.only)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(lines[0])
    if options.write:
        page.write("watching", HEAD, lines)


if __name__ == "__main__":
    main()
