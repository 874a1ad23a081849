"""What a hook adds to a commit: each contestant in a repository of its own, made alike, and all in turn.

Alone: `python tests/bench/commits.py [ROUNDS]`. A new contestant is a function that sets up its repository and a line
in CONTESTANTS; it raises `NotHere` where its tool is not installed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from bench.repositories import commit_all, config, sources  # noqa: E402
from bench.timing import Contestant, compare, table  # noqa: E402
from support.install import install_wheel  # noqa: E402
from support.repo import clean_environment  # noqa: E402

FILES = (20, 5_000, 50_000)
ROUNDS = 41
BASE = "#!/bin/sh, git write-tree"
_COMMIT = ("git", "-c", "gc.auto=0", "commit", "-q", "--allow-empty", "-m", "again")


class Ground(NamedTuple):
    """One contestant's repository, committed once, without hooks."""

    root: Path
    env: Mapping[str, str]
    gofigure: str

    def call(self, *argv: str) -> None:
        subprocess.run(argv, cwd=self.root, env=dict(self.env), check=True, capture_output=True)

    def hook(self, text: str) -> None:
        place = self.root / ".git" / "hooks" / "pre-commit"
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
        place.chmod(0o755)


class NotHere(Exception):  # noqa: N818 - not an error: the contestant is left out
    """A tool is not installed."""


def write_tree(ground: Ground) -> None:
    ground.hook("#!/bin/sh\ngit write-tree >/dev/null\n")


def nothing(_ground: Ground) -> None:
    """No hook at all."""


def proven(ground: Ground) -> None:
    """All proven: the script answers by itself."""
    ground.call(ground.gofigure, "install-hooks")
    ground.call(*_COMMIT)
    ground.call(*_COMMIT)
    assert (ground.root / ".git" / "gofigure" / "hits").exists(), "it did not answer by itself"


def proven_without_marker(ground: Ground) -> None:
    """All proven, and Python has to say so."""
    ground.call(ground.gofigure, "install-hooks")
    hook = ground.root / ".git" / "hooks" / "pre-commit"
    ground.hook(hook.read_text().replace("if proven ", "if false && proven "))
    ground.call(*_COMMIT)


CONTESTANTS: Mapping[str, Callable[[Ground], None]] = {  # the first is what the others are held against
    BASE: write_tree,
    "no hook": nothing,
    "gofigure, proven": proven,
    "gofigure, proven, by Python": proven_without_marker,
}


def commits(folder: Path, gofigure: str, env: Mapping[str, str], *, sizes: Sequence[int], rounds: int) -> list[str]:
    """Markdown: a commit of a tree that is proven, in repositories of each size."""
    lines = []
    for files in sizes:
        print(f"commits with {files:,} files", flush=True)
        contestants = []
        made = folder / f"c{files}"
        first = made / "first"
        first.mkdir(parents=True)
        sources(first, files)
        config(first, 5)
        commit_all(first, env)
        for number, (name, prepare) in enumerate(CONTESTANTS.items()):
            ground = Ground(made / str(number), env, gofigure)
            subprocess.run(["cp", "-a", first, ground.root], check=True)
            ground.call("git", "status")  # the index knows the copies
            try:
                prepare(ground)
            except NotHere as missing:
                print(f"{missing}: left out")
                continue
            contestants.append(Contestant(name, ["git", "-C", str(ground.root), *_COMMIT[1:]]))
        timings = compare(contestants, rounds=rounds, cwd=folder, env=env)
        lines += table(f"A commit whose tree is proven, {files:,} files", timings)
        shutil.rmtree(made)
    return lines


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    folder = Path(tempfile.mkdtemp(prefix="gofigure-bench-"))
    try:
        (folder / "home").mkdir()
        env = clean_environment(folder / "home")
        gofigure = str(install_wheel(folder / "venv") / "bin" / "gofigure")
        print("\n".join(commits(folder, gofigure, env, sizes=FILES, rounds=rounds)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
