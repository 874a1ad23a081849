"""T1: before anybody has said yes, nothing that the repository's own git configuration names is run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from support.eye import eye
from support.repo import Repo
from support.shapes import seed

CONFIG = '[jobs.j]\non = ["pre-commit"]\nstages = ["s"]\n[stages.s]\nrun = "touch {canary}"\n'

# Every command there is, with the two that give the permission last.
COMMANDS = [
    ["run"], ["run", "--staged"], ["run", "--commit", "HEAD"], ["status"], ["status", "--staged"], ["why", "s"],
    ["doctor"],
    ["history"], ["digest"], ["digest", "README"], ["digest", "--staged"], ["digest", "--commit", "HEAD"], ["validate"],
    ["uninstall-hooks"], ["install-hooks"], ["allow"],
]  # fmt: skip


class Trap:
    """A program that leaves a line behind when it is run."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.canary = folder / "canary"
        self.program = folder / "program"
        self.program.write_text(f'#!/bin/sh\necho "$0 $*" >> {self.canary}\ncat\n')
        self.program.chmod(0o755)
        self.hooks = folder / "hooks"
        self.hooks.mkdir()
        for hook in ("pre-commit", "post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc"):
            shutil.copy(self.program, self.hooks / hook)

    def caught(self) -> str:
        return self.canary.read_text() if self.canary.exists() else ""

    def keys(self) -> dict[str, str]:
        program = str(self.program)
        names = (
            "core.fsmonitor", "filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "diff.external",
            "diff.trap.textconv", "diff.trap.command", "merge.trap.driver", "core.sshCommand", "core.pager",
            "pager.status", "pager.log", "gpg.program", "gpg.ssh.program", "core.editor", "sequence.editor",
            "core.askPass", "credential.helper", "core.alternateRefsCommand", "uploadpack.packObjectsHook",
            "core.gitProxy", "interactive.diffFilter", "remote.origin.uploadpack", "ssh.variant",
        )  # fmt: skip
        return {
            **dict.fromkeys(names, program),
            "filter.trap.required": "true",
            "core.hooksPath": str(self.hooks),
            "remote.origin.url": f"ext::{program}",
            "protocol.allow": "always",
            "log.showSignature": "true",
            "status.submoduleSummary": "true",
            "fetch.recurseSubmodules": "true",
        }


def set_trap(repo: Repo, folder: Path, *, hooks_path: bool = True) -> Trap:
    trap = Trap(folder)
    repo.config(CONFIG.format(canary=trap.canary))
    repo.write(".gitattributes", "* filter=trap diff=trap merge=trap text=auto\n")
    repo.git("add", "-A")
    repo.git("commit", "-qm", "trapped")
    for key, value in trap.keys().items():
        if hooks_path or key != "core.hooksPath":
            repo.git("config", key, value)
    repo.write("README", "edited\r\n")  # dirty: whoever asks for status has it cleaned
    repo.write("src/a.py", "print(1)\n")  # stat-dirty
    repo.write("new", "n\n")
    return trap


@pytest.fixture
def trapped(repo: Repo, tmp_path: Path) -> tuple[Repo, Trap]:
    seed(repo)
    return repo, set_trap(repo, tmp_path / "trap")


def test_the_trap_works(trapped: tuple[Repo, Trap]) -> None:
    repo, trap = trapped
    repo.try_git("status")
    repo.try_git("add", "README")
    assert "fsmonitor" in trap.caught() or trap.caught().count("\n") > 1


@pytest.mark.parametrize("layout", ["plain", "linked worktree", "submodule", "bare inside"])
def test_no_canary_before_allow(trapped: tuple[Repo, Trap], tmp_path: Path, layout: str) -> None:
    """GitSpawn, CVE-2022-24765, libgit2#6400: to look is not to run."""
    repo, trap = trapped
    where = repo
    if layout == "linked worktree":
        repo.git("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "worktree", "add", "-q",
                 "--no-checkout", str(tmp_path / "linked"))  # fmt: skip
        where = repo.at(tmp_path / "linked")
        shutil.copy(repo.root / ".gofigure.toml", where.root)
    elif layout == "submodule":
        outer = Repo.create(tmp_path / "outer", repo.env)
        outer.config((repo.root / ".gofigure.toml").read_text())
        shutil.copytree(repo.root, outer.root / "sub", symlinks=True)
        oid = repo.git("rev-parse", "HEAD").decode().strip()
        outer.git("add", ".gofigure.toml")
        outer.git("update-index", "--add", "--cacheinfo", f"160000,{oid},sub")
        outer.git("commit", "-qm", "x")
        where = outer
    elif layout == "bare inside":
        outer = Repo.create(tmp_path / "outer", repo.env)
        shutil.copytree(repo.root / ".git", outer.root / "embedded")
        config = outer.root / "embedded/config"
        config.write_text(config.read_text() + f"[core]\n\tworktree = {outer.root}\n")
        outer.config((repo.root / ".gofigure.toml").read_text())
        where = outer.at(outer.root / "embedded")
    trap.canary.unlink(missing_ok=True)
    codes = {}
    for args in COMMANDS:
        done = where.gofigure(*args)
        codes[" ".join(args)] = done.returncode
        assert done.returncode in (0, 2), (args, done.stderr)
        assert trap.caught() == "", args
    assert codes["allow"] == 0
    assert codes["run"] == codes["history"] == codes["digest"] == codes["doctor"] == 2


def test_no_canary_while_hooks_are_installed(repo: Repo, tmp_path: Path) -> None:
    """`install-hooks` means yes; it still only looks at configuration itself."""
    seed(repo)
    trap = set_trap(repo, tmp_path / "trap", hooks_path=False)
    trap.canary.unlink(missing_ok=True)
    for args in (["validate"], ["install-hooks"], ["install-hooks"], ["uninstall-hooks"]):
        done = repo.gofigure(*args)
        assert done.returncode == 0, done.stderr
        assert trap.caught() == "", args


@pytest.mark.parametrize("url", ["ext::{program}", "ssh://nowhere.invalid/x", "git://nowhere.invalid/x", "{program}"])
def test_no_canary_by_way_of_a_missing_object(trapped: tuple[Repo, Trap], url: str) -> None:
    """F28: git before 2.45 does not know GIT_NO_LAZY_FETCH, and fetches what a partial clone misses."""
    repo, trap = trapped
    for key, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.partialCloneFilter", "blob:none"),
        ("remote.origin.url", url.format(program=trap.program)),
    ):
        repo.git("config", key, value)
    oid = repo.git("rev-parse", "HEAD:big").decode().strip()
    (repo.root / ".git/objects" / oid[:2] / oid[2:]).unlink()
    (repo.root / "big").unlink()
    trap.canary.unlink(missing_ok=True)
    done = repo.gofigure("digest", "--commit", "HEAD")
    assert done.returncode == 2, done.stderr
    assert b"a bug in gofigure" not in done.stderr
    assert trap.caught() == ""


def test_no_network_after_allow_either(trapped: tuple[Repo, Trap]) -> None:
    """A digest is worked out from what is here."""
    repo, trap = trapped
    for key in [*trap.keys()]:
        if not key.startswith(("core.sshCommand", "remote.")):
            repo.git("config", "--unset-all", key)
    repo.git("config", "extensions.partialClone", "origin")
    repo.git("config", "core.repositoryFormatVersion", "1")
    repo.git("config", "remote.origin.promisor", "true")
    repo.git("config", "remote.origin.url", "ssh://nowhere.invalid/x")
    looking = eye(repo)
    oid = repo.git("rev-parse", "HEAD:big").decode().strip()
    (repo.root / ".git/objects" / oid[:2] / oid[2:]).unlink()
    os.unlink(repo.root / "big")
    trap.canary.unlink(missing_ok=True)
    done = repo.gofigure("digest")
    assert done.returncode == 2, done.stdout
    assert b"a bug in gofigure" not in done.stderr
    assert trap.caught() == ""
    assert looking.token
