"""A real git repository to try things in, and gofigure to try in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

Done = subprocess.CompletedProcess[bytes]

# What a test inherits; all else (GIT_*, GOFIGURE*, PYTHON*, a user's locale) is left outside.
_KEPT = ("PATH", "TMPDIR", "COVERAGE_PROCESS_START", "SSL_CERT_FILE", "CI")


_GIT = """\
[user]
\tname = A Tester
\temail = tester@example.com
[init]
\tdefaultBranch = main
[gc]
\tauto = 0
[maintenance]
\tauto = false
"""
_IN_HASTE = "[core]\n\tfsync = none\n"


def clean_environment(home: Path, *, in_haste: bool = False) -> dict[str, str]:
    """A new home; git does not tidy up there. `in_haste`: nor does it wait for the disk."""
    env = {name: os.environ[name] for name in _KEPT if name in os.environ}
    config = home / ".gitconfig"
    config.write_text(_GIT + (_IN_HASTE if in_haste else ""))
    env.update(
        HOME=str(home),
        LANG="C.UTF-8",
        GIT_CONFIG_NOSYSTEM="1",
        GIT_CONFIG_GLOBAL=str(config),
        GIT_TEMPLATE_DIR="",
        GIT_AUTHOR_DATE="2026-01-02T03:04:05+00:00",
        GIT_COMMITTER_DATE="2026-01-02T03:04:05+00:00",
    )
    return env


@dataclass(frozen=True)
class Repo:
    """A working tree. `command` is how gofigure is started in it."""

    root: Path
    env: Mapping[str, str]
    command: tuple[str, ...] = field(default=(sys.executable, "-m", "gofigure"))

    @classmethod
    def create(cls, root: Path, env: Mapping[str, str], *init: str) -> Repo:
        root.mkdir(parents=True, exist_ok=True)
        repo = cls(root, env)
        repo.git("init", "-q", *init)
        return repo

    def git(self, *args: str | bytes, stdin: bytes = b"", env: Mapping[str, str] = {}) -> bytes:
        """Output of git; the test fails where git does."""
        done = self.try_git(*args, stdin=stdin, env=env)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout

    def try_git(self, *args: str | bytes, stdin: bytes = b"", env: Mapping[str, str] = {}) -> Done:
        return subprocess.run(
            ["git", *args], cwd=self.root, env={**self.env, **env}, input=stdin, capture_output=True, check=False
        )

    def write(self, path: str | bytes, content: str | bytes = b"", *, mode: int | None = None) -> Path:
        place = self.root / os.fsdecode(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        if mode is not None:
            place.chmod(mode)
        return place

    def config(self, text: str) -> None:
        self.write(".gofigure.toml", text)

    def commit(self, message: str = "a commit", *args: str) -> Done:
        """`git add -A && git commit`; hooks run."""
        self.git("add", "-A")
        return self.try_git("commit", "-q", "-m", message, *args)

    def gofigure(self, *args: str, env: Mapping[str, str] = {}, cwd: Path | None = None) -> Done:
        return subprocess.run(
            [*self.command, *args],
            cwd=cwd or self.root,
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )

    def json(self, *args: str) -> Any:
        """What a command prints with --json."""
        done = self.gofigure(*args, "--json")
        assert done.returncode in (0, 1), done.stderr.decode(errors="replace")
        return json.loads(done.stdout)

    def digest(self, *args: str) -> str:
        """The digest that `gofigure digest ARGS` prints first."""
        done = self.gofigure("digest", *args)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.split()[0].decode()

    def at(self, root: Path) -> Repo:
        """The same way of working in another folder."""
        return replace(self, root=root)
