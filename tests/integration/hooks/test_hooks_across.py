"""Repositories whose stages call one another."""

from __future__ import annotations

from pathlib import Path

from support.repo import Repo


def test_two_repositories_that_start_one_another_come_to_an_end(tmp_path: Path, environment: dict[str, str]) -> None:
    """A's stage commits in B, whose hook runs A: the innermost run alone does not tell that A is under way."""
    one, two = (Repo.create(tmp_path / name, environment) for name in "ab")
    one.config(
        "[jobs.j]\nstages = ['s']\n[stages.s]\ncache = false\n"
        f"run = 'cd {two.root} && git commit --allow-empty -m x'\npass_env = ['GIT_CONFIG_GLOBAL']\n"
    )
    two.config(
        "[jobs.j]\non = ['pre-commit']\nstages = ['s']\n"
        f"[stages.s]\ncache = false\nrun = 'cd {one.root} && gofigure_again'\n"
    )
    tool = tmp_path / "gofigure_again"
    tool.write_text(f"#!/bin/sh\nexec {' '.join(one.command)} run\n")
    tool.chmod(0o755)
    path = {"PATH": f"{tmp_path}:{environment['PATH']}"}
    assert one.gofigure("allow", env=path).returncode == 0
    assert two.gofigure("install-hooks", env=path).returncode == 0

    done = one.gofigure("run", env=path)

    assert done.returncode == 1
    assert b"is not started again" in done.stdout + done.stderr
