"""Other people's hook managers, as their users install them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest

from gofigure.git.config_hooks import FIRST_VERSION
from gofigure.git.settings import version
from support.repo import Repo

HUSKY = "husky@9.1.7"
# A folder with a git of 2.54 or newer in it, where the one on the PATH is older.
_GIT = os.environ.get("GOFIGURE_TEST_GIT", "")


class Manager(NamedTuple):
    """One that keeps its hooks in git's own folder and has its jobs for pre-commit, commit-msg and pre-push.

    Each job of its writes the hook's name into `../theirs`, and fails while there is `../theirs-fail`.
    """

    name: str
    configure: Callable[[Repo], None]
    install: Sequence[str]
    uninstall: Sequence[str]
    runs_us: bool  # what it finds in its place

    def do(self, repo: Repo, args: Sequence[str]) -> None:
        done = subprocess.run(
            [find(self.name), *args], cwd=repo.root, env=dict(repo.env), capture_output=True, check=False
        )
        assert done.returncode == 0, (done.stdout + done.stderr).decode()


def find(program: str) -> str:
    """Where a program is: beside this Python, or on the PATH. A person may do without it; CI may not."""
    beside = os.path.dirname(sys.executable)
    return shutil.which(program, path=f"{beside}:{os.environ['PATH']}") or _missing(f"{program} is not installed")


def install_husky(folder: Path) -> Path:
    """Its program, got by npm."""
    npm = find("npm")
    # npm asks for the environment of whoever started the tests: proxies, registries.
    command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), HUSKY]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=80)
    if done.returncode != 0:
        _missing(f"{HUSKY} cannot be got: {done.stdout} {done.stderr}")
    return folder / "node_modules/husky/bin.js"


def newer_git(repo: Repo) -> Repo:
    """The same repository with a git that runs the hooks that its configuration names.

    Debian has none yet, so that CI may do without it, too.
    """
    path = f"{_GIT}:{repo.env['PATH']}" if _GIT else repo.env["PATH"]
    newer = Repo(repo.root, {**repo.env, "PATH": path})
    if version(newer.env) < FIRST_VERSION:
        pytest.skip(f"git {'.'.join(map(str, FIRST_VERSION))} is not here (GOFIGURE_TEST_GIT: the folder of one)")
    return newer


def _missing(why: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def _pre_commit(repo: Repo) -> None:
    hooks = "".join(
        f"  - {{id: {hook}, name: {hook}, language: system, always_run: true, pass_filenames: false,"
        f" stages: [{hook}], entry: sh -c '{_job(hook)}'}}\n"
        for hook in ("pre-commit", "commit-msg", "pre-push")
    )
    types = "default_install_hook_types: [pre-commit, commit-msg, pre-push]\n"
    repo.write(".pre-commit-config.yaml", f"{types}repos:\n- repo: local\n  hooks:\n{hooks}")


def _lefthook(repo: Repo) -> None:
    hooks = ("pre-commit", "commit-msg", "pre-push")
    repo.write("lefthook.yml", "".join(f"{hook}:\n  jobs:\n    - run: {_job(hook)}\n" for hook in hooks))


def _job(hook: str) -> str:
    return f"echo {hook} >> ../theirs && test ! -e ../theirs-fail"


MANAGERS = (
    Manager("pre-commit", _pre_commit, ["install"], ["uninstall"], runs_us=True),
    Manager("prek", _pre_commit, ["install"], ["uninstall"], runs_us=True),
    Manager("lefthook", _lefthook, ["install"], ["uninstall"], runs_us=False),
)
