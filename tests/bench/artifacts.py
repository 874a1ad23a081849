"""Putting outputs back, against `cp -r` and `dd`; and a reused stage with 1,000 outputs, against one with none.

    python tests/bench/artifacts.py [MIB] [ROUNDS]

In turn, so that a slow moment of the machine hits all. Bounds: putting back is at disk speed (`dd` with fdatasync of as
much); a reused stage with 1,000 outputs that stand costs no more than 1,000 lstat more.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from support.repo import Repo, clean_environment  # noqa: E402

_MIB = 1 << 20
_FILE = 16  # MiB
_MANY = 1_000


class Timing(NamedTuple):
    name: str
    median_ms: float
    note: str = ""


def restoring(folder: Path, mib: int, rounds: int) -> list[Timing]:
    """What it takes to put outputs back, in whole processes of gofigure, less what such a process takes without any."""
    timings = []
    for kind, piece in (("random", os.urandom(_MIB)), ("like programs", _programs())):
        repo = _project(folder / kind.replace(" ", "-"), "build")
        for number in range(max(1, mib // _FILE)):
            data = b"".join(b"%d" % (number * _FILE + at) + piece for at in range(_FILE))
            repo.write(f"made/{number}", data)
        _run(repo)
        times: dict[str, list[float]] = {"put back": [], "reused": [], "cp -r": [], "dd": []}
        for _ in range(rounds):
            os.sync()
            shutil.rmtree(repo.root / "dist")
            times["put back"].append(_timed(lambda repo=repo: _run(repo)))  # type: ignore[misc]
            time.sleep(2.1)  # until no file is younger than a stat can tell
            _run(repo)
            times["reused"].append(_timed(lambda repo=repo: _run(repo)))  # type: ignore[misc]
            copy = str(repo.root / "copy")
            argv = ["cp", "-r", str(repo.root / "dist"), copy]
            times["cp -r"].append(_timed(lambda argv=argv: _call(argv)))  # type: ignore[misc]
            shutil.rmtree(copy)
            argv = ["dd", "if=/dev/zero", f"of={copy}", "bs=4M", f"count={max(1, mib // 4)}", "conv=fdatasync"]
            times["dd"].append(_timed(lambda argv=argv: _call(argv)))  # type: ignore[misc]
            os.unlink(copy)
        for name, own in times.items():
            median = statistics.median(own)
            speed = f"{mib / median:,.0f} MiB/s" if name != "reused" else "all stand"
            timings.append(Timing(f"{name} ({kind})", 1000 * median, speed))
        shutil.rmtree(repo.root)
    return timings


def reusing(folder: Path, rounds: int) -> list[Timing]:
    """A whole process that reuses one stage: with nothing declared, and with 1,000 outputs that stand."""
    none, many = _project(folder / "none", "plain"), _project(folder / "many", "build")
    for repo in (none, many):
        for number in range(_MANY):
            repo.write(f"made/{number}", b"%d\n" % number)
        _run(repo)
    time.sleep(2.1)  # until no file is younger than a stat can tell
    for repo in (none, many):
        _run(repo)
    times: list[list[float]] = [[], []]
    for _ in range(rounds):
        for own, repo in zip(times, (none, many), strict=True):
            own.append(_timed(lambda repo=repo: _run(repo)))  # type: ignore[misc]
    before, after = (1000 * statistics.median(own) for own in times)
    return [
        Timing("no outputs", before),
        Timing(f"{_MANY:,} outputs that stand", after, f"{1000 * (after - before) / _MANY:.1f} µs each"),
    ]


def _programs() -> bytes:
    """A MiB such as builds make."""
    with open(os.path.realpath(sys.executable), "rb") as file:
        return (file.read(_MIB) * _MIB)[:_MIB]


def _project(root: Path, stage: str) -> Repo:
    home = root.with_name(f"{root.name}-home")
    home.mkdir(parents=True)
    repo = Repo.create(root, clean_environment(home))
    repo.write(".gitignore", "dist/\nmade/\ncopy\n")
    repo.write("a", "1\n")
    outputs = "outputs = ['dist/**']" if stage == "build" else ""
    repo.config(
        f"[jobs.j]\nstages = ['s']\n[stages.s]\nrun = 'rm -rf dist; cp -r made dist'\ninputs = ['a']\n{outputs}\n"
    )
    repo.commit("one")
    assert repo.gofigure("allow").returncode == 0
    return repo


def _run(repo: Repo) -> None:
    done = repo.gofigure("run")
    assert done.returncode == 0, done


def _call(argv: list[str]) -> None:
    subprocess.run(argv, check=True, capture_output=True)


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def table(timings: list[Timing], title: str) -> list[str]:
    """Markdown."""
    lines = [f"### {title}", "", "| | median ms | |", "|---|---|---|"]
    return [*lines, *(f"| {one.name} | {one.median_ms:,.1f} | {one.note} |" for one in timings), ""]


def artifacts(folder: Path, mib: int, rounds: int) -> list[str]:
    """Both tables."""
    folder.mkdir(exist_ok=True)
    return [
        *table(restoring(folder, mib, rounds), f"Putting {mib:,} MiB of outputs back"),
        *table(reusing(folder, max(3, rounds)), f"A reused stage with {_MANY:,} outputs (whole process)"),
    ]


if __name__ == "__main__":
    mib = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    os.environ.pop("GIT_DIR", None)
    with tempfile.TemporaryDirectory(prefix="gofigure-bench-") as place:
        print("\n".join(artifacts(Path(place), mib, rounds)), flush=True)
