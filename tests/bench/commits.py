"""What a hook adds to a commit: each contestant in a repository of its own, made alike, and all in turn.

Alone: `python tests/bench/commits.py [ROUNDS]`. A new contestant is a function that sets up its repository and a line
in PROVEN or CHANGED; it raises `NotHere` where its tool is not installed.
"""

from __future__ import annotations

import itertools
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from bench.managers import Manager, NotHere, husky, install, managers  # noqa: E402
from bench.page import load  # noqa: E402
from bench.repositories import commit_all, config, sources  # noqa: E402
from bench.timing import Contestant, Timing, compare, table  # noqa: E402
from support.install import install_wheel  # noqa: E402
from support.repo import clean_environment  # noqa: E402

FILES = (20, 5_000, 50_000)
ROUNDS = 41
BACKGROUND = 4  # seconds
BASE = "#!/bin/sh, git write-tree"
NO_HOOK = "no hook"
PREK = "prek"
_COMMIT = ("git", "-c", "gc.auto=0", "commit", "-q", "--allow-empty", "-m", "again")


class Ground(NamedTuple):
    """One contestant's repository, committed once, without hooks."""

    root: Path
    env: Mapping[str, str]
    gofigure: str
    peers: Mapping[str, Manager]

    def call(self, *argv: str) -> None:
        subprocess.run(argv, cwd=self.root, env=dict(self.env), check=True, capture_output=True)

    def hook(self, text: str) -> None:
        place = self.root / ".git" / "hooks" / "pre-commit"
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
        place.chmod(0o755)


SetUp: TypeAlias = Callable[[Ground], None]


def write_tree(ground: Ground) -> None:
    ground.hook("#!/bin/sh\ngit write-tree >/dev/null\n")


def nothing(_ground: Ground) -> None:
    """No hook at all."""


def noop(ground: Ground) -> None:
    ground.hook("#!/bin/sh\nexit 0\n")


_LOOK = "git --no-optional-locks status --porcelain=v2 -z --untracked-files=all --no-renames"


def git_alone(ground: Ground) -> None:
    """What nobody can do without who says that a stage has passed on this very tree: a look before it and one after."""
    ground.hook(f"#!/bin/sh\n{_LOOK} >/dev/null & git write-tree >/dev/null; wait\ntrue\n{_LOOK} >/dev/null\n")


def python_alone(ground: Ground) -> None:
    """A Python that imports nothing, and does nothing."""
    ground.hook(f"#!/bin/sh\nexec '{sys.executable}' -I -S -c pass\n")


def installed(ground: Ground) -> None:
    ground.call(ground.gofigure, "install-hooks")
    ground.call(*_COMMIT)


def proven(ground: Ground) -> None:
    """All proven: the script answers by itself."""
    installed(ground)
    ground.call(*_COMMIT)
    assert (ground.root / ".git" / "gofigure" / "hits").exists(), "it did not answer by itself"


def proven_without_marker(ground: Ground) -> None:
    """All proven, and Python has to say so."""
    installed(ground)
    hook = ground.root / ".git" / "hooks" / "pre-commit"
    ground.hook(hook.read_text().replace("if proven ", "if false && proven "))
    ground.call(*_COMMIT)


def peer(name: str, run: str = "true") -> SetUp:
    """The same trivial stage, by another."""

    def set_up(ground: Ground) -> None:
        if name not in ground.peers:
            raise NotHere(name)
        manager = ground.peers[name]
        manager.config(ground.root, run, False)
        ground.call("git", "add", "-A")
        ground.call(*_COMMIT)
        install(manager, ground.root, ground.env)
        ground.call(*_COMMIT)

    return set_up


PEERS = (PREK, "lefthook", "pre-commit", "husky, lint-staged")
_THEIRS = {name: peer(name) for name in PEERS}

# The first of each is what the others are held against.
PROVEN: Mapping[str, SetUp] = {
    BASE: write_tree,
    NO_HOOK: nothing,
    "one no-op hook": noop,
    "gofigure, proven": proven,
    "gofigure, proven, by Python": proven_without_marker,
    **_THEIRS,
}
CHANGED: Mapping[str, SetUp] = {
    NO_HOOK: nothing,
    "one no-op hook": noop,
    BASE: write_tree,
    "two looks by git, nothing else": git_alone,
    "a Python that does nothing": python_alone,
    "gofigure, not yet proven": installed,
    **_THEIRS,
}


def edit(root: Path) -> Callable[[], None]:
    """Changes one file, and stages it."""
    numbers = itertools.count()

    def change() -> None:
        (root / "d00" / "e00" / "f01.py").write_text(f"changed for the {next(numbers)}. time\n")
        subprocess.run(["git", "add", "d00/e00/f01.py"], cwd=root, check=True)

    return change


def peers(folder: Path, gofigure: str) -> dict[str, Manager]:
    """Other hook managers, as far as they can be had here."""
    found = {one.name: one for one in managers(folder, Path(gofigure)) if one.name in PEERS}
    try:
        found["husky, lint-staged"] = husky(folder)
    except NotHere as missing:
        print(f"{missing}: left out")
    for name, one in found.items():
        print(name, one.version)
    return found


def commits(ground: Ground, *, sizes: Sequence[int], rounds: int) -> list[str]:
    """Markdown: commits of a tree that is proven and of one that is not, in repositories of each size.

    `ground`: its root is a folder to make them in.
    """
    lines = []
    for files in sizes:
        print(f"commits with {files:,} files", flush=True)
        made = ground.root / f"c{files}"
        made.mkdir(parents=True)
        first = _first(made, ground.env, files)
        stands = _stands(first, ground, PROVEN)
        timings = compare(
            [Contestant(name, _commit(root)) for name, root in stands.items()],
            rounds=rounds,
            cwd=made,
            env=ground.env,
        )
        lines += [*table(f"A commit whose tree is proven, {files:,} files", timings), load(), ""]
        stands = _stands(first, ground, CHANGED)
        timings = compare(
            [Contestant(name, _commit(root), edit(root)) for name, root in stands.items()],
            rounds=rounds,
            cwd=made,
            env=ground.env,
        )
        lines += [*overheads(f"One changed file, one trivial stage, {files:,} files", timings), load(), ""]
        shutil.rmtree(made)
    return lines


def background(ground: Ground, *, rounds: int) -> list[str]:
    """Markdown: a commit whose stage leaves a child that lives on."""
    script = ground.root / "leave-a-child"
    script.write_text(f"#!/bin/sh\nsleep {BACKGROUND} &\n")
    script.chmod(0o755)
    made = ground.root / "background"
    made.mkdir()
    first = _first(made, ground.env, 20, run=str(script))
    theirs = {name: peer(name, str(script)) for name in PEERS}
    stands = _stands(first, ground, {NO_HOOK: nothing, "gofigure": installed, **theirs})
    timings = compare(
        [Contestant(name, _commit(root), edit(root)) for name, root in stands.items()],
        rounds=rounds,
        cwd=made,
        env=ground.env,
    )
    return [*table(f"A stage that leaves a child in the background for {BACKGROUND} s", timings), load(), ""]


def _first(made: Path, env: Mapping[str, str], files: int, run: str = "true") -> Path:
    """The repository of which each contestant gets a copy."""
    first = made / "first"
    first.mkdir()
    sources(first, files)
    config(first, 1, run=run)
    commit_all(first, env)
    return first


def _stands(first: Path, ground: Ground, contestants: Mapping[str, SetUp]) -> dict[str, Path]:
    """Each contestant's repository."""
    stands = {}
    for number, (name, set_up) in enumerate(contestants.items()):
        root = first.with_name(str(number))
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run(["cp", "-a", first, root], check=True)
        own = ground._replace(root=root)
        own.call("git", "status")  # the index knows the copies
        try:
            set_up(own)
        except NotHere:
            continue
        stands[name] = root
    return stands


def _commit(root: Path) -> list[str]:
    return ["git", "-C", str(root), *_COMMIT[1:]]


def overheads(title: str, timings: Sequence[Timing]) -> list[str]:
    """Markdown: what each adds to a commit without a hook, and that beside what prek adds; medians over the rounds."""
    bare = timings[0].rounds_ms
    prek = next((one.rounds_ms for one in timings if one.name == PREK), None)
    lines = [f"### {title}", "", f"| | median ms | ms over {NO_HOOK} | × prek's |", "|---|---|---|---|"]
    for one in timings:
        ratio = ""
        if prek is not None and one.name != NO_HOOK:
            rounds = zip(one.rounds_ms, prek, bare, strict=True)
            ratio = f"{statistics.median((mine - none) / (theirs - none) for mine, theirs, none in rounds):.2f}"
        lines.append(f"| {one.name} | {one.median_ms:.1f} | {one.over_ms:+.1f} | {ratio} |")
    return [*lines, ""]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    sizes = tuple(map(int, sys.argv[2:])) or FILES
    folder = Path(tempfile.mkdtemp(prefix="gofigure-bench-"))
    try:
        (folder / "home").mkdir()
        env = clean_environment(folder / "home")
        gofigure = str(install_wheel(folder / "venv") / "bin" / "gofigure")
        ground = Ground(folder, env, gofigure, peers(folder, gofigure))
        lines = commits(ground, sizes=sizes, rounds=rounds)
        print("\n".join([*lines, *background(ground, rounds=3)]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
