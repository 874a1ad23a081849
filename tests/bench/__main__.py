"""`make bench`: the figures of docs/benchmarks.md, each as a ratio against peers in the same run."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from bench import page, switching  # noqa: E402
from bench.commits import FILES, Ground, background, commits  # noqa: E402
from bench.commits import peers as managers  # noqa: E402
from bench.repositories import commit_all, config, peers, sources  # noqa: E402
from bench.timing import Contestant, compare, table  # noqa: E402
from support.install import install_wheel  # noqa: E402
from support.repo import clean_environment  # noqa: E402

_READ_AND_HASH = """
import subprocess
from blake3 import blake3
for path in subprocess.run(["git", "ls-files", "-z"], capture_output=True).stdout.split(b"\\0")[:-1]:
    with open(path, "rb") as file:
        blake3(file.read()).digest()
"""


class Bench:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "home").mkdir()
        self.env: Mapping[str, str] = clean_environment(folder / "home")
        venv = install_wheel(folder / "venv")
        self.gofigure = str(venv / "bin" / "gofigure")
        self.python = str(venv / "bin" / "python")

    def repository(self, files: int, stages: int) -> Path:
        root = self.folder / f"r{files}-{stages}"
        print(f"making {files:,} files, {stages:,} stages", flush=True)
        root.mkdir()
        sources(root, files)
        config(root, stages)
        if stages >= 1000:
            peers(root, stages)
        commit_all(root, self.env)
        self.call(root, "allow")
        return root

    def call(self, root: Path, *args: str) -> None:
        subprocess.run([self.gofigure, *args], cwd=root, env=dict(self.env), check=True, capture_output=True)

    def proven(self, files: int, rounds: int) -> list[str]:
        root = self.repository(files, 20)
        self.call(root, "run")
        timings = compare(
            [
                Contestant("git status", ["git", "status"]),
                Contestant("gofigure run, 20 proven stages", [self.gofigure, "run"]),
            ],
            rounds=rounds,
            cwd=root,
            env=self.env,
        )
        return table(f"All proven, nothing changed, {files:,} files", timings)

    def trivial(self, stages: int, rounds: int) -> list[str]:
        root = self.repository(20, stages)
        forget = partial((root / ".gofigure").unlink, missing_ok=True)
        contestants = [
            Contestant("make -j2", ["make", "-s", "-j2", "all"]),
            Contestant("gofigure run, empty store", [self.gofigure, "run"], forget),
        ]
        tools = Path(sys.executable).parent
        for name, argv in (
            ("prek, one priority", ["prek", "run", "--all-files"]),
            ("lefthook, parallel", ["lefthook", "run", "pre-commit", "--force"]),
        ):
            if (tools / argv[0]).exists():
                contestants.append(Contestant(name, [str(tools / argv[0]), *argv[1:]]))
            else:
                print(f"{argv[0]} is not installed: left out")
        timings = compare(contestants, rounds=rounds, cwd=root, env=self.env)
        return table(f"{stages:,} trivial stages (`true`) that must run", timings)

    def plan(self, stages: int, rounds: int) -> list[str]:
        root = self.repository(20, stages)
        timings = compare(
            [
                Contestant("git status", ["git", "status"]),
                Contestant(f"gofigure status, {stages:,} stages", [self.gofigure, "status"]),
            ],
            rounds=rounds,
            cwd=root,
            env=self.env,
        )
        return table(f"The plan of {stages:,} stages, nothing proven (whole process)", timings)

    def switching(self, files: int, rounds: int) -> list[str]:
        folder = self.folder / "switching"
        folder.mkdir()
        return switching.table(switching.switching(folder, files, rounds), files)

    def first_digest(self, files: int, rounds: int) -> list[str]:
        root = self.repository(files, 1)
        forget = partial((root / ".gofigure").unlink, missing_ok=True)
        timings = compare(
            [
                Contestant("python: read and blake3, one thread", [self.python, "-c", _READ_AND_HASH]),
                Contestant("gofigure digest, empty store", [self.gofigure, "digest"], forget),
            ],
            rounds=rounds,
            cwd=root,
            env=self.env,
        )
        return table(f"First digest of {files:,} files", timings)


def main() -> None:
    quick = "--quick" in sys.argv
    folder = Path(tempfile.mkdtemp(prefix="gofigure-bench-"))
    try:
        bench = Bench(folder)
        rounds = 3 if quick else 15
        big = 5_000 if quick else 100_000
        ground = Ground(folder, bench.env, bench.gofigure, managers(folder, bench.gofigure))
        lines = [
            *bench.proven(5_000, rounds),
            *bench.proven(big, rounds),
            *bench.trivial(1_000, rounds),
            *bench.plan(10_000, max(3, rounds // 3)),
            *commits(ground, sizes=FILES[:2] if quick else FILES, rounds=rounds),
            *background(ground, rounds=3),
            *bench.switching(5_000 if quick else 50_000, rounds),
            *bench.first_digest(big, max(3, rounds // 3)),
        ]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    text = "\n".join([page.machine(), "", *lines])
    print(text)
    if not quick:
        page.write_figures(text)


if __name__ == "__main__":
    main()
