"""Made-up projects of a given size."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

_PER_FOLDER = 12


def sources(root: Path, files: int) -> None:
    """`files` files of 0.2 to 8 KB in folders of 12, the same for every call."""
    numbers = random.Random(2026)
    for at in range(files):
        folder = root / f"d{at // 1200:02d}" / f"e{at // _PER_FOLDER % 100:02d}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"f{at % _PER_FOLDER:02d}.py").write_bytes(numbers.randbytes(numbers.randrange(200, 8000)))


def config(root: Path, stages: int, *, run: str = "true") -> None:
    """One job of `stages` stages; every other one reads only a part of the tree."""
    names = [f"s{at}" for at in range(stages)]
    lines = ["[jobs.check]", 'on = ["pre-commit"]', f"stages = {names!r}".replace("'", '"')]
    for at, name in enumerate(names):
        lines += [f"[stages.{name}]", f'run = "{run}"', *(["source = '\\.py$'"] if at % 2 else [])]
    (root / ".gofigure.toml").write_text("\n".join(lines) + "\n")


def peers(root: Path, stages: int) -> None:
    """The same list for prek, lefthook and make."""
    hooks = "".join(
        f"  - {{id: s{at}, name: s{at}, entry: 'true', language: system, always_run: true,"
        " pass_filenames: false, priority: 1}\n"
        for at in range(stages)
    )
    (root / ".pre-commit-config.yaml").write_text(f"repos:\n- repo: local\n  hooks:\n{hooks}")
    jobs = "".join(f"    s{at}:\n      run: 'true'\n" for at in range(stages))
    (root / "lefthook.yml").write_text(f"pre-commit:\n  parallel: true\n  commands:\n{jobs}")
    rules = "".join(f"s{at}:\n\t@true\n" for at in range(stages))
    (root / "Makefile").write_text(f"all: {' '.join(f's{at}' for at in range(stages))}\n{rules}")


def commit_all(root: Path, env: Mapping[str, str]) -> None:
    for command in (
        ["git", "init", "-q"],
        ["git", "-c", "core.looseCompression=0", "add", "-A"],
        ["git", "-c", "gc.auto=0", "commit", "-q", "-m", "all"],  # its own gc would meet ours
        ["git", "gc", "-q"],
    ):
        subprocess.run(command, cwd=root, env=dict(env), check=True, capture_output=True)
    time.sleep(2.1)  # until no file is younger than git's index can tell
    subprocess.run(["git", "status"], cwd=root, env=dict(env), check=True, capture_output=True)
