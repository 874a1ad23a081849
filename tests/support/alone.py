"""A hook script that says whether it answered by itself or started the interpreter."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from support.repo import Repo

SHELLS = (("dash",), ("bash", "--posix"), ("bash",))
CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["one"]
[stages.one]
run = "! grep -rqs BAD . --include=*.txt"
"""


def hits(repo: Repo) -> list[str]:
    """Trees that the script has let through by itself since a process of ours was here last."""
    place = repo.root / ".git" / "gofigure" / "hits"
    return [line.split()[1] for line in place.read_text().splitlines()] if place.exists() else []


def markers(repo: Repo) -> list[Path]:
    return [path for path in (repo.root / ".git" / "gofigure" / "ok").rglob("*") if path.is_file()]


def alone(repo: Repo, *commit: str, stdin: bytes = b"") -> bool:
    """Whether the hook let this commit through by itself; the commit itself must succeed."""
    for place in (repo.root / ".git" / "gofigure" / "hits",):
        place.unlink(missing_ok=True)
    done = repo.try_git(*(commit or ("commit", "-q", "--allow-empty", "-m", "again")), stdin=stdin)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    told = hits(repo)
    assert told in ([], [repo.git("rev-parse", "HEAD^{tree}").decode().strip()]), "it is the tree of the commit"
    return bool(told)


def use_stub(repo: Repo, hook: str = "pre-commit") -> None:
    """From now on, the script starts something that exits with 77 in place of Python."""
    stub = repo.root.parent / "stub"
    stub.write_text("#!/bin/sh\nexit 77\n")
    stub.chmod(0o755)
    place = repo.root / ".git" / "hooks" / hook
    place.write_text(re.sub(r"^python=.*$", f"python={stub}", place.read_text(), flags=re.MULTILINE))


def answers(repo: Repo, env: dict[str, str] | None = None, cwd: Path | None = None) -> list[bool]:
    """Under each shell: whether the script exits by itself (True) or starts the stub."""
    script = str(repo.root / ".git" / "hooks" / "pre-commit")
    codes = [
        subprocess.run(
            [*shell, script], cwd=cwd or repo.root, env={**repo.env, **(env or {})}, capture_output=True, check=False
        ).returncode
        for shell in SHELLS
    ]
    assert set(codes) <= {0, 77}, codes
    return [code == 0 for code in codes]
