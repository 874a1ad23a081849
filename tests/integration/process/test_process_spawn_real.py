"""What a started program finds: signals, descriptors, folder, environment, arguments."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from gofigure.process.capture import capture
from gofigure.process.spawn import CannotStart, secure_descriptors, spawn

if TYPE_CHECKING:
    from pathlib import Path

Env = dict[str, str]
GLIBC_OWN = 1 << 31 | 1 << 32  # signals 32 and 33: its posix_spawn ignores them, its threads set them anew
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def run(argv: list[str | bytes], env: Env, *, cwd: str | None = None, session: bool = True) -> tuple[int, bytes]:
    out, theirs = os.pipe()
    pid = spawn(argv, env=env, cwd=cwd, stdout=theirs, stderr=theirs, session=session)
    os.close(theirs)
    with open(out, "rb") as pipe:
        said = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said


def test_exit_codes_and_signals(env: Env) -> None:
    assert run(["sh", "-c", "exit 7"], env) == (7, b"")
    assert run(["sh", "-c", "kill -9 $$"], env) == (-9, b"")


def test_arguments_and_environment_are_exact(env: Env) -> None:
    odd: list[str | bytes] = ["", "a b", "$HOME", "-n", "*", b"\xff\n", "\udc80"]
    code, said = run(["printf", "%s|", *odd], env)
    assert (code, said) == (0, b"|a b|$HOME|-n|*|\xff\n|\x80|")
    exact = {"PATH": "/usr/bin:/bin", "ODD": "a\nb='\udcff"}
    assert set(run(["env", "-0"], exact)[1].split(b"\0")) == {b"PATH=/usr/bin:/bin", b"ODD=a\nb='\xff", b""}


def test_another_folder(env: Env, tmp_path: Path) -> None:
    folder = tmp_path / "-x $(touch no)\nü"
    folder.mkdir()
    assert run(["pwd", "-P"], env, cwd=str(folder)) == (0, os.fsencode(os.path.realpath(folder)) + b"\n")
    assert run(["printf", "%s|", "a b", "$x"], env, cwd=str(folder)) == (0, b"a b|$x|")
    assert b"OLDPWD" not in run(["env"], env, cwd=str(folder))[1]
    assert run(["sh", "-c", "kill -9 $$"], env, cwd=str(folder))[0] == -9  # exec: no shell in between


def test_an_own_session_only_when_asked(env: Env) -> None:
    print_session = [sys.executable, "-c", "import os; print(os.getsid(0) == os.getpid(), os.getpgrp())"]
    assert run([*print_session], env)[1].startswith(b"True")
    assert run([*print_session], env, session=False)[1] == b"False %d\n" % os.getpgrp()


@LINUX
def test_signals_are_as_at_login(env: Env) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGUSR1])
    handler = signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    try:
        said = run(["grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"], env)[1]
    finally:
        signal.signal(signal.SIGQUIT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    blocked, ignored = (int(line.split()[1], 16) for line in said.splitlines())
    assert blocked == 0
    assert ignored & ~GLIBC_OWN == 0


def test_nohup_holds_for_helpers_too(env: Env) -> None:
    handler = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert run(["sh", "-c", "kill -HUP $$; echo alive"], env) == (0, b"alive\n")
    finally:
        signal.signal(signal.SIGHUP, handler)
    assert run(["sh", "-c", "kill -HUP $$; echo alive"], env) == (-signal.SIGHUP, b"")


def test_a_broken_pipe_ends_the_writer_in_silence(env: Env) -> None:
    assert run(["sh", "-c", "yes | head -1"], env) == (0, b"y\n")
    assert run(["bash", "-c", "yes | head -1 >/dev/null; echo ${PIPESTATUS[0]}"], env) == (0, b"141\n")


@LINUX
def test_no_descriptor_of_ours_reaches_a_child(env: Env) -> None:
    leaky = os.open("/", os.O_RDONLY)
    os.set_inheritable(leaky, True)
    try:
        secure_descriptors()
        assert run(["ls", "/proc/self/fd"], env)[1].split() == [b"0", b"1", b"2", b"3"]  # 3 is ls's own
        assert run(["readlink", "/proc/self/fd/0"], env)[1] == b"/dev/null\n"
    finally:
        os.close(leaky)


CLOSED = """
import os, sys
for fd in {closed}: os.close(fd)
from gofigure.process.spawn import spawn
os.waitpid(spawn(["/bin/echo", "to nobody"], env={{}}, stdin=0, stdout=1, stderr=2), 0)  # our own, closed or not
report = os.open({report!r}, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # takes a low number
secret = os.open({report!r} + ".secret", os.O_WRONLY | os.O_CREAT, 0o600)
from gofigure.process.capture import capture
from gofigure.process.supervisor import Supervisor
env = {{"PATH": "/usr/bin:/bin"}}
first = capture(["sh", "-c", "cat; echo err >&2; exit 3"], env=env, input=b"in")
os.waitpid(spawn(["sh", "-c", "echo to nobody; echo to nobody >&2"], env=env), 0)
with Supervisor(("GOFIGURE_TEST", "closed")) as supervisor:
    supervisor.start(1, ["sh", "-c", "cat; echo out; echo err >&2"], env=env, log_path={report!r} + ".log")
    ended = supervisor.wait()[0]
os.write(report, repr((first, ended.code, open({report!r} + ".log").read())).encode())
"""


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2)])
def test_standard_streams_may_be_closed(env: Env, tmp_path: Path, closed: tuple[int, ...]) -> None:
    report = str(tmp_path / "report")
    code, said = run([sys.executable, "-c", CLOSED.format(closed=closed, report=report)], env)
    assert (code, said.replace(b"to nobody\n", b"")) == (0, b"")
    wanted = "(Captured(code=3, out=b'in', err=b'err\\n'), 0, 'out\\nerr\\n')"
    with open(report, encoding="utf-8") as file:
        assert file.read() == wanted
    assert os.path.getsize(report + ".secret") == 0  # it has the number of a standard stream, and is none


def test_a_source_with_the_number_of_another_stream(env: Env) -> None:
    script = (
        "import os\n"
        "from gofigure.process.spawn import spawn\n"
        "out, theirs = os.pipe()\n"
        "os.dup2(theirs, 0, inheritable=False)\n"
        "os.close(theirs)\n"
        "os.waitpid(spawn(['sh', '-c', 'cat; echo out; echo err >&2'], env={}, stdout=0, stderr=0), 0)\n"
        "print(os.read(out, 100))\n"
    )
    assert run([sys.executable, "-c", script], env) == (0, b"b'out\\nerr\\n'\n")


def refusal(argv: list[str | bytes], env: Env, cwd: str | None = None) -> str:
    with pytest.raises(CannotStart) as caught:
        spawn(argv, env=env, cwd=cwd)
    return str(caught.value)


def test_refusals_are_sentences(env: Env, tmp_path: Path) -> None:
    def program(name: str, text: str, mode: int = 0o755) -> str:
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(mode)
        return str(tmp_path / name)

    orphan = program("orphan", "#!/no/such/interpreter -x\n")
    assert "not found on PATH" in refusal(["no-such-program"], env)
    assert "there is no file /no/such" in refusal(["/no/such"], env)
    assert "not executable" in refusal([program("plain", "x", 0o644)], env)
    assert "/no/such/interpreter, is missing" in refusal([orphan], env)
    assert "/no/such/interpreter, is missing" in refusal([orphan], env, cwd="/usr")
    assert "is no program for this machine" in refusal([program("noise", "\x00\x01")], env)
    assert "argument list is too long" in refusal(["true", *["x" * 100_000] * 100], env)
    assert "there is no folder /no/such" in refusal(["true"], env, cwd="/no/such")
    assert "an argument or a variable" in refusal(["true", "a\0b"], env)
    assert "an argument or a variable" in refusal(["true"], {**env, "A=B": "c"})


def test_an_ignored_sigchld_loses_no_exit_code(env: Env) -> None:
    script = (
        "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "from gofigure.process.capture import capture\n"
        "from gofigure.process.spawn import secure_descriptors; secure_descriptors()\n"
        "print(capture(['sh', '-c', 'exit 5'], env={'PATH': '/usr/bin:/bin'}).code)"
    )
    assert capture([sys.executable, "-c", script], env=env).out == b"5\n"
