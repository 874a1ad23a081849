"""One engine for each working tree: its place, what others see of it, what they can ask."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from pathlib import Path

import pytest
from support.rig import Rig, Running, until

from gofigure.errors import StoreUnwritable
from gofigure.watch.place import Place, send, state_of
from gofigure.watch.state import Command, JobState, State

# Takes the place, says so, and shows what it is asked until it is told to quit.
ENGINE = """
import os, select, sys
from gofigure.watch.place import Place
from gofigure.watch.state import State
place = Place(sys.argv[1])
print("engine" if place.take() else "taken", flush=True)
if place.fileno() < 0:
    sys.exit(1)
place.publish(State(os.getpid(), "/there"))
print("published", flush=True)
while True:
    select.select([place.fileno()], [], [])
    for command in place.read():
        print(*command, flush=True)
        if command.kind == "quit":
            place.leave()
            sys.exit(0)
"""


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "git-dir" / "gofigure")


def engine(rig: Rig, folder: str) -> Running:
    return rig.start_program([sys.executable, "-c", ENGINE, folder], rig.folder, os.environ)


def test_one_is_the_engine_and_all_see_it(rig: Rig, folder: str) -> None:
    assert state_of(folder) is None
    assert not send(folder, Command("run"))
    first = engine(rig, folder)
    first.until_says(b"published")
    assert state_of(folder) == State(first.pid, "/there")
    assert not Place(folder).take()
    second = engine(rig, folder)
    assert second.finish() == 1
    assert b"taken" in second.output
    assert send(folder, Command("run", "a job\n of 日本"))
    first.until_says("run a job\n of 日本".encode())
    assert send(folder, Command("quit"))
    assert first.finish() == 0
    assert state_of(folder) is None
    assert not send(folder, Command("run"))
    assert os.listdir(folder) == ["watch"]


def test_kill_leaves_nothing_that_matters(rig: Rig, folder: str) -> None:
    for _ in range(3):
        killed = engine(rig, folder)
        killed.until_says(b"published")
        os.kill(killed.pid, signal.SIGKILL)
        assert killed.finish() == -signal.SIGKILL
        assert state_of(folder) is None
        assert not send(folder, Command("run")), "nobody reads"
        place = Place(folder)
        assert place.take()
        assert state_of(folder) == State(os.getpid(), ""), "and nothing of the one before"
        place.leave()


def test_of_many_at_once_one_is_the_engine(rig: Rig, folder: str) -> None:
    several = {one.pid: one for one in [engine(rig, folder) for _ in range(6)]}
    until(lambda: (state_of(folder) or State(0, "")).root, what="its state is there")
    state = state_of(folder)
    assert state is not None
    winner = several.pop(state.pid)
    for loser in several.values():
        assert loser.finish() == 1
    assert send(folder, Command("quit"))
    assert winner.finish() == 0


def test_those_who_look_keep_nobody_from_taking_the_place(rig: Rig, folder: str) -> None:
    place = Place(folder)
    assert place.take()
    place.leave()
    looks = "import sys\nfrom gofigure.watch.place import state_of\nprint('looks', flush=True)\n"
    looks += "while True: state_of(sys.argv[1])"
    lookers = [rig.start_program([sys.executable, "-c", looks, folder], rig.folder, os.environ) for _ in range(2)]
    for looker in lookers:
        looker.until_says(b"looks")
    for _ in range(200):
        assert place.take()
        place.leave()


def test_two_who_look_see_no_engine_in_each_other(rig: Rig, folder: str) -> None:
    place = Place(folder)
    assert place.take()
    place.leave()
    fd = os.open(os.path.join(folder, "watch"), os.O_RDWR)
    fcntl.flock(fd, fcntl.LOCK_SH)
    assert state_of(folder) is None
    os.close(fd)


JUNK = [
    b"",
    b"x",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"{}",
    b'{"kind": "format", "job": ""}',
    b'{"kind": "run", "job": 1}',
    b"[" * 3000,
    b"{" * 100_000,
    b'{"kind": "run", "job": "' + b"j" * 5000 + b'"}',
]


@pytest.mark.parametrize("junk", JUNK)
def test_junk_is_passed_over(folder: str, junk: bytes) -> None:
    place = Place(folder)
    assert place.take()
    fd = os.open(os.path.join(folder, "watch.in"), os.O_WRONLY | os.O_NONBLOCK)
    heard = []
    for at in range(0, len(junk) + 1, 4096):
        os.write(fd, (junk + b"\n")[at : at + 4096])
        heard += place.read()
    assert send(folder, Command("cancel", "check"))
    assert [*heard, *place.read()] == [Command("cancel", "check")]
    assert place.read() == []
    os.close(fd)
    place.leave()


def test_a_line_without_an_end_is_not_kept(folder: str) -> None:
    place = Place(folder)
    assert place.take()
    fd = os.open(os.path.join(folder, "watch.in"), os.O_WRONLY | os.O_NONBLOCK)
    for _ in range(10):
        os.write(fd, b"x" * 10_000)
        assert place.read() == []
        assert len(place._heard) < 5000
    os.close(fd)
    place.leave()


def test_a_command_that_would_not_arrive_whole_is_not_sent(folder: str) -> None:
    place = Place(folder)
    assert place.take()
    assert not send(folder, Command("run", "j" * 5000))
    while send(folder, Command("run", "j" * 1000)):
        continue  # until it is full: then nobody waits
    assert len(place.read()) > 10
    assert send(folder, Command("run"))
    place.leave()


@pytest.mark.parametrize("name", ["watch", "watch.json", "watch.in"])
def test_links_are_not_followed(folder: str, tmp_path: Path, name: str) -> None:
    mine = tmp_path / "mine"
    mine.write_text("precious")
    os.makedirs(folder)
    os.symlink(mine, os.path.join(folder, name))
    assert state_of(folder) is None
    assert not send(folder, Command("run"))
    place = Place(folder)
    if name == "watch":
        with pytest.raises(StoreUnwritable):
            place.take()
    else:
        assert place.take()
        place.publish(State(1, "/there"))
        assert state_of(folder) == State(1, "/there")
        assert send(folder, Command("run"))
    place.leave()
    assert mine.read_text() == "precious"


@pytest.mark.parametrize("make", ["file", "folder", "link"])
def test_what_is_put_in_the_way_later_is_no_state_and_takes_no_command(folder: str, tmp_path: Path, make: str) -> None:
    place = Place(folder)
    assert place.take()
    for name in ("watch.json", "watch.in"):
        path = os.path.join(folder, name)
        if os.path.lexists(path):
            os.unlink(path)
        if make == "folder":
            os.mkdir(path)
        elif make == "link":
            os.symlink(tmp_path, path)
        else:
            Path(path).write_text('{"pid": "x", "root": 7, "jobs": []}')
    assert state_of(folder) == State(os.getpid(), "")
    assert not send(folder, Command("run"))
    place.publish(State(1, "/there"))
    place.leave()


def test_nothing_is_made_anew_once_the_folder_is_gone(folder: str, tmp_path: Path) -> None:
    place = Place(folder)
    assert place.take()
    os.rename(tmp_path / "git-dir", tmp_path / "away")
    place.publish(State(1, "/there"))
    place.leave()
    assert not os.path.exists(folder)


def test_while_something_runs_not_every_step_is_written_and_the_end_is(folder: str) -> None:
    place = Place(folder)
    assert place.take()
    for stage in range(50):
        place.publish(State(1, "/r", jobs=(JobState("check", running=(str(stage),), since_ns=1),)))
    seen = state_of(folder)
    assert seen is not None
    assert seen.jobs[0].running == ("0",)
    place.publish(State(1, "/r", jobs=(JobState("check", "passed"),)))
    seen = state_of(folder)
    assert seen is not None
    assert seen.jobs[0].verdict == "passed"
    place.leave()
