"""The supervisor with real children: output, ends, leftovers, timeouts, many at once."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING, NoReturn

import pytest
from support.processes import at_least, bearers, guardians

from gofigure.process import family
from gofigure.process.capture import start
from gofigure.process.log import marker as log_marker
from gofigure.process.mask import Mask
from gofigure.process.spawn import CannotStart
from gofigure.process.supervisor import Ended, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Env = dict[str, str]
Log = "Callable[[object], str]"
Marker = tuple[str, str]
FAST = ((signal.SIGINT, 0.1), (signal.SIGTERM, 0.1), (signal.SIGKILL, 2.0))


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def run(marker: Marker, env: Env, path: str, *argv: str, timeout: float | None = None) -> Ended:
    with Supervisor(marker, steps=FAST) as supervisor:
        supervisor.start("it", list(argv), env=env, log_path=path, timeout=timeout)
        (ended,) = supervisor.wait()
        assert supervisor.wait() == []
    return ended


def test_codes_times_and_sizes(marker: Marker, env: Env, log: Callable[[object], str]) -> None:
    with Supervisor(marker) as supervisor:
        for code in (0, 1, 255):
            supervisor.start(code, ["sh", "-c", f"echo {code}; exit {code}"], env=env, log_path=log(code))
        supervisor.start(-9, ["sh", "-c", "kill -9 $$"], env=env, log_path=log(-9))
        ended: dict[object, Ended] = {}
        while batch := supervisor.wait():
            ended |= {one.token: one for one in batch}
    assert {token: one.code for token, one in ended.items()} == {0: 0, 1: 1, 255: 255, -9: -9}
    assert ended[255].output_bytes == 4
    assert not any(one.timed_out or one.left_behind or one.lost_bytes for one in ended.values())
    assert all(0 < one.seconds < 10 for one in ended.values())
    assert not os.path.exists(log(-9))


def test_both_streams_in_order_and_exact(marker: Marker, env: Env, log: Callable[[object], str]) -> None:
    script = "for i in 1 2 3; do echo out$i; echo err$i >&2; done; printf '\\000\\377 no newline'"
    assert run(marker, env, log(1), "sh", "-c", script).output_bytes == 30 + 13
    wanted = b"".join(b"out%d\nerr%d\n" % (i, i) for i in (1, 2, 3)) + b"\0\xff no newline"
    assert read(log(1)) == wanted


def test_one_endless_line(marker: Marker, env: Env, log: Callable[[object], str]) -> None:
    size = 80 * 1024 * 1024
    ended = run(marker, env, log(1), "sh", "-c", f"printf head; head -c {size} /dev/zero; printf tail")
    assert (ended.output_bytes, ended.lost_bytes) == (size + 8, 0)
    kept, half = read(log(1)), 32 * 1024 * 1024
    line = log_marker(size + 8 - 2 * half)
    assert kept.startswith(b"head\0")
    assert kept.endswith(b"\0tail")
    assert kept[half : half + len(line)] == line
    assert len(kept) == 2 * half + len(line)


def test_the_observer_sees_all_of_it(marker: Marker, env: Env, log: Callable[[object], str]) -> None:
    seen: dict[int, bytes] = {}

    def observe(pid: int, data: bytes) -> None:
        seen[pid] = seen.get(pid, b"") + data

    with Supervisor(marker, observe) as supervisor:
        pids = [supervisor.start(i, ["seq", str(i)], env=env, log_path=log(i)) for i in (5, 20_000)]
        while supervisor.wait():
            pass
    assert [seen[pid] for pid in pids] == [read(log(5)), read(log(20_000))]


def test_the_observer_sees_what_the_log_holds(marker: Marker, env: Env, log: Callable[[object], str]) -> None:
    """Masked, with all that was held back; a stage of a run without secrets costs nothing."""
    seen: dict[int, bytes] = {}

    def observe(pid: int, data: bytes) -> None:
        seen[pid] = seen.get(pid, b"") + data

    with Supervisor(marker, observe, mask=Mask(["topsecret"])) as supervisor:
        script = "printf topsec; printf 'ret\ntops'"
        pid = supervisor.start("it", ["sh", "-c", script], env=env, log_path=log("it"))
        (ended,) = supervisor.wait()
    assert seen[pid] == read(log("it")) == b"***\ntops"
    assert ended.output_bytes == len(seen[pid])


def test_an_observer_that_fails_leaves_nobody(marker: Marker, env: Env, log: Callable[[object], str]) -> None:
    def observe(_pid: int, _data: bytes) -> NoReturn:
        raise ZeroDivisionError

    script = "trap 'echo bye' INT; echo; while :; do sleep 30; done"

    def fail() -> None:
        with Supervisor(marker, observe, steps=FAST) as supervisor:
            supervisor.start(1, ["sh", "-c", script], env=env, log_path=log(1))
            supervisor.wait()

    with pytest.raises(ZeroDivisionError):
        fail()
    assert bearers(marker) == set()


def test_a_background_child_with_the_pipe_holds_nothing_up(
    marker: Marker, env: Env, log: Callable[[object], str]
) -> None:
    script = "sleep 30 & head -c 60000 /dev/zero; echo last"
    for i in range(50):
        begun = time.monotonic()
        ended = run(marker, env, log(i), "sh", "-c", script)
        assert time.monotonic() - begun < 1
        assert (ended.code, ended.left_behind, ended.output_bytes) == (0, 1, 60_005)
        assert read(log(i)) == bytes(60_000) + b"last\n"
        assert bearers(marker) == set()


def test_the_last_words_of_a_tee_are_kept(marker: Marker, env: Env, log: Callable[[object], str]) -> None:
    script = 'exec > >(read -r x; echo "tee: $x"; cat) 2>&1; echo first; echo last'
    for i in range(20):
        ended = run(marker, env, log(i), "bash", "-c", script)
        assert (ended.code, ended.left_behind) == (0, 0)
        assert read(log(i)) == b"tee: first\nlast\n"


def test_who_is_about_to_finish_its_work_may(marker: Marker, env: Env, log: Callable[[object], str]) -> None:
    script = 'echo data > >(read -r x; echo "$x" > "$0")'  # no hold on the output, and the shell waits for nobody
    for i in range(20):
        ended = run(marker, env, log(i), "bash", "-c", script, log(f"file-{i}"))
        assert (ended.code, ended.left_behind) == (0, 0)
        assert read(log(f"file-{i}")) == b"data\n"


def test_a_leftover_that_ignores_term_is_killed_without_holding_wait(
    marker: Marker, env: Env, log: Callable[[object], str]
) -> None:
    script = "(trap '' TERM; echo ready; exec sleep 30) & read x < $FIFO"
    os.mkfifo(fifo := log("fifo"))
    begun = time.monotonic()
    with Supervisor(marker) as supervisor:
        supervisor.start(1, ["sh", "-c", script], env={**env, "FIFO": fifo}, log_path=log(1))
        while not os.path.exists(log(1)):
            supervisor.wait(0.01)
        with open(fifo, "w", encoding="ascii") as pipe:
            pipe.write("go\n")
        (ended,) = supervisor.wait()
        assert time.monotonic() - begun < 1
        assert ended.left_behind == 1
        assert bearers(marker)
    assert bearers(marker) == set()
    assert time.monotonic() - begun < 3


def test_a_session_of_its_own_outlives_a_normal_end(
    marker: Marker, env: Env, log: Callable[[object], str], stubborn: list[str]
) -> None:
    ended = run(marker, env, log(1), *stubborn)
    assert (ended.code, ended.left_behind) == (0, 0)
    (daemon,) = bearers(marker)
    os.kill(daemon, signal.SIGKILL)
    os.waitpid(daemon, 0)  # we had adopted it


def test_stop_ends_those_that_will_not_go(
    marker: Marker, env: Env, log: Callable[[object], str], stubborn: list[str]
) -> None:
    with Supervisor(marker, steps=FAST) as supervisor:
        for i in range(5):
            supervisor.start(i, [*stubborn, "stay"], env=env, log_path=log(i))
        supervisor.start("gone", stubborn, env=env, log_path=log("gone"))  # its main process ends at once
        while not all(os.path.exists(log(i)) for i in range(5)):
            supervisor.wait(0.01)
        supervisor.wait(0)
        assert len(bearers(marker)) >= 10
        begun = time.monotonic()
        supervisor.stop()
        assert time.monotonic() - begun < 0.2 + 2
        assert bearers(marker) == set()
        ended = {one.token: one.code for one in supervisor.wait()}
        assert {token: ended[token] for token in range(5)} == dict.fromkeys(range(5), -9)


def test_the_promised_grace_is_kept(
    marker: Marker, env: Env, log: Callable[[object], str], stubborn: list[str]
) -> None:
    with Supervisor(marker) as supervisor:
        supervisor.start(1, [*stubborn, "stay"], env=env, log_path=log(1))
        while not os.path.exists(log(1)):
            supervisor.wait(0.01)
        begun = time.monotonic()
        supervisor.stop()
        assert 6.9 < time.monotonic() - begun < 9
    assert bearers(marker) == set()


def test_the_obedient_are_not_waited_for(marker: Marker, env: Env, log: Callable[[object], str]) -> None:
    script = "trap 'seq 50000; echo bye; exit 5' INT; echo; while :; do sleep 30; done"
    with Supervisor(marker) as supervisor:
        supervisor.start(1, ["sh", "-c", script], env=env, log_path=log(1))
        while not os.path.exists(log(1)):
            supervisor.wait(0.01)
        begun = time.monotonic()
        supervisor.stop()
        assert time.monotonic() - begun < 1.5
        (ended,) = supervisor.wait()
    assert ended.code == 5
    assert read(log(1)).endswith(b"50000\nbye\n")  # its farewell, larger than a pipe, is in the log


def test_a_timeout_ends_that_family_and_no_other(
    marker: Marker, env: Env, log: Callable[[object], str], stubborn: list[str]
) -> None:
    with Supervisor(marker, steps=FAST) as supervisor:
        late = supervisor.start("late", [*stubborn, "stay"], env=env, log_path=log("late"), timeout=1)
        calm = supervisor.start("calm", [*stubborn, "stay"], env=env, log_path=log("calm"))
        (ended,) = supervisor.wait()
        assert (ended.token, ended.code, ended.timed_out) == ("late", -9, True)
        left = bearers(marker)
        assert calm in left
        assert len(left) == 2  # with its daemon
        assert late not in left
        supervisor.stop()


def test_no_timeout_for_who_is_in_time(marker: Marker, env: Env, log: Callable[[object], str]) -> None:
    ended = run(marker, env, log(1), "true", timeout=30)
    assert (ended.code, ended.timed_out) == (0, False)
    assert run(marker, env, log(2), "sleep", "30", timeout=0.05).timed_out


def test_wait_keeps_its_own_time(marker: Marker, env: Env, log: Callable[[object], str]) -> None:
    with Supervisor(marker, steps=FAST) as supervisor:
        assert supervisor.wait() == []
        supervisor.start(1, ["sleep", "30"], env=env, log_path=log(1))
        begun = time.monotonic()
        assert supervisor.wait(0.05) == []
        assert 0.05 <= time.monotonic() - begun < 1


def test_two_hundred_at_once(marker: Marker, env: Env, log: Callable[[object], str]) -> None:
    before = len(os.listdir("/dev/fd"))
    os.mkfifo(fifo := log("fifo"))
    gate = os.open(fifo, os.O_RDWR)
    with Supervisor(marker) as supervisor:
        script = 'read x < "$FIFO"; seq 3000; exit $((I % 7))'
        for i in range(200):
            extra = {"FIFO": fifo, "I": str(i)}
            supervisor.start(i, ["sh", "-c", script], env=env | extra, log_path=log(i))
        assert at_least(200, marker)
        os.write(gate, b"\n" * 200)  # a shell takes one line, byte by byte
        ended: list[Ended] = []
        while batch := supervisor.wait():
            ended += batch
    os.close(gate)
    assert {one.token: one.code for one in ended} == {i: i % 7 for i in range(200)}
    assert {one.output_bytes for one in ended} == {len(read(log(0)))}
    assert len(os.listdir("/dev/fd")) == before


def test_the_environment_is_exact(marker: Marker, log: Callable[[object], str]) -> None:
    run(marker, {"PATH": "/usr/bin:/bin", "A": "b c"}, log(1), "env", "-0")
    got = dict(line.split(b"=", 1) for line in read(log(1)).split(b"\0") if line)
    assert got.pop(b"GOFIGURE_TEST_PART")
    assert got == {b"PATH": b"/usr/bin:/bin", b"A": b"b c", b"GOFIGURE_TEST": marker[1].encode()}


def test_what_cannot_start_is_told_and_disturbs_nobody(marker: Marker, env: Env, log: Callable[[object], str]) -> None:
    with Supervisor(marker) as supervisor:
        supervisor.start(1, ["echo", "hi"], env=env, log_path=log(1))
        with pytest.raises(CannotStart):
            supervisor.start(2, ["no-such-program"], env=env, log_path=log(2))
        assert [one.token for one in supervisor.wait()] == [1]


def test_helpers_in_flight_keep_their_exit_codes(marker: Marker, env: Env, log: Callable[[object], str]) -> None:
    helper = start(["sh", "-c", "exit 6"], env=env)
    for i in range(20):
        run(marker, env, log(i), "sh", "-c", "(true &) ; true")
    table = family.table().values()  # their orphans are reaped, although the helper's end comes first
    assert [one.pid for one in table if one.parent == os.getpid() and one.dead] == [helper.pid]
    assert helper.finish().code == 6


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux adopts orphans")
def test_adopted_orphans_are_reaped(marker: Marker, env: Env, log: Callable[[object], str]) -> None:
    os.mkfifo(fifo := log("fifo"))
    gate = os.open(fifo, os.O_RDWR)
    us, deadline = os.getpid(), time.monotonic() + 5
    others = {one.pid for one in family.table().values() if one.parent == us}  # of tests before this one
    with Supervisor(marker, steps=FAST) as supervisor:
        script = 'exec 9<"$FIFO"; for i in 1 2 3 4 5; do (setsid cat <&9 &); done; exec sleep 30'
        known = (
            others
            | guardians(us)
            | {supervisor.start(1, ["sh", "-c", script], env={**env, "FIFO": fifo}, log_path=log(1))}
        )

        def adopted() -> list[family.Process]:
            return [one for one in family.table().values() if one.parent == us and one.pid not in known]

        while sum(not one.dead for one in adopted()) != 5 and time.monotonic() < deadline:
            supervisor.wait(0.01)
        assert sum(not one.dead for one in adopted()) == 5
        os.close(gate)  # they end
        while adopted() and time.monotonic() < deadline:
            supervisor.wait(0.01)
        assert adopted() == []
        supervisor.stop()


def test_handlers_and_descriptors_are_as_before(marker: Marker, env: Env, log: Callable[[object], str]) -> None:
    before = len(os.listdir("/dev/fd"))
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
    handlers = [signal.getsignal(name) for name in names]

    def fail() -> None:
        with Supervisor(marker, steps=FAST) as supervisor:
            supervisor.start(1, ["sleep", "30"], env=env, log_path=log(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    run(marker, env, log(2), "sh", "-c", "sleep 30 & true")
    assert [signal.getsignal(name) for name in names] == handlers
    assert signal.set_wakeup_fd(-1) == -1
    assert len(os.listdir("/dev/fd")) == before


FULL_DISK = """
import sys
from gofigure.process.supervisor import Supervisor
with Supervisor(("GOFIGURE_TEST", "full")) as supervisor:
    env = {"PATH": "/usr/bin:/bin"}
    supervisor.start(1, ["head", "-c", "3000000", "/dev/zero"], env=env, log_path=sys.argv[1] + "/log")
    supervisor.start(2, ["head", "-c", "3000000", "/dev/zero"], env=env, log_path=sys.argv[1] + "/log2")
    ended = []
    while batch := supervisor.wait():
        ended += batch
    for one in ended:
        print(one.code, one.output_bytes, one.lost_bytes > 500_000)
"""


def test_a_full_disk_does_not_lose_the_run(env: Env, tmp_path: Path) -> None:
    mount = 'mount -t tmpfs -o size=1m none "$0" && '
    if start(["unshare", "-Urm", "true"], env=env).finish().code:
        mount = "ulimit -f 512 && "
    script = mount + 'exec "$1" -c "$2" "$0"'
    argv = ["sh", "-c", script, str(tmp_path), sys.executable, FULL_DISK]
    result = start([*(["unshare", "-Urm"] if "mount" in mount else []), *argv], env=env).finish(30)
    assert (result.code, result.err) == (0, b"")
    assert result.out == b"0 3000000 True\n" * 2
