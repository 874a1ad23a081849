"""Every command in every kind of bad surroundings: a defined result, no traceback, nothing lost."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from support.repo import Done, Repo
from support.rig import said

from gofigure.cli.main import _COMMANDS

CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["s"]
[stages.s]
run = "echo hello"
"""

# What a person would type after each command. A command that is not named here is typed alone.
_WORDS: Mapping[str, tuple[str, ...]] = {"why": ("s",)}
_EVERY = sorted(set(_COMMANDS) - {"demo", "ui"})  # one makes surroundings of its own, one does not end by itself


def _not_a_repository(repo: Repo) -> None:
    (repo.root / ".git").rename(repo.root / "gone")


def _bare(repo: Repo) -> None:
    repo.git("config", "core.bare", "true")
    for entry in (repo.root / ".git").iterdir():
        entry.rename(repo.root / entry.name)
    (repo.root / ".git").rmdir()


def _unborn(repo: Repo) -> None:
    repo.config(CONFIG)


def _conflict(repo: Repo) -> None:
    repo.config(CONFIG)
    repo.write("a", "1\n")
    repo.commit("one")
    repo.git("switch", "-q", "-c", "other")
    repo.write("a", "2\n")
    repo.commit("two")
    repo.git("switch", "-q", "main")
    repo.write("a", "3\n")
    repo.commit("three")
    assert repo.try_git("merge", "-q", "other").returncode == 1


def _empty_configuration(repo: Repo) -> None:
    repo.config("")


def _ten_megabytes(repo: Repo) -> None:
    repo.config("# a comment\n" * (10 * 1024 * 1024 // 12))


def _deeply_nested(repo: Repo) -> None:
    repo.config("a = " + "[" * 50_000 + "]" * 50_000)


def _not_text(repo: Repo) -> None:
    repo.config("")
    (repo.root / ".gofigure.toml").write_bytes(bytes(range(256)) * 10)


def _a_fifo(repo: Repo) -> None:
    os.mkfifo(repo.root / ".gofigure.toml")


def _a_folder(repo: Repo) -> None:
    (repo.root / ".gofigure.toml").mkdir()


def _wrong_everywhere(repo: Repo) -> None:
    repo.config('[jobs.check]\nstages = ["t"]\non = ["never"]\n[stages.s]\nrun = 7\nsource = "("\nneeds = ["s"]\n')


def _damaged_index(repo: Repo) -> None:
    repo.config(CONFIG)
    repo.commit()
    (repo.root / ".git" / "index").write_bytes(b"DIRCnothing")


def _head_names_nothing(repo: Repo) -> None:
    repo.config(CONFIG)
    repo.commit()
    (repo.root / ".git" / "refs" / "heads" / "main").write_text("1" * 40 + "\n")


SURROUNDINGS = [
    _not_a_repository, _bare, _unborn, _conflict, _empty_configuration, _ten_megabytes, _deeply_nested, _not_text,
    _a_fifo, _a_folder, _wrong_everywhere, _damaged_index, _head_names_nothing,
]  # fmt: skip


@pytest.mark.parametrize("surroundings", SURROUNDINGS, ids=lambda make: make.__name__.strip("_"))
def test_every_command_has_a_defined_result(repo: Repo, surroundings: Callable[[Repo], None]) -> None:
    surroundings(repo)
    before = _files(repo.root)
    for command in _EVERY:
        done = repo.gofigure(command, *_WORDS.get(command, ()))
        _is_defined(done, command)
    after = _files(repo.root)
    assert {name: after.get(name) for name in before} == before, "something that was there is gone or changed"


@pytest.mark.parametrize("surroundings", SURROUNDINGS, ids=lambda make: make.__name__.strip("_"))
def test_and_says_it_to_programs(repo: Repo, surroundings: Callable[[Repo], None]) -> None:
    surroundings(repo)
    for command in ("run", "status", "history", "digest", "validate", "why"):
        done = repo.gofigure(command, *_WORDS.get(command, ()), "--json")
        _is_defined(done, command)
        answer = json.loads(done.stdout)
        assert done.returncode != 2 or "error" in answer or answer.get("problems"), done.stdout


@pytest.mark.parametrize("damage", ["HEAD", "objects"])
def test_a_damaged_repository_is_no_plain_folder(repo: Repo, damage: str) -> None:
    """Else its permission and its store would be begun anew, and be gone once it is mended."""
    repo.config(CONFIG)
    repo.gofigure("allow")
    assert repo.gofigure("run").returncode == 0
    place = repo.root / ".git" / damage
    place.rename(repo.root / "kept")
    for command in ("run", "allow", "status", "history"):
        done = repo.gofigure(command)
        assert done.returncode == 2, said(done)
        assert f"{repo.root}/.git is there, and yet git finds no repository" in said(done)
    (repo.root / "kept").rename(place)
    assert repo.json("run")["runs"][0]["verdict"] == "reused"


def test_a_configuration_that_is_a_link_to_nothing(repo: Repo) -> None:
    (repo.root / ".gofigure.toml").symlink_to("elsewhere.toml")
    for command in ("run", "validate", "status"):
        assert ".gofigure.toml is a link to elsewhere.toml, and nothing is there" in said(repo.gofigure(command))


PLACES: Mapping[str, Mapping[str, str | None]] = {
    "no HOME": {"HOME": None, "XDG_DATA_HOME": None},
    "LANG=C": {"LANG": "C", "LC_ALL": "C"},
    "a locale that does not exist": {"LANG": "xx_YY.UTF-8", "LC_ALL": "xx_YY.UTF-8"},
    "no PATH": {"PATH": None},
    "a PATH without git": {"PATH": "/nonexistent"},
    "TERM that is none": {"TERM": "\x1b[31m"},
    "COLUMNS that are none": {"COLUMNS": "many", "LINES": "-1"},
    "TZ that is none": {"TZ": "Nowhere/Never"},
    "a TMPDIR that is none": {"TMPDIR": "/nonexistent"},
}


@pytest.mark.parametrize("place", PLACES)
def test_in_an_environment_that_says_little(repo: Repo, place: str) -> None:
    repo.config(CONFIG)
    repo.write("dé\x7f", "1\n")
    repo.gofigure("allow")
    env = {**repo.env}
    for name, value in PLACES[place].items():
        env.pop(name, None) if value is None else env.__setitem__(name, value)
    elsewhere = Repo(repo.root, env, repo.command)
    for command in _EVERY:
        _is_defined(elsewhere.gofigure(command, *_WORDS.get(command, ())), command)


@pytest.mark.parametrize("name", ["x", "s ", "S", "-s", "--", "", "a" * 10_000, "s\nt", "é", "s\x1b[31m", "../s", "🙂"])
def test_names_that_nothing_has(repo: Repo, name: str) -> None:
    repo.config(CONFIG)
    repo.gofigure("allow")
    for command in ("run", "status", "why"):
        done = repo.gofigure(command, "--", name)
        assert done.returncode == 2, said(done)
        _is_defined(done, command)
        assert "\x1b" not in said(done)
        assert len(said(done)) < 2000
    assert "did you mean" in said(repo.gofigure("run", "ss"))


def test_an_expression_that_backtracks_for_ever(repo: Repo) -> None:
    repo.config('[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "true"\nsource = "(a+)+$"\n')
    repo.write("a" * 60 + "!", "1\n")
    repo.gofigure("allow")
    start = "import sys; from gofigure.snapshot import patience; patience.SECONDS = 0.3; from gofigure.cli import main;"
    quick = Repo(repo.root, repo.env, (repo.command[0], "-c", f"{start} sys.argv[0] = 'gofigure'; main()"))
    for command in ("run", "status"):
        done = quick.gofigure(command)
        assert done.returncode == 2, said(done)
        assert "(a+)+$" in said(done)
        assert "stages.s.source" in said(done)


@pytest.mark.parametrize("mask", ["000", "077", "777"])
def test_whatever_the_umask(repo: Repo, mask: str) -> None:
    repo.config(CONFIG)
    line = f"umask {mask}; {' '.join(repo.command)}"
    for command in ("allow", "run", "history", "install-hooks"):
        done = subprocess.run(
            ["sh", "-c", f"{line} {command}"], cwd=repo.root, env=dict(repo.env), capture_output=True, check=False
        )
        _is_defined(done, command)
    shown = json.loads(repo.gofigure("history", "--json").stdout)
    assert mask == "777" or shown["runs"][0]["verdict"] in ("passed", "reused")


def test_a_clock_that_jumps(repo: Repo, tmp_path: Path) -> None:
    """F10: the order of runs is that of their numbers; ages and durations are never negative, and a proof stays one."""
    repo.config(CONFIG)
    repo.gofigure("allow")
    jump = "import sys, time; real = time.time_ns; time.time_ns = lambda: real() + {0}; base = time.time;"
    jump += " time.time = lambda: base() + {0} / 1e9; from gofigure.cli import main; sys.argv[0] = 'gofigure'; main()"
    for years in (0, 10, -20, 0):
        far = Repo(repo.root, repo.env, (repo.command[0], "-c", jump.format(years * 365 * 86400 * 10**9)))
        for command in ("run", "status", "why", "history"):
            done = far.gofigure(command, *_WORDS.get(command, ()))
            _is_defined(done, command)
            assert done.returncode == 0, said(done)
            assert not re.search(r"(?<![\d])-\d", said(done)), said(done)
    states = [run["verdict"] for run in repo.json("history")["runs"]]
    assert states == ["reused", "reused", "reused", "passed"]


def _is_defined(done: Done, command: str) -> None:
    words = f"{command}: {done.stdout.decode(errors='replace')}{done.stderr.decode(errors='replace')}"
    assert done.returncode in (0, 1, 2), words
    assert "Traceback" not in words
    assert "a bug in gofigure" not in words
    if done.returncode == 2 and command != "doctor":
        assert b"gofigure: " in done.stderr or b"Usage: " in done.stderr or b'"problems"' in done.stdout, words


def _files(root: Path) -> dict[str, bytes]:
    """What stands in the working tree, and what git would lose last: the index, refs and HEAD."""
    found = {}
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in ("objects", "gofigure", "logs", "hooks", "info")]
        for name in names:
            place = Path(folder, name)
            if place.is_file() and not name.startswith(".gofigure-") and name != ".gofigure":
                found[str(place)] = place.read_bytes()
    return found


@pytest.mark.parametrize("words", ["history", "run"])
def test_ctrl_c_before_anything_has_begun(repo: Repo, words: str) -> None:
    """At an import, which is where the first moments go: no traceback then either."""
    start = "import sys, builtins; sys.argv = ['gofigure', *sys.argv[1:]]; from gofigure.cli import main\n"
    start += "real = builtins.__import__\ndef stop(name, *rest):\n    if name.startswith('gofigure.cli.'):\n"
    start += "        raise KeyboardInterrupt\n    return real(name, *rest)\nbuiltins.__import__ = stop\nmain()"
    done = Repo(repo.root, repo.env, (repo.command[0], "-c", start)).gofigure(words)
    assert (done.returncode, said(done)) == (130, "gofigure: interrupted\n")


DISABLED = "[jobs.j]\nstages = ['s']\nenabled = false\n[stages.s]\nrun = 'x'\n"


@pytest.mark.parametrize("text", ["", "[stages.s]\nrun = 'exit 1'\n", DISABLED], ids=["empty", "no job", "disabled"])
def test_nothing_to_run_is_no_pass(repo: Repo, text: str) -> None:
    repo.config(text)
    repo.gofigure("allow")
    done = repo.gofigure("run")
    assert done.returncode == 2
    assert "has no job to run" in said(done)


def test_a_number_beyond_all_measure(repo: Repo) -> None:
    repo.config(CONFIG)
    repo.gofigure("allow")
    _is_defined(repo.gofigure("history", "-n", "9223372036854775808"), "history")
