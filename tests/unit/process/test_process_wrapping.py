"""What argv becomes before it is handed to the system, and who is found in a process table."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gofigure.process.family import Family, Process, descendants, in_group, parse_ps
from gofigure.process.ladder import STEPS
from gofigure.process.spawn import CHANGE_FOLDER, CannotStart, which, wrap

if TYPE_CHECKING:
    from pathlib import Path

NAMES = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]))


def program(folder: Path, name: str = "tool", mode: int = 0o755) -> str:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return str(path)


def test_the_own_folder_needs_no_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = program(tmp_path)
    monkeypatch.chdir(tmp_path)
    for cwd in (None, str(tmp_path), os.fsencode(tmp_path), "."):
        assert wrap(["tool", "-x", b"\xff"], env={"PATH": str(tmp_path)}, cwd=cwd) == [tool, "-x", b"\xff"]


@given(st.lists(NAMES, max_size=5))
def test_another_folder_is_an_argument_never_text(arguments: list[str]) -> None:
    assert wrap(["/bin/sh", *arguments], env={}, cwd="/usr") == [
        "/bin/sh", "-c", CHANGE_FOLDER, "sh", "/usr", "/bin/sh", *arguments
    ]  # fmt: skip


def test_names_are_searched_as_the_child_would_see_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    (tmp_path / "bin").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "tool").mkdir()  # a folder of that name is no program
    tool = program(tmp_path / "bin")
    path = os.pathsep.join([str(tmp_path / "empty"), "bin"])
    assert which("tool", path, str(tmp_path)) == tool
    assert which("./bin/tool", "", str(tmp_path)) == f"{tmp_path}/./bin/tool"
    assert which(b"tool", str(tmp_path / "bin")) == tool
    with pytest.raises(CannotStart, match="not found on PATH"):
        which("tool", path)


def test_refusals_say_why(tmp_path: Path) -> None:
    program(tmp_path, "plain", 0o644)
    for name, words in (
        ("plain", "not executable"),
        ("./plain", "not executable"),
        ("./nothing", "there is no file"),
        ("./", "is a folder"),
        ("", "not a program name"),
        ("a\0b", "not a program name"),
    ):
        with pytest.raises(CannotStart, match=words):
            which(name, str(tmp_path), str(tmp_path))
    with pytest.raises(CannotStart, match="argument list is empty"):
        wrap([], env={})
    with pytest.raises(CannotStart, match="there is no folder"):
        wrap(["/bin/sh"], env={}, cwd="/nowhere/at/all")


def row(pid: int, parent: int, group: int = 0, *, start: bytes = b"1", dead: bool = False) -> Process:
    return Process(pid, parent, group or pid, group or pid, start, dead, leaving=dead)


def test_descendants_and_groups_leave_out_the_dead() -> None:
    rows = [row(10, 2), row(11, 10, 10), row(12, 11), row(13, 12, 10, dead=True), row(14, 3)]
    known = {process.pid: process for process in rows}
    assert descendants(10, known) == {11, 12}
    assert in_group(10, known) == {10, 11}


def test_a_family_does_not_follow_a_number_to_a_stranger() -> None:
    family = Family([10], [10])
    first = [row(10, 2), row(11, 10, 10), row(12, 11)]
    assert family({process.pid: process for process in first}) == {10, 11, 12}
    assert family({12: row(12, 1)}) == set()  # all that named them is gone

    family = Family([10])
    assert family({10: row(10, 2)}) == {10}
    reused = [row(10, 2, start=b"2"), row(15, 10)]
    assert family({process.pid: process for process in reused}) == set()


def test_a_family_never_holds_this_process_or_what_is_above_it() -> None:
    us, parent = os.getpid(), os.getppid()
    rows = [row(parent, 1), row(us, parent), row(70_000_001, us, 70_000_001)]
    beside = Process(70_000_002, parent, os.getpgrp(), os.getsid(0), b"1", dead=False, leaving=False)
    known = {process.pid: process for process in [*rows, beside]}
    assert Family([parent, us, 1], [us, os.getpgrp(), os.getsid(0), 0, 1])(known) == set()


def test_ps_output_of_both_systems() -> None:
    listing = (
        b"    1     0     1    0 Ss   Sun Nov 22 10:00:01 2026    \n"
        b"  502     1   502    0 Z+   Sun Nov  1 10:00:02 2026\nrubbish\n\n"
    )
    assert parse_ps(listing, lambda pid: pid) == {
        1: Process(1, 0, 1, 1, b"Sun Nov 22 10:00:01 2026", dead=False, leaving=False),
        502: Process(502, 1, 502, 502, b"Sun Nov  1 10:00:02 2026", dead=True, leaving=True),
    }


def test_the_ladder_ends_in_kill_within_the_promised_time() -> None:
    assert STEPS[-1][0] == signal.SIGKILL
    assert sum(seconds for _, seconds in STEPS[:-1]) <= 7
