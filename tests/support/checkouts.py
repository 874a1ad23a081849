"""A project with a job `j`: the stage `src` checks something out, and `use` works on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.repo import Repo
from support.rig import lines, said, verdicts
from support.servers import Remote


class Project:
    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.env: Mapping[str, str] = {}
        self.ran = repo.root.parent / "ran"

    def checks_out(self, url: str | Remote, settings: str = "", use: str = "cat a.txt >> {ran}") -> Project:
        if isinstance(url, Remote):
            self.env, settings, url = url.env, url.settings + settings, url.url
        self.repo.config(
            f"""
[jobs.j]
stages = ["src", "use"]
on = ["change"]
[stages.src]
target = "checkout"
url = {json.dumps(url)}
{settings}
[stages.use]
checkout = "src"
run = {json.dumps(use.format(ran=self.ran))}
"""
        )
        return self

    def run(self, *args: str, code: int = 0) -> Any:
        """`gofigure run --json`; the test fails where it ends otherwise."""
        assert self.repo.gofigure("allow", "--yes").returncode == 0
        done = self.repo.gofigure("run", "--json", *args, env=self.env)
        assert done.returncode == code, f"{said(done)}\n{self.log()}"
        return json.loads(done.stdout)

    def verdicts(self, *args: str, code: int = 0) -> dict[str, str]:
        return verdicts(self.run(*args, code=code))

    def times(self) -> int:
        """How often `use` ran."""
        return lines(self.ran)

    def log(self, stage: str = "src") -> str:
        """Of the newest run."""
        found = sorted(
            self.repo.root.glob(f".git/gofigure/runs/*/{stage}*.log"), key=lambda path: int(path.parent.name)
        )
        return found[-1].read_text(errors="replace") if found else ""

    def made(self) -> dict[str, Any]:
        """What the newest checkout has handed back."""
        [file] = sorted(
            self.repo.root.glob(".git/gofigure/runs/*/src.made/*.json"), key=lambda path: int(path.parts[-3])
        )[-1:]
        found: dict[str, Any] = json.loads(file.read_text())
        return found

    @property
    def dest(self) -> Path:
        return Path(self.made()["dest"])
