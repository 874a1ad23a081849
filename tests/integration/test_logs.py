"""`gofigure logs`: the very bytes, now and while they come."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import threading
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import Rig, said

ODD = b"\\033[31mred\\033[0m \\033]0;title\\007 \\000\\377 no end"
RAW = b"\x1b[31mred\x1b[0m \x1b]0;title\x07 \x00\xff no end"


def _project(repo: Repo, stages: str, *names: str) -> Repo:
    repo.config(f"[jobs.j]\nstages = {json.dumps(list(names))}\n{stages}")
    repo.write("a", "1\n")
    assert repo.gofigure("allow").returncode == 0
    return repo


@pytest.fixture
def three(repo: Repo) -> Repo:
    """One stage prints odd bytes, one fails, one prints nothing; they have run."""
    _project(
        repo,
        f"[stages.odd]\nrun = '''printf '{ODD.decode()}' '''\n[stages.bad]\nrun = 'echo oh; exit 3'\nneeds = ['odd']\n"
        "[stages.still]\nrun = 'true'\n",
        "odd",
        "still",
        "bad",
    )
    assert repo.gofigure("run").returncode == 1
    return repo


def test_one_stage_is_byte_exact(three: Repo) -> None:
    for args in (["1", "odd"], ["last", "odd"], ["odd"], ["-f", "odd"], ["last", "odd", "-f"]):
        assert three.gofigure("logs", *args).stdout == RAW, args


def test_of_several_each_has_a_header_in_the_order_of_the_run(three: Repo) -> None:
    done = three.gofigure("logs")
    assert done.stdout == b"==> odd (passed) <==\n" + RAW + b"\n==> bad (failed, exit code 3) <==\noh\n"
    assert done.returncode == 0


def test_a_stage_alone_means_when_it_was_executed_last(three: Repo) -> None:
    assert three.gofigure("run", "odd").returncode == 0  # reused: run 2 printed nothing
    assert three.gofigure("logs", "odd").stdout == RAW
    nothing = three.gofigure("logs", "last", "odd")
    assert nothing.stdout == b""
    assert "odd has no log in run 2: reused; proven in run 1" in said(nothing)
    assert three.gofigure("logs", "last-1", "odd").stdout == RAW


def test_paths_and_json(three: Repo) -> None:
    paths = three.gofigure("logs", "--path").stdout.decode().splitlines()
    assert [Path(path).name for path in paths] == ["odd.log", "bad.log"]
    assert Path(paths[0]).read_bytes() == RAW
    told = three.json("logs", "1")
    assert [(stage["stage"], stage["verdict"], len(stage["logs"])) for stage in told["stages"]] == [
        ("odd", "passed", 1),
        ("still", "passed", 0),
        ("bad", "failed", 1),
    ]
    assert told["stages"][0]["logs"][0] == {"path": paths[0], "attempt": 1, "command": 1, "bytes": len(RAW)}


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["2"], "there is no run 2"),
        (["9" * 5000], "there is no run 9"),
        (["last-7"], "there is no last-7 run"),
        (["od"], "did you mean 'odd'?"),
        (["1", "od"], "did you mean 'odd'?"),
        (["-f", "--json"], "--follow prints"),
    ],
)
def test_what_is_asked_for_and_not_there(three: Repo, args: list[str], words: str) -> None:
    done = three.gofigure("logs", *args)
    assert (done.returncode, done.stdout[:1] in (b"", b"{")) == (2, True)
    assert words in said(done)


def test_before_anything_has_run(repo: Repo) -> None:
    _project(repo, "[stages.s]\nrun = 'true'\n", "s")
    assert "nothing has run" in said(repo.gofigure("logs"))
    assert repo.gofigure("logs").returncode == 2


def test_logs_that_were_removed_say_so(three: Repo) -> None:
    shutil.rmtree(three.root / ".git/gofigure/runs/1")
    done = three.gofigure("logs")
    assert done.returncode == 2
    assert "what odd, bad printed in run 1 has been removed" in said(done)
    assert three.gofigure("logs", "1", "odd").returncode == 2
    assert three.json("logs", "1")["stages"][0]["removed"] is True
    assert "has no log in run 1" in said(three.gofigure("logs", "1", "still"))


def test_attempts_and_commands_come_in_their_order(repo: Repo) -> None:
    """Two locations are two parts; the one that fails is tried twice."""
    (repo.root / "p").mkdir()
    (repo.root / "q").mkdir()
    repo.write("p/Makefile", "all:\n\t@echo p $$(date +%s%N); true\n")
    repo.write("q/Makefile", "all:\n\t@echo q $$(date +%s%N); test -e ../again || { touch ../again; false; }\n")
    _project(repo, "[stages.m]\ntarget = 'make'\nlocations = ['p', 'q']\nretries = 1\n", "m")
    assert repo.gofigure("run").returncode == 0, said(repo.gofigure("logs"))
    words = [line.split()[0] for line in repo.gofigure("logs", "m").stdout.decode().splitlines() if line[1] == " "]
    assert words == ["p", "q", "q"]
    files = repo.json("logs", "1", "m")["stages"][0]["logs"]
    assert [(file["attempt"], file["command"]) for file in files] == [(1, 1), (1, 2), (2, 2)]


def test_following_from_the_first_byte_to_the_verdict(repo: Repo, rig: Rig) -> None:
    first, second = rig.gate("first"), rig.gate("second")
    _project(repo, f"[stages.s]\nrun = '''echo one; {first.sh}; printf two; {second.sh}; exit 3'''\n", "s")
    run = rig.start(repo, "run")
    first.arrive()
    following = rig.start(repo, "logs", "-f", "s")
    following.until_says(b"one\n")
    first.open()
    second.arrive()
    following.until_says(b"two")  # before its line ends
    second.open()
    assert following.finish() == 0
    assert following.output.startswith(b"one\ntwos: failed, exit code 3 in ")
    assert run.finish() == 1


def test_following_waits_for_a_stage_that_has_not_begun(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    _project(repo, f"[stages.s]\nrun = '''{gate.sh}'''\n[stages.t]\nrun = 'echo here'\nneeds = ['s']\n", "s", "t")
    run = rig.start(repo, "run")
    gate.arrive()
    following = rig.start(repo, "logs", "last", "t", "--follow")
    whole = rig.start(repo, "logs", "-f")
    gate.open()
    assert following.finish() == 0
    assert following.output.startswith(b"here\nt: passed in ")
    assert whole.finish() == 0
    assert whole.output.startswith(b"==> t <==\nhere\nt: passed in ")
    assert run.finish() == 0


def test_lines_of_several_stages_stay_whole(repo: Repo, rig: Rig) -> None:
    a, b, c = rig.gate("a"), rig.gate("b"), rig.gate("c")
    _project(
        repo,
        f"[stages.s]\nrun = '''printf beg; {a.sh}; echo in; {c.sh}'''\n"
        f"[stages.t]\nrun = '''{b.sh}; echo between; {c.sh}; printf last'''\n",
        "s",
        "t",
    )
    run = rig.start(repo, "run", "-j2")
    a.arrive()
    b.arrive()
    following = rig.start(repo, "logs", "-f")
    b.open()
    following.until_says(b"between\n")
    a.open()
    following.until_says(b"begin\n")
    c.open()
    c.open()
    assert following.finish() == 0
    assert following.output.startswith(b"==> t <==\nbetween\n==> s <==\nbegin\n")
    assert b"==> t <==\nlast\n" in following.output
    assert run.finish() == 0


def test_following_ends_when_the_run_is_killed(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    _project(repo, f"[stages.s]\nrun = '''echo one; {gate.sh}'''\n", "s")
    run = rig.start(repo, "run")
    gate.arrive()
    following = rig.start(repo, "logs", "-f")
    following.until_says(b"one\n")
    os.kill(run.pid, signal.SIGKILL)
    assert following.finish() == 0
    assert b"s: interrupted (gofigure itself was killed)" in following.output
    assert repo.json("history")["runs"][0]["verdict"] == "interrupted"


def test_following_in_another_working_tree(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    _project(repo, f"[stages.s]\nrun = '''echo one; {gate.sh}'''\n", "s")
    repo.commit("one")
    repo.git("worktree", "add", "-q", "../linked")
    linked = repo.at(repo.root.parent / "linked")
    run = rig.start(linked, "run")
    gate.arrive()
    following = rig.start(repo, "logs", "1", "-f")
    following.until_says(b"one\n")
    os.kill(run.pid, signal.SIGKILL)
    assert following.finish() == 0
    assert b"s: interrupted" in following.output


def test_ctrl_c_ends_the_following_and_nothing_else(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    _project(repo, f"[stages.s]\nrun = '''echo one; {gate.sh}'''\n", "s")
    run = rig.start(repo, "run")
    gate.arrive()
    following = rig.start(repo, "logs", "-f", "s")
    following.until_says(b"one\n")
    os.kill(following.pid, signal.SIGINT)
    assert following.finish() == 130
    gate.open()
    assert run.finish() == 0


@pytest.mark.parametrize(
    ("env", "coloured"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
    ],
)
def test_a_terminal_gets_text_and_colours_if_it_wants_them(three: Repo, env: dict[str, str], coloured: bool) -> None:
    ours, theirs = pty.openpty()
    told = b""

    def listen() -> None:
        nonlocal told
        try:
            while data := os.read(ours, 4096):
                told += data
        except OSError:  # how Linux says that the other side is closed
            pass

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    command = [*three.command, "logs", "1", "odd"]
    subprocess.run(command, cwd=three.root, env={**three.env, **env}, stdout=theirs, check=True)
    os.close(theirs)
    listener.join()
    os.close(ours)
    assert told == (b"\x1b[31mred\x1b[0m  \\xff no end\x1b[0m\r\n" if coloured else b"red  \\xff no end\r\n")


def test_a_reader_that_goes(three: Repo) -> None:
    line = f"set -o pipefail; {' '.join(three.command)} logs 1 odd | head -c 1"
    done = subprocess.run(["bash", "-c", line], cwd=three.root, env=three.env, capture_output=True, check=False)
    assert done.stdout == b"\x1b"
    assert b"bug" not in done.stderr


def test_following_what_is_over_shows_its_last_execution(repo: Repo) -> None:
    _project(repo, "[stages.s]\nrun = 'echo once'\n", "s")
    repo.gofigure("run")
    assert repo.gofigure("run").returncode == 0
    assert repo.gofigure("logs", "-f", "s").stdout == repo.gofigure("logs", "s").stdout == b"once\n"
