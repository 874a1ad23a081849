"""Helper programs: much input, much output, several at once, and those that misbehave."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, NoReturn

import pytest

from gofigure.process.capture import Captured, HelperFailed, Talker, capture, start

if TYPE_CHECKING:
    from pathlib import Path

Env = dict[str, str]
MUCH = bytes(range(256)) * 20_000  # far beyond any pipe


def open_descriptors() -> int:
    return len(os.listdir("/dev/fd"))


def test_all_that_a_helper_says(env: Env) -> None:
    before = open_descriptors()
    assert capture(["sh", "-c", "cat; echo oops >&2; exit 4"], env=env, input=b"a\0\xff") == Captured(
        4, b"a\0\xff", b"oops\n"
    )
    assert capture(["sh", "-c", "kill -TERM $$"], env=env).code == -signal.SIGTERM
    assert capture(["cat"], env=env) == Captured(0, b"", b"")
    assert open_descriptors() == before


def test_much_in_and_much_out_of_both_streams(env: Env) -> None:
    result = capture(["sh", "-c", "tee /dev/stderr"], env=env, input=MUCH)
    assert (result.out, result.err) == (MUCH, MUCH)


def test_input_that_is_not_read(env: Env) -> None:
    assert capture(["true"], env=env, input=MUCH) == Captured(0, b"", b"")
    assert capture(["sh", "-c", "exec <&-; echo on"], env=env, input=MUCH) == Captured(0, b"on\n", b"")


def test_several_in_flight_finish_in_any_order(env: Env) -> None:
    all_of_them = [start(["cat"], env=env, input=MUCH[: -i or None]) for i in range(5)]
    for i in (3, 0, 4, 2, 1):
        assert all_of_them[i].finish().out == MUCH[: -i or None]


def test_a_background_child_with_the_pipe_is_not_waited_for(env: Env) -> None:
    begun = time.monotonic()
    result = capture(["sh", "-c", "sleep 30 & echo $!"], env=env)
    assert time.monotonic() - begun < 5
    os.kill(int(result.out), signal.SIGKILL)


def test_time_is_up(env: Env) -> None:
    before = open_descriptors()
    helper = start(["sleep", "30"], env=env)
    with pytest.raises(HelperFailed, match=r"sleep took longer than 0\.05 s"):
        helper.finish(0.05)
    with pytest.raises(ChildProcessError):  # reaped
        os.waitpid(helper.pid, 0)
    assert open_descriptors() == before


def test_an_exception_while_waiting_kills_and_reaps(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    helper = start(["sh", "-c", "echo; exec sleep 30"], env=env)
    with monkeypatch.context() as patch:
        patch.setattr(os, "read", interrupted)
        with pytest.raises(KeyboardInterrupt):
            helper.finish()
    with pytest.raises(ChildProcessError):
        os.waitpid(helper.pid, 0)


def test_it_stays_in_our_group(env: Env) -> None:
    assert capture(["sh", "-c", "ps -o pgid= -p $$"], env=env).out.split() == [b"%d" % os.getpgrp()]


def test_a_talk_in_small_and_large_pieces(env: Env) -> None:
    before = open_descriptors()
    with Talker(["cat"], env=env) as talker:
        for i in range(2000):
            talker.write(b"%d\n" % i)
        assert [talker.read_line() for _ in range(2000)] == [b"%d\n" % i for i in range(2000)]
        talker.write(MUCH)  # more than both pipes hold, and nothing is read meanwhile
        talker.write(b"end\n")
        assert talker.read_exactly(len(MUCH)) == MUCH
        assert talker.read_exactly(0) == b""
        assert talker.read_line() == b"end\n"
        pid = talker.pid
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, 0)
    assert open_descriptors() == before


def test_a_talk_with_git(env: Env, tmp_path: Path) -> None:
    env = {**env, "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    repository = str(tmp_path)
    assert capture(["git", "init", "-q", "."], env=env, cwd=repository).code == 0
    oid = capture(["git", "hash-object", "-w", "--stdin"], env=env, cwd=repository, input=MUCH).out.strip()
    with Talker(["git", "cat-file", "--batch"], env=env, cwd=repository) as git:
        for _ in range(3):
            git.write(oid + b"\n" + b"0" * 40 + b"\n")
            assert git.read_line() == b"%s blob %d\n" % (oid, len(MUCH))
            assert git.read_exactly(len(MUCH) + 1) == MUCH + b"\n"
            assert git.read_line() == b"0" * 40 + b" missing\n"


def test_what_was_written_last_arrives(env: Env, tmp_path: Path) -> None:
    with Talker(["sh", "-c", "cat > kept; cat >&2 kept"], env=env, cwd=str(tmp_path)) as talker:
        talker.write(b"last words")
    assert (tmp_path / "kept").read_bytes() == b"last words"


def test_a_talk_that_breaks_off_says_what_was_complained(env: Env) -> None:
    def talk() -> None:
        with Talker(["sh", "-c", "read x; echo 'no such thing' >&2; exit 9"], env=env) as talker:
            talker.write(b"x\n")
            talker.read_line()

    with pytest.raises(HelperFailed, match=r"sh ended early \(exit code 9\): no such thing"):
        talk()


def test_a_talk_left_by_an_exception_ends_at_once(env: Env) -> None:
    begun = time.monotonic()
    with pytest.raises(ZeroDivisionError), Talker(["sleep", "30"], env=env) as talker:
        raise ZeroDivisionError
    assert time.monotonic() - begun < 1
    with pytest.raises(ChildProcessError):
        os.waitpid(talker.pid, 0)
