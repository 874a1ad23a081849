"""The watcher on a terminal: a real pty, keys, a pager, a second one that looks on. Its engine is the test's."""

from __future__ import annotations

import os
import re
import signal
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import alive, until
from support.screen import Terminal
from support.scripted import Engine

from gofigure.watch.state import Command, JobState, State

NOW = 1_790_000_000 * 1_000_000_000
PASSED = JobState("check", "passed", "a.py changed", 3, NOW, 1.2)
FAILED = JobState(
    "unit", "failed", "b.py changed", 4, NOW, 0.5, failed=("go",), excerpt=("first line", "E   assert 1 == 2")
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = Engine(tmp_path)
    yield made
    made.close()


@pytest.fixture
def project(repo: Repo) -> Repo:
    repo.config('[jobs.check]\non = ["change"]\nstages = ["go"]\n[stages.go]\nrun = "echo the log of it; exit 1"\n')
    assert repo.gofigure("allow").returncode == 0
    return repo


def state(*jobs: JobState, **more: object) -> State:
    given = {"branch": "main", "backend": "inotify, 9 folders", "ready": True, **more}
    return State(1, "/home/me/repo", jobs=jobs, **given)  # type: ignore[arg-type]


@contextmanager
def watching(
    repo: Repo,
    engine: Engine,
    *args: str,
    size: tuple[int, int] = (80, 24),
    env: Mapping[str, str] = {},
    program: list[str] | None = None,
    **how: bool,
) -> Iterator[Terminal]:
    argv = program or [*engine.program, "watch", *args]
    terminal = Terminal(argv, repo.root, {**repo.env, **engine.env, **env}, size=size, **how)
    try:
        yield terminal
    finally:
        terminal.close()


def modes(terminal: Terminal) -> bool:
    """Whether the terminal shows what is typed, line by line."""
    local = termios.tcgetattr(terminal._master)[3]
    both = termios.ICANON | termios.ECHO
    return bool(local & both == both)


def shown(terminal: Terminal, words: str) -> list[str]:
    return [line for line in terminal.lines if words in line]


def test_it_is_drawn_in_place_and_the_last_state_stays(project: Repo, engine: Engine) -> None:
    with watching(project, engine) as terminal:
        engine.began()
        for number in range(30):
            engine.show(state(PASSED._replace(run=number, reason=f"change {number}")))
        engine.show(state(PASSED, FAILED))
        terminal.until("E   assert 1 == 2")
        terminal.until("r run  c cancel")
        assert terminal.lines[0] == "/home/me/repo (main)  inotify, 9 folders"
        assert len(shown(terminal, "✓ check  passed   1.2 s")) == 1
        assert not modes(terminal)
        terminal.type(b"q")
        assert engine.asked() == Command("quit")
        assert terminal.finish() == 0
        assert terminal.lines[-1] == "| E   assert 1 == 2"
        assert not shown(terminal, "r run")
        assert len(shown(terminal, "✓ check")) == 1
        assert modes(terminal)


def test_keys(project: Repo, engine: Engine) -> None:
    with watching(project, engine) as terminal:
        engine.began()
        engine.show(state(PASSED, FAILED))
        terminal.until("✗ unit   failed  500 ms")
        for keys, command in [
            (b"r", Command("run")),
            (b"jr", Command("run", "check")),
            (b"\x1b[Bc", Command("cancel", "unit")),
            (b"jjkp", Command("pause")),
            (b"r", Command("run", "check")),
            (b"xyz\x1b[200~\xff\x1bOPA", None),
            (b"\x1b", None),
        ]:
            terminal.type(keys)
            if command is not None:
                assert engine.asked() == command
        terminal.until("  ✓ check")
        terminal.type(b"c")
        assert engine.asked() == Command("cancel")
        terminal.type(b"?")
        terminal.until("choose a job")
        terminal.type(b"?")
        terminal.until("| first line")
        assert not shown(terminal, "choose a job")


@pytest.mark.parametrize("size", [(20, 3), (20, 5), (40, 10), (200, 50), (10, 2)])
def test_any_size_shows_what_fits_and_scrolls_nothing_away(
    project: Repo, engine: Engine, size: tuple[int, int]
) -> None:
    many = [PASSED._replace(job=f"a-job-with-a-name-{number}") for number in range(30)]
    with watching(project, engine, size=size) as terminal:
        engine.began()
        for _ in range(5):
            engine.show(state(*many, FAILED, degraded="a limit was reached " * 3, trouble="line 3: no\nline 4: no"))
        engine.show(state(FAILED, branch="end"))
        terminal.until("unit" if size[0] > 5 else "✗")
        if size[0] > 15 and size[1] > 2:
            terminal.until("end")
        assert not terminal.screen.history.top, terminal.text
        assert max(map(len, terminal.lines)) < size[0]


def test_another_size_is_seen_at_once(project: Repo, engine: Engine) -> None:
    with watching(project, engine) as terminal:
        engine.began()
        engine.show(state(PASSED._replace(reason="word " * 30)))
        terminal.until("…")
        terminal.resize(200, 24)
        terminal.until("word " * 29 + "word")
        assert len(shown(terminal, "check  passed")) == 1


@pytest.mark.parametrize("end", [b"\x03", signal.SIGTERM, signal.SIGHUP, "error"])
def test_the_terminal_is_in_order_whichever_way_it_ends(project: Repo, engine: Engine, end: bytes | int | str) -> None:
    with watching(project, engine) as terminal:
        engine.began()
        engine.show(state(FAILED))
        terminal.until("q quit")
        assert not modes(terminal)
        if isinstance(end, bytes):
            terminal.type(end)
        elif isinstance(end, str):
            engine.say("error")
        else:
            terminal.kill(end)
        assert terminal.finish() == (2 if end == "error" else 130)
        assert modes(terminal)
        assert len(shown(terminal, "| E   assert 1 == 2")) == 1
        assert terminal.lines[-1 - (end == "error")] == {"error": "gofigure: the folder has gone"}.get(
            str(end), "gofigure: interrupted"
        ), terminal.lines


def test_stopped_by_a_signal_that_nobody_hears(project: Repo, engine: Engine) -> None:
    with watching(project, engine) as terminal:
        pid = engine.began()
        engine.show(state(PASSED))
        terminal.until("q quit")
        before = termios.tcgetattr(terminal._master)
        os.kill(pid, signal.SIGSTOP)
        before[3] |= termios.ICANON | termios.ECHO
        termios.tcsetattr(terminal._master, termios.TCSANOW, before)
        os.kill(pid, signal.SIGCONT)
        until(lambda: not modes(terminal), what="keys come at once")
        terminal.type(b"r")
        assert engine.asked() == Command("run")


STOPPABLE = ["sh", "-c", 'set -m; "$@"; echo stopped; read line; fg', "sh"]


def test_stopped_and_going_on(project: Repo, engine: Engine) -> None:
    """As under a shell with job control."""
    with watching(project, engine, program=[*STOPPABLE, *engine.program, "watch"]) as terminal:
        pid = engine.began()
        engine.show(state(PASSED))
        terminal.until("q quit")
        terminal.type(b"\x1a")
        terminal.until("stopped")
        assert modes(terminal)
        terminal.type(b"go\n")
        terminal.until("q quit", lines=2)
        until(lambda: not modes(terminal), what="keys come at once")
        terminal.type(b"r")
        assert engine.asked() == Command("run")
        terminal.type(b"q")
        assert engine.asked() == Command("quit")
        assert terminal.finish() == 0
        assert pid


def test_without_a_shell_nothing_stops_it(project: Repo, engine: Engine) -> None:
    """`tmux new-window gofigure watch`: nobody could start it again."""
    with watching(project, engine) as terminal:
        engine.began()
        engine.show(state(PASSED))
        terminal.until("q quit")
        terminal.type(b"\x1ar")
        assert engine.asked() == Command("run")
        assert not modes(terminal)


PAGER = """
import os, signal, sys, termios
signal.signal(signal.SIGINT, lambda *_: os.write(1, b"the pager got INT\\n"))  # it may come while print is at work
print(open(sys.argv[1]).read(), "pid", os.getpid())
print("line by line" if termios.tcgetattr(0)[3] & termios.ICANON else "key by key", flush=True)
while (line := sys.stdin.readline()) != "q\\n":
    print("read", line, flush=True)
"""


@pytest.fixture
def pager(project: Repo) -> str:
    return f"{sys.executable} {project.write('../pager', PAGER)}"


def failed_run(project: Repo) -> int:
    assert project.gofigure("run").returncode == 1
    run: int = project.json("history")["runs"][0]["run"]
    return run


def test_a_log_has_the_terminal_while_the_engine_goes_on(project: Repo, engine: Engine, pager: str) -> None:
    run = failed_run(project)
    with watching(project, engine, env={"PAGER": pager}) as terminal:
        engine.began()
        engine.show(state(FAILED._replace(run=run)))
        terminal.until("q quit")
        terminal.type(b"l")
        terminal.until("the log of it")
        terminal.until("line by line")
        terminal.type(b"r\n")
        terminal.until("read r")
        terminal.type(b"\x03")
        terminal.until("the pager got INT")
        terminal.type(b"\x1a\nnot stopped\n")
        terminal.until("read not stopped")
        engine.show(state(PASSED, branch="other"))
        terminal.type(b"q\n")
        terminal.until("(other)")
        terminal.until("q quit")
        assert not modes(terminal)
        terminal.type(b"r")
        assert engine.asked() == Command("run"), "and not the one that the pager read"


def test_a_stage_that_asks_has_the_terminal_alone(project: Repo, engine: Engine) -> None:
    with watching(project, engine) as terminal:
        engine.began()
        engine.show(state(PASSED))
        terminal.until("q quit")
        engine.say("ask")
        terminal.until("what?")
        assert modes(terminal)
        assert not shown(terminal, "q quit")
        engine.show(state(FAILED))
        terminal.type(b"ccc\n")
        terminal.until("ccc")  # as the terminal shows it
        engine.say("asked")
        terminal.until("said ccc")
        terminal.until("| E   assert 1 == 2")
        terminal.until("q quit")
        assert not modes(terminal)
        assert shown(terminal, "what?")
        terminal.type(b"p")
        assert engine.asked() == Command("pause"), "the letter was for the stage"


def test_the_log_of_the_real_less(project: Repo, engine: Engine) -> None:
    run = failed_run(project)
    with watching(project, engine) as terminal:
        engine.began()
        engine.show(state(FAILED._replace(run=run)))
        terminal.until("q quit")
        terminal.type(b"l")
        terminal.until("the log of it")
        terminal.type(b"q")
        terminal.until("q quit")
        terminal.type(b"p")
        assert engine.asked() == Command("pause")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
def test_a_log_goes_with_it(project: Repo, engine: Engine, pager: str, end: int) -> None:
    run = failed_run(project)
    with watching(project, engine, env={"PAGER": pager}) as terminal:
        engine.began()
        engine.show(state(FAILED._replace(run=run)))
        terminal.until("q quit")
        terminal.type(b"l")
        terminal.until("line by line")
        terminal.kill(end)
        assert terminal.finish() == 130
        assert modes(terminal)
        assert terminal.lines[-1] == "gofigure: interrupted"


def test_a_log_does_not_outlive_it_and_the_shell_gets_its_terminal_back(
    project: Repo, engine: Engine, pager: str
) -> None:
    run = failed_run(project)
    shell = ["sh", "-c", '"$@"; echo over; read line; echo "the shell read $line"', "sh"]
    with watching(project, engine, env={"PAGER": pager}, program=[*shell, *engine.program, "watch"]) as terminal:
        pid = engine.began()
        engine.show(state(FAILED._replace(run=run)))
        terminal.until("q quit")
        terminal.type(b"l")
        terminal.until("line by line")
        (told,) = shown(terminal, "pid ")
        assert alive(int(told.rpartition(" ")[2]))
        os.kill(pid, signal.SIGTERM)
        terminal.until("over")
        assert not alive(int(told.rpartition(" ")[2]))
        terminal.type(b"words\n")
        terminal.until("the shell read words")
        assert terminal.finish() == 0


@pytest.mark.parametrize(
    ("pager", "said"), [("/no/pager", "there is no file /no/pager"), ("'", "the log of it"), ("nosuch", "not found")]
)
def test_a_pager_that_cannot_be_had(project: Repo, engine: Engine, pager: str, said: str) -> None:
    run = failed_run(project)
    with watching(project, engine, env={"PAGER": pager}) as terminal:
        engine.began()
        engine.show(state(FAILED._replace(run=run)))
        terminal.until("q quit")
        terminal.type(b"l")
        terminal.until(said)


def test_no_log(project: Repo, engine: Engine) -> None:
    with watching(project, engine) as terminal:
        engine.began()
        engine.show(state(PASSED._replace(run=77)))
        terminal.until("q quit")
        terminal.type(b"l")
        terminal.until("nothing has failed")
        terminal.type(b"jl")
        terminal.until("there is no run 77")
        engine.show(state(PASSED._replace(run=0)))
        terminal.type(b"l")
        terminal.until("it has not run yet")
        terminal.type(b"?")
        terminal.until("choose a job")
        assert not shown(terminal, "it has not run yet")


@pytest.mark.parametrize("how", ["quit", "kill"])
def test_a_second_one_looks_on_and_takes_over(project: Repo, engine: Engine, how: str) -> None:
    with watching(project, engine) as first:
        pid = engine.began()
        engine.show(state(PASSED))
        first.until("q quit")
        looks_on_and_takes_over(project, engine, first, pid, how)


def looks_on_and_takes_over(project: Repo, engine: Engine, first: Terminal, pid: int, how: str) -> None:
    with watching(project, engine) as second:
        second.until(f"looking at {pid}")
        second.until("✓ check  passed")
        second.type(b"jr")
        assert engine.asked() == Command("run", "check")
        engine.show(state(FAILED))
        second.until("| E   assert 1 == 2")
        if how == "kill":
            os.kill(pid, signal.SIGKILL)
        else:
            first.type(b"q")
            assert engine.asked() == Command("quit")
        other = engine.began()
        assert other != pid
        second.until(f"the watcher (process {pid}) has gone; this one goes on in its place")
        engine.show(state(FAILED, branch="new"))
        second.until("(new)")
        assert not shown(second, "looking at")
        second.type(b"q")
        assert engine.asked() == Command("quit")
        assert second.finish() == 0


def test_who_only_looks_on_ends_nothing(project: Repo, engine: Engine) -> None:
    with watching(project, engine) as first:
        pid = engine.began()
        engine.show(state(PASSED))
        with watching(project, engine) as second:
            second.until(f"looking at {pid}")
            second.type(b"q")
            assert second.finish() == 0
            assert modes(second)
        first.type(b"r")
        assert engine.asked() == Command("run")


def test_of_several_who_look_on_one_takes_over(project: Repo, engine: Engine) -> None:
    with (
        watching(project, engine) as first,
        watching(project, engine) as second,
        watching(project, engine) as third,
    ):
        pid = engine.began()
        engine.show(state(PASSED))
        os.kill(pid, signal.SIGKILL)
        other = engine.began()
        engine.show(state(PASSED, branch="new"))
        for one in (first, second, third):
            if one._process.pid == other:
                one.until("(new)")
            elif one._process.pid != pid:
                one.until(f"looking at {other}")


def test_no_colours_no_letters(project: Repo, engine: Engine) -> None:
    with watching(
        project, engine, env={"NO_COLOR": "1", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    ) as terminal:
        engine.began()
        engine.show(state(PASSED._replace(reason="日本語"), FAILED, degraded="slow"))
        terminal.until("| E   assert 1 == 2")
        assert shown(terminal, "+ check")
        assert shown(terminal, "x unit")
        assert not re.search(rb"\x1b\[\d*m", terminal.raw)
        assert terminal.raw.isascii()


def test_without_a_keyboard_it_only_shows(project: Repo, engine: Engine) -> None:
    with watching(project, engine, stdin=False) as terminal:
        engine.began()
        engine.show(state(PASSED))
        terminal.until("✓ check")
        assert not shown(terminal, "q quit")
        terminal.kill(signal.SIGTERM)
        assert terminal.finish() == 130


EVIL = "evil\x1b[2J\x1b]0;t\x07\n\x9b31m\u202e日本語\t\r" + "x" * 300


def test_nothing_from_outside_reaches_the_terminal_as_it_is(project: Repo, engine: Engine) -> None:
    job = JobState(EVIL, EVIL, EVIL, 1, NOW, 1.0, (EVIL,), 0, (EVIL,), EVIL, (EVIL,), (EVIL,))
    failed = job._replace(job=f"f{EVIL}", verdict="failed", held="", stale=())
    running = job._replace(job=f"r{EVIL}", since_ns=1)
    evil = State(1, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, jobs=(job, failed, running), notes=(EVIL,))
    with watching(project, engine, size=(80, 60)) as terminal:
        engine.began()
        engine.show(evil)
        terminal.until("q quit")
        terminal.type(b"j")
        terminal.until(">")
        ours = r"\x1b\[(\d{1,2}m|\d+A|[JK]|\?7[hl])|\r|\n"
        left = re.sub(ours, "", terminal.raw.decode())
        assert left.isprintable(), ascii(left)
