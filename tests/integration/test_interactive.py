"""An interactive stage has the person's terminal: by hand and in a hook, with a log; and gives it back."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import PATIENCE, alive, said, stages, until, verdicts

ASK = """
printf 'go? '
read answer
where=elsewhere
[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && where="on a terminal"
echo "you said <$answer> $where"
[ "$answer" = yes ]
"""
CONFIG = """
[jobs.j]
on = ["pre-commit"]
stages = ["ask"]
[stages.ask]
interactive = true
run = "sh ../ask.sh"
"""


class Person:
    """Sits at a terminal of their own, where a program has been started in the foreground."""

    def __init__(self, argv: list[str], cwd: Path, env: dict[str, str]) -> None:
        self.fd, theirs = os.openpty()
        self.resize(33, 77)
        self.before = termios.tcgetattr(theirs)

        def at_the_terminal() -> None:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=env,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=at_the_terminal,  # noqa: PLW1509 - there are no threads here
        )
        self.theirs = theirs  # kept open: what the program leaves the terminal as can be asked
        self.screen = b""

    def until_sees(self, words: bytes) -> None:
        end = time.monotonic() + PATIENCE
        while words not in self.screen:
            ready, _, _ = select.select([self.fd], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"never saw {words!r}, but: {self.screen.decode(errors='replace')}"
            self.screen += os.read(self.fd, 65536)

    def types(self, keys: bytes) -> None:
        os.write(self.fd, keys)

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def finish(self) -> int:
        """Its exit code; what was on the screen is read to the end."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None or select.select([self.fd], [], [], 0)[0]:
            assert time.monotonic() < end, f"it never ended: {self.screen.decode(errors='replace')}"
            if select.select([self.fd], [], [], 0.01)[0]:
                self.screen += os.read(self.fd, 65536)
        return self.process.returncode

    @property
    def as_before(self) -> bool:
        return termios.tcgetattr(self.theirs) == self.before

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(PATIENCE)
        os.close(self.fd)
        os.close(self.theirs)


Sit = Callable[..., Person]


@pytest.fixture
def sit(project: Repo) -> Iterator[Sit]:
    people: list[Person] = []

    def sit_down(*argv: str, **env: str) -> Person:
        people.append(Person(list(argv), project.root, {**project.env, "TERM": "dumb", **env}))
        return people[-1]

    yield sit_down
    for person in people:
        person.close()


@pytest.fixture
def project(repo: Repo) -> Repo:
    repo.config(CONFIG)
    repo.write("../ask.sh", ASK)
    repo.write("a", "1\n")
    assert repo.gofigure("allow").returncode == 0
    return repo


def log_of(repo: Repo, stage: str = "ask") -> bytes:
    [log] = (repo.root / ".git/gofigure").rglob(f"{stage}.log")
    return log.read_bytes()


def last(repo: Repo) -> dict[str, str]:
    return {name: stage["verdict"] for name, stage in stages(repo.json("history")).items()}


def test_a_person_answers(project: Repo, sit: Sit) -> None:
    person = sit(*project.command, "run")
    person.until_sees(b"go? ")
    assert not person.as_before  # keys go through unseen
    person.types(b"yes\r")
    assert person.finish() == 0, person.screen
    assert b"you said <yes> on a terminal\r\n" in person.screen
    assert b"go? yes\r\n" in person.screen
    assert log_of(project) == b"go? yes\r\nyou said <yes> on a terminal\r\n"
    assert person.as_before
    assert not stages(project.json("history"))["ask"]["proven"]


def test_it_is_asked_every_time_and_says_why(project: Repo, sit: Sit) -> None:
    for _ in range(2):
        person = sit(*project.command, "run")
        person.until_sees(b"ask: never reused (it asks a person)")
        person.until_sees(b"go? ")
        person.types(b"yes\r")
        assert person.finish() == 0
        assert b"not proven: its result is never reused" in person.screen


def test_a_no_fails(project: Repo, sit: Sit) -> None:
    person = sit(*project.command, "run")
    person.until_sees(b"go? ")
    person.types(b"no\r")
    assert person.finish() == 1
    assert last(project) == {"ask": "failed"}


def test_inside_a_commit(project: Repo, sit: Sit) -> None:
    """Git's hooks have another standard input."""
    assert project.gofigure("install-hooks").returncode == 0
    project.git("add", "-A")
    person = sit("git", "commit", "-qm", "one")
    person.until_sees(b"go? ")
    person.types(b"no\r")
    assert person.finish() == 1, person.screen
    assert project.try_git("rev-parse", "HEAD").returncode != 0
    person = sit("git", "commit", "-qm", "one")
    person.until_sees(b"go? ")
    person.types(b"yes\r")
    assert person.finish() == 0, person.screen
    assert project.try_git("rev-parse", "HEAD").returncode == 0
    assert person.as_before


def test_with_all_streams_elsewhere(project: Repo, sit: Sit) -> None:
    command = " ".join(project.command)
    person = sit("sh", "-c", f"{command} run --json < /dev/null > ../answer 2> ../errors; exit $?")
    person.until_sees(b"go? ")
    person.types(b"yes\r")
    assert person.finish() == 0
    assert verdicts(json.loads((project.root.parent / "answer").read_text())) == {"ask": "passed"}


def test_without_a_terminal_it_fails_at_once(project: Repo) -> None:
    done = subprocess.run(
        [*project.command, "run"],
        cwd=project.root,
        env=dict(project.env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        check=False,
    )
    assert done.returncode == 1, said(done)
    assert "| gofigure: it needs a terminal, and there is none here" in said(done)
    assert "| run it by hand: gofigure run ask" in said(done)
    project.gofigure("install-hooks")
    project.git("add", "-A")
    commit = subprocess.run(
        ["git", "commit", "-qm", "one"],
        cwd=project.root,
        env=dict(project.env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        check=False,
    )
    assert commit.returncode == 1
    assert "it needs a terminal" in said(commit)


def test_in_the_background_it_fails_at_once(project: Repo, sit: Sit) -> None:
    command = " ".join(project.command)
    person = sit("bash", "-ic", f"set -m; {command} run & wait $!; echo ended $?")
    person.until_sees(b"ended 1")
    assert b"it needs a terminal, and this runs in the background" in person.screen


def test_ctrl_c_interrupts_the_run(project: Repo, sit: Sit) -> None:
    project.config(
        CONFIG.replace('["ask"]', '["ask", "next"]') + "retries = 3\n[stages.next]\nneeds=['ask']\nrun='true'"
    )
    person = sit(*project.command, "run")
    person.until_sees(b"go? ")
    person.types(b"\x03")
    assert person.finish() == 130, person.screen
    assert person.as_before
    assert person.screen.count(b"go? ") == 1
    assert last(project) == {"ask": "interrupted", "next": "skipped"}


def test_ctrl_c_that_the_stage_deals_with_is_its_own(project: Repo, sit: Sit) -> None:
    project.write("../ask.sh", "trap 'echo caught' INT\nprintf 'go? '\nread answer\nread answer\nexit 0\n")
    person = sit(*project.command, "run")
    person.until_sees(b"go? ")
    person.types(b"\x03")
    person.until_sees(b"caught")
    person.types(b"a\rb\r")
    assert person.finish() == 0, person.screen


def test_ctrl_z_and_ctrl_backslash_are_the_stages_too(project: Repo, sit: Sit) -> None:
    person = sit(*project.command, "run")
    person.until_sees(b"go? ")
    person.types(b"\x1ayes\r")  # nobody could wake it again: the system lets it go on
    assert person.finish() == 0, person.screen
    person = sit(*project.command, "run")
    person.until_sees(b"go? ")
    person.types(b"\x1c")
    assert person.finish() == 1
    assert person.as_before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_gofigure_gives_the_terminal_back(project: Repo, sit: Sit, number: int) -> None:
    project.write("../ask.sh", "echo $$ > ../pid\nprintf 'go? '\nread answer\n")
    person = sit(*project.command, "run")
    person.until_sees(b"go? ")
    person.process.send_signal(number)
    assert person.finish() == 130, person.screen
    assert person.as_before
    pid = int((project.root.parent / "pid").read_text())
    until(lambda: not alive(pid), what="the stage is gone")
    assert last(project) == {"ask": "interrupted"}


def test_a_terminal_that_goes_ends_the_run(project: Repo, sit: Sit) -> None:
    project.write("../ask.sh", "echo $$ > ../pid\nprintf 'go? '\nread answer\n")
    # As a session of its own below another: the system's own hangup reaches only the leader.
    person = sit("sh", "-c", "trap '' HUP; " + " ".join(project.command) + " run; echo $? > ../code")
    person.until_sees(b"go? ")
    os.close(person.theirs)
    os.close(person.fd)
    person.process.wait(PATIENCE)
    person.fd, person.theirs = os.openpty()
    assert (project.root.parent / "code").read_text() == "130\n"
    pid = int((project.root.parent / "pid").read_text())
    until(lambda: not alive(pid), what="the stage is gone")


def test_a_timeout_gives_the_terminal_back(project: Repo, sit: Sit) -> None:
    project.config(CONFIG + "timeout = 0.2\n")
    person = sit(*project.command, "run")
    assert person.finish() == 1, person.screen
    assert person.as_before
    assert last(project) == {"ask": "timed out"}


def test_the_window_has_a_size_and_may_change_it(project: Repo, sit: Sit) -> None:
    project.write("../ask.sh", "trap 'stty size; exit 0' WINCH\nstty size\nwhile :; do read answer; done\n")
    person = sit(*project.command, "run")
    person.until_sees(b"33 77")
    person.resize(44, 99)
    person.until_sees(b"44 99")
    assert person.finish() == 0


def test_a_long_paste_arrives_whole(project: Repo, sit: Sit) -> None:
    lines = b"".join(b"line %d of what is pasted\r" % number for number in range(8000))
    project.write("../ask.sh", f"stty -echo\nprintf 'go? '\nhead -c {len(lines)} > ../pasted\n")
    person = sit(*project.command, "run")
    person.until_sees(b"go? ")
    os.set_blocking(person.fd, False)
    left = lines
    while left:
        select.select([], [person.fd], [], PATIENCE)
        with contextlib.suppress(BlockingIOError):
            left = left[os.write(person.fd, left) :]
    assert person.finish() == 0, person.screen
    assert (project.root.parent / "pasted").read_bytes() == lines.replace(b"\r", b"\n")


def test_it_runs_alone_and_in_its_turn(project: Repo, sit: Sit) -> None:
    project.config(
        CONFIG.replace('["ask"]', '["a", "b", "ask", "c"]')
        + "".join(f"[stages.{name}]\nrun = 'echo {name} >> ../order'\n" for name in "abc")
    )
    project.write("../ask.sh", "sort ../order > ../before\nprintf 'go? '\nread answer\nsort ../order > ../after\n")
    person = sit(*project.command, "run", "-j", "4")
    person.until_sees(b"go? ")
    # What had passed before is proven before the person takes their time.
    assert {name: stages(project.json("history"))[name]["proven"] for name in "ab"} == {"a": True, "b": True}
    shown = len(person.screen)
    project.write("a", "changed while the person thinks\n")
    person.types(b"yes\r")
    assert person.finish() == 0, person.screen
    before, after = ((project.root.parent / name).read_bytes() for name in ("before", "after"))
    assert before == after == b"a\nb\n"
    assert (project.root.parent / "order").read_bytes().endswith(b"c\n")
    assert person.screen[shown:].startswith(b"yes\r\n")


def test_a_secret_is_hidden_on_the_terminal_too(project: Repo, sit: Sit) -> None:
    project.config(CONFIG + 'secrets = ["TOKEN"]\n')
    project.write("../ask.sh", "printf 'to? '\nread answer\necho \"token: $TOKEN\"\n")
    person = sit(*project.command, "run", TOKEN="topsecret")
    person.until_sees(b"to? ")
    person.types(b"to")
    person.until_sees(b"to? to")  # the echo is not held back, though the secret begins like that
    person.types(b"\r")
    assert person.finish() == 0
    assert b"token: ***\r\n" in person.screen
    assert b"topsecret" not in person.screen + log_of(project)


def test_the_next_line_begins_at_the_margin(project: Repo, sit: Sit) -> None:
    project.write("../ask.sh", "printf 'no line end'\n")
    person = sit(*project.command, "run")
    assert person.finish() == 0
    assert b"no line end\r\n" in person.screen
    assert log_of(project) == b"no line end"


def test_others_have_no_input(project: Repo, sit: Sit) -> None:
    project.config(CONFIG.replace("interactive = true\n", ""))
    person = sit(*project.command, "run")
    assert person.finish() == 1
    assert log_of(project) == b"go? you said <> elsewhere\n"


def test_a_keyring_cannot_ask_on_the_terminal(project: Repo, sit: Sit) -> None:
    """A hook that waits for a password that nobody expects looks like one that hangs."""
    folder = project.root.parent / "packages"
    project.write(
        "../packages/keyring.py",
        "def get_password(service, name):\n"
        "    with open('/dev/tty', 'r+b', buffering=0) as terminal:\n"
        "        terminal.write(b'master password: ')\n"
        "        return terminal.readline().decode()\n",
    )
    project.config(CONFIG + 'secrets = ["TOKEN"]\n')
    person = sit(*project.command, "run", PYTHONPATH=f"{folder}:{Path(__file__).resolve().parents[2]}")
    person.types(b"master\r")
    assert person.finish() == 2, person.screen
    assert b"master password" not in person.screen
    assert b"needs the secret TOKEN" in person.screen
