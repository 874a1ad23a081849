"""The scripts that `gofigure completion` prints, in the real shells, on a terminal."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.repo import Repo
from support.screen import Terminal

CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["lint"]
[stages.lint]
run = "true"
[stages.unit-of-all]
run = "true"
"""
START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
}
READY = {
    "bash": "PS1='> '; bind 'set show-all-if-ambiguous on'; bind 'set enable-bracketed-paste off'; . $SCRIPT",
    "zsh": "PS1='> '; autoload -U compinit; compinit -u -D; . $SCRIPT",
}


def need(shell: str) -> None:
    if shutil.which(shell) is None:
        if "CI" in os.environ:
            pytest.fail(f"no {shell} here")
        pytest.skip(f"no {shell} here: apt-get install {shell}")


@pytest.fixture
def script(repo: Repo, tmp_path: Path, environment: dict[str, str]) -> Path:
    """Where a shell's script is to be, with a `gofigure` on the PATH that is ours."""
    repo.config(CONFIG)
    repo.write("unit.txt")
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "gofigure").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gofigure "$@"\n')
    (folder / "gofigure").chmod(0o755)
    environment["PATH"] = f"{folder}:{environment['PATH']}"
    return tmp_path / "_gofigure"


@pytest.fixture(params=["bash", "zsh"])
def shell(request: pytest.FixtureRequest, repo: Repo, script: Path, environment: dict[str, str]) -> Iterator[Terminal]:
    need(request.param)
    script.write_bytes(repo.gofigure("completion", request.param).stdout)
    env = {**environment, "SCRIPT": str(script)}
    with contextlib.closing(Terminal(START[request.param], repo.root, env, size=(100, 40))) as terminal:
        terminal.type(f"{READY[request.param]}; echo rea''dy\n".encode())
        terminal.until("ready")
        yield terminal


def test_names_of_jobs_and_stages(shell: Terminal) -> None:
    shell.type(b"gofigure run \t")
    for name in ("check", "lint", "unit-of-all"):
        shell.until(name)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("gofigure run un", "> gofigure run unit-of-all"),
        ("gofigure install-h", "> gofigure install-hooks"),
        ("gofigure history --job=", "> gofigure history --job=check"),
        ("gofigure run --junit un", "> gofigure run --junit unit.txt"),
        ("gofigure why unit.", "> gofigure why unit.txt"),
        ("gofigure hook pre-pu", "> gofigure hook pre-push"),
    ],
)
def test_what_can_only_be_one_thing(shell: Terminal, typed: str, shown: str) -> None:
    shell.type(f"{typed}\t".encode())
    shell.until(shown)


def test_files_stand_beside_names(shell: Terminal) -> None:
    shell.type(b"gofigure why unit\t\t")
    shell.until("unit-of-all")
    shell.until("unit.txt")


def words_for(repo: Repo, *words: str) -> list[str]:
    done = repo.gofigure("completion", "--words", "zsh", "gofigure", *words)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode().splitlines()


def test_runs_and_revisions_are_known_without_permission(repo: Repo, tmp_path: Path) -> None:
    repo.config(CONFIG)
    repo.commit()
    repo.git("tag", "v1")
    repo.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "other"))
    repo.gofigure("allow", "--yes")
    repo.gofigure("run", "check")
    repo.gofigure("allow", "--revoke")
    before = (repo.root / ".gofigure").read_bytes()
    for at in (repo, repo.at(tmp_path / "other")):
        assert words_for(at, "logs", "1") == ["1\tcheck passed"]
        assert words_for(at, "rollback", "x", "--to", "") == ["1\tcheck passed"]
        revisions = words_for(at, "run", "--commit", "")
        assert {"HEAD\tthe commit that is checked out", "main", "other", "v1"} <= {*revisions}
        assert {*words_for(at, "run", "--branch", "")} == {"main", "other"}
    assert (repo.root / ".gofigure").read_bytes() == before
    (repo.root / ".gofigure").write_bytes(b"no database")
    assert words_for(repo, "logs", "1") == []


@pytest.mark.parametrize("words", [(), ("bash",), ("zsh",), ("none", "gofigure", ""), ("zsh", "gofigure", "\udcff")])
def test_whatever_is_asked_it_does_not_fail(repo: Repo, words: tuple[str, ...]) -> None:
    done = repo.gofigure("completion", "--words", *words)
    assert (done.returncode, done.stderr) == (0, b"")


def test_nothing_is_complained_of(shell: Terminal, script: Path) -> None:
    (script.parent / "bin" / "gofigure").write_text("#!/bin/sh\necho lo''ud >&2\nexit 3\n")
    shell.type(b"gofigure run un\t\t\x15echo still he''re\n")  # ^U: the line is taken back
    shell.until("still here")
    assert "loud" not in shell.text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("gofigure run ", {"check", "lint", "unit-of-all"}),
        ("gofigure run un", {"unit-of-all"}),
        ("gofigure install-h", {"install-hooks"}),
        ("gofigure history --job=", {"--job=check"}),
        ("gofigure why unit", {"unit-of-all", "unit.txt"}),
        ("gofigure nothing-of-that-name ", set()),
    ],
)
def test_fish(repo: Repo, script: Path, environment: dict[str, str], line: str, expected: set[str]) -> None:
    """It says itself what it would show."""
    need("fish")
    script.write_bytes(repo.gofigure("completion", "fish").stdout)
    env = {**environment, "LINE": line, "SCRIPT": str(script)}
    program = 'source $SCRIPT; complete -C "$LINE"'
    argv = ["fish", "--no-config", "-c", program]
    done = subprocess.run(argv, cwd=repo.root, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert {one.partition("\t")[0] for one in done.stdout.splitlines()} == expected
