"""`gofigure watch` without a terminal: its answers, its exit codes, its refusals. Its engine is the test's."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from support.repo import Repo
from support.rig import Rig, Running, alive, said, until
from support.scripted import Engine

from gofigure.cli.watch_now import look_on
from gofigure.cli.watch_plain import PlainWatch
from gofigure.watch.commands import Nobody
from gofigure.watch.place import Place, send
from gofigure.watch.state import Command, JobState, State

PASSED = JobState("check", "passed", "a.py changed", 3, 30, 1.2)
FAILED = JobState("check", "failed", "a.py changed", 4, 40, 0.5, failed=("go",), excerpt=("E  1",))
CONFIG = '[jobs.check]\non = ["change"]\nstages = ["go"]\n[jobs.other]\nstages = ["go"]\n[stages.go]\nrun = "true"\n'


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = Engine(tmp_path)
    yield made
    made.close()


@pytest.fixture
def project(repo: Repo) -> Repo:
    repo.config(CONFIG)
    assert repo.gofigure("allow").returncode == 0
    return repo


def state(*jobs: JobState, **more: Any) -> State:
    return State(1, "/r", jobs=jobs, backend="inotify", ready=True, **more)


def watching(rig: Rig, repo: Repo, engine: Engine, *args: str, **env: str) -> Running:
    return rig.start_program([*engine.program, "watch", *args], repo.root, {**repo.env, **engine.env, **env})


def folder(repo: Repo) -> str:
    return str(repo.root / ".git" / "gofigure")


def test_a_line_for_each_thing_that_matters(project: Repo, engine: Engine, rig: Rig) -> None:
    running = watching(rig, project, engine)
    engine.began()
    engine.show(state(PASSED))
    running.until_says(b" watching /r (inotify)\n")
    running.until_says(b" check passed in 1.2 s (a.py changed)\n")
    engine.show(state(FAILED))
    running.until_says(b"   | E  1\n")
    assert b"\x1b" not in running.output
    assert len(running.output.splitlines()) == 4
    engine.say("end")
    assert running.finish() == 0


def test_json_in_lines(project: Repo, engine: Engine, rig: Rig) -> None:
    running = watching(rig, project, engine, "--json")
    pid = engine.began()
    engine.show(state(PASSED))
    engine.show(state(FAILED))
    running.until_says(b'"failed"')
    engine.say("end")
    assert running.finish() == 0
    found = [json.loads(line) for line in running.output.splitlines()]
    assert [(one["pid"], one["jobs"][0]["verdict"]) for one in found] == [(pid, "passed"), (pid, "failed")]


def test_a_reader_that_has_gone_is_no_reason_to_end(project: Repo, engine: Engine, rig: Rig) -> None:
    running = watching(rig, project, engine)
    engine.began()
    assert running.process.stdout is not None
    running.process.stdout.close()
    engine.show(state(PASSED))
    engine.show(state(FAILED))
    engine.say("end")
    assert running.process.wait(30) == 0


@pytest.mark.parametrize(
    ("jobs", "code"),
    [
        ([PASSED, PASSED._replace(job="b", verdict="reused")], 0),
        ([PASSED, FAILED], 1),
        ([PASSED._replace(stale=("a.py",))], 1),
        ([PASSED._replace(held="two tools disagree")], 1),
        ([JobState("check")], 1),
        ([PASSED._replace(verdict="interrupted")], 130),
        ([PASSED._replace(verdict="skipped")], 0),
    ],
)
def test_once(project: Repo, engine: Engine, rig: Rig, jobs: list[JobState], code: int) -> None:
    running = watching(rig, project, engine, "--once", "--json")
    pid = engine.began()
    engine.show(state(*jobs))
    engine.say("end")
    assert running.finish() == code
    lines = running.output.splitlines()
    assert json.loads(lines[-1])["pid"] == pid
    assert sum(line.startswith(b"{") for line in lines) == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device here")
@pytest.mark.parametrize(("args", "job", "code"), [(["--json"], PASSED, 2), ([], PASSED, 2), ([], FAILED, 1)])
def test_an_answer_that_cannot_be_written(
    project: Repo, engine: Engine, rig: Rig, args: list[str], job: JobState, code: int
) -> None:
    argv = ["sh", "-c", '"$@" > /dev/full', "sh", *engine.program, "watch", "--once", *args]
    running = rig.start_program(argv, project.root, {**project.env, **engine.env})
    engine.began()
    engine.show(state(job))
    engine.say("end")
    assert running.finish() == code
    assert running.output.endswith(b"gofigure: the output cannot be written: No space left on device\n")


def test_what_ends_the_engine_is_said(project: Repo, engine: Engine, rig: Rig) -> None:
    running = watching(rig, project, engine)
    engine.began()
    engine.say("error")
    assert running.finish() == 2
    assert b"gofigure: the folder has gone\n          go elsewhere\n" in running.output
    assert not {"watch.json", "watch.in"} & set(os.listdir(folder(project)))


def test_looking_on_and_taking_over_in_lines(project: Repo, engine: Engine, rig: Rig) -> None:
    first = watching(rig, project, engine)
    pid = engine.began()
    engine.show(state(PASSED))
    second = watching(rig, project, engine)
    second.until_says(b"process %d is the watcher here" % pid)
    second.until_says(b"check passed")
    os.kill(pid, signal.SIGKILL)
    assert first.finish() == -signal.SIGKILL
    assert engine.began() == second.pid
    second.until_says(b"(process %d) has gone; this one goes on in its place" % pid)
    engine.show(state(FAILED))
    second.until_says(b"check failed")


def test_who_takes_over_and_may_not_says_so(project: Repo, engine: Engine, rig: Rig) -> None:
    first = watching(rig, project, engine)
    pid = engine.began()
    engine.show(state(PASSED))
    second = watching(rig, project, engine)
    second.until_says(b"check passed")
    project.config("[jobs")
    os.kill(pid, signal.SIGKILL)
    first.finish()
    assert second.finish() == 2
    assert b".gofigure.toml:1" in second.output
    place = Place(folder(project))
    assert place.take(), "it has left it"
    place.leave()


def test_beside_one_that_watches_other_jobs(project: Repo, engine: Engine, rig: Rig) -> None:
    first = watching(rig, project, engine)
    pid = engine.began()
    second = watching(rig, project, engine, "check")
    third = watching(rig, project, engine, "other", "check")
    for one in (second, third):
        one.until_says(b"process %d is the watcher here" % pid)
    engine.show(state(PASSED))
    first.until_says(b"check passed")
    assert third.finish() == 2
    assert third.output.decode().endswith(
        f"gofigure: process {pid} watches this working tree already: check only\n"
        "          gofigure run other  runs it once; or end that watcher, and name all jobs to one\n"
    )
    second.until_says(b"check passed")
    done = project.gofigure("watch", "othre")
    assert "no job is named 'othre'; did you mean 'other'?" in said(done)


@pytest.mark.parametrize(("seen", "words"), [("other", b", and watches other\n"), ("check", b"\n"), ("gone", b"\n")])
def test_who_takes_over_watches_the_same_jobs(project: Repo, engine: Engine, rig: Rig, seen: str, words: bytes) -> None:
    first = watching(rig, project, engine, "other")
    pid = engine.began()
    engine.show(state(PASSED._replace(job=seen)))
    second = watching(rig, project, engine)
    second.until_says(b"%s passed" % seen.encode())
    os.kill(pid, signal.SIGKILL)
    first.finish()
    assert engine.began() == second.pid
    second.until_says(b"this one goes on in its place" + words)


def test_a_descriptor_above_a_thousand_can_be_waited_for(tmp_path: Path) -> None:
    class Screen(Nobody):
        def filenos(self) -> list[int]:
            return [high]

        def read(self, _fd: int) -> list[Command]:
            return [Command("quit")]

        def looks_at(self, _engine: int) -> None:
            pass

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1200), hard))
    place = Place(str(tmp_path))
    assert place.take()
    ours, other = os.pipe()
    high = fcntl.fcntl(ours, fcntl.F_DUPFD_CLOEXEC, 1100)
    try:
        os.write(other, b"q")
        assert look_on(str(tmp_path), cast("PlainWatch", Screen()), lambda _state: None) is None
    finally:
        for fd in (ours, other, high):
            os.close(fd)
        place.leave()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_once_beside_another_watcher_is_refused(project: Repo, engine: Engine, rig: Rig) -> None:
    first = watching(rig, project, engine)
    pid = engine.began()
    engine.show(state(PASSED))
    first.until_says(b"check passed")
    done = project.gofigure("watch", "--once")
    assert done.returncode == 2
    assert said(done) == (
        f"gofigure: another watcher is at work in this working tree (process {pid}); two would run everything twice\n"
        "          gofigure run check  does the same once, and waits for what it has under way\n"
    )


def test_another_working_tree_has_its_own(project: Repo, engine: Engine, rig: Rig) -> None:
    assert project.commit().returncode == 0
    project.git("worktree", "add", "-q", "../other")
    watching(rig, project, engine)
    first = engine.began()
    watching(rig, project.at(project.root.parent / "other"), engine)
    assert engine.began() != first


@pytest.mark.parametrize(
    ("config", "args", "message"),
    [
        (
            '[jobs.check]\nstages = ["go"]\n[stages.go]\nrun = "true"\n',
            [],
            '\n          add to it: [jobs.check] with on = ["change"], or name one: gofigure watch check\n',
        ),
        (CONFIG, ["chekc"], "no job is named 'chekc'; did you mean 'check'?\n          jobs: check, other\n"),
        (CONFIG, ["go"], "no job is named 'go'"),
        ("[jobs", [], ".gofigure.toml:1: "),
        (CONFIG, ["--interval", "0"], "0.0 is not in the range"),
        (CONFIG, ["--interval", "nan"], "'nan' is not a number of seconds"),
        (CONFIG, ["--settle", "nan"], "'nan' is not a number of seconds"),
        (CONFIG, ["--settle", "-1"], "-1.0 is not in the range"),
    ],
)
def test_refusals(repo: Repo, config: str, args: list[str], message: str) -> None:
    repo.config(config)
    repo.gofigure("allow")
    done = repo.gofigure("watch", *args)
    assert done.returncode == 2
    assert message in said(done)


def test_nothing_runs_that_was_not_allowed(repo: Repo) -> None:
    repo.config(CONFIG)
    done = repo.gofigure("watch", "--json")
    assert done.returncode == 2
    assert "has not been allowed" in json.loads(done.stdout)["error"]["message"]


def test_a_bare_repository(tmp_path: Path, environment: dict[str, str]) -> None:
    done = Repo.create(tmp_path / "bare", environment, "--bare").gofigure("watch")
    assert (done.returncode, said(done)) == (2, "gofigure: a bare repository has no working tree to watch\n")


def test_a_job_that_is_named_needs_no_trigger(project: Repo, engine: Engine, rig: Rig) -> None:
    running = watching(rig, project, engine, "other")
    assert engine.began() == running.pid


def test_a_plain_folder(tmp_path: Path, environment: dict[str, str], engine: Engine, rig: Rig) -> None:
    (tmp_path / "plain").mkdir()
    plain = Repo(tmp_path / "plain", environment)
    plain.config(CONFIG)
    assert plain.gofigure("allow").returncode == 0
    running = watching(rig, plain, engine)
    assert engine.began() == running.pid
    assert plain.json("status")["watcher"]["pid"] == running.pid


def test_status_says_whether_it_lives(project: Repo, engine: Engine, rig: Rig) -> None:
    assert project.json("status")["watcher"] is None
    assert "watcher: none (gofigure watch)\n" in said(project.gofigure("status"))
    assert "watcher" not in said(project.gofigure("status", "other"))
    running = watching(rig, project, engine)
    pid = engine.began()
    held = "two tools disagree\nadd: outputs = ['a.py']"
    trouble = "it is not allowed:\nread it, then: gofigure allow"
    engine.show(state(PASSED._replace(held=held), paused=True, degraded="a limit", trouble=trouble))
    running.until_says(b"is held")
    until(lambda: project.json("status")["watcher"]["held"], what="it is there to see")
    assert project.json("status")["watcher"] == {
        "pid": pid,
        "backend": "inotify",
        "degraded": "a limit",
        "waiting": "",
        "trouble": trouble,
        "paused": True,
        "remotes": [],
        "held": {"check": held},
    }
    words = (
        f"watcher: at work (process {pid}, inotify, paused)\n"
        "  degraded: a limit\n"
        "  trouble: it is not allowed:\n    read it, then: gofigure allow\n"
        "  check is held: two tools disagree\n    add: outputs = ['a.py']\n"
    )
    assert words in said(project.gofigure("status"))
    os.kill(pid, signal.SIGKILL)
    running.finish()
    assert project.json("status")["watcher"] is None


@pytest.mark.parametrize(
    ("args", "display", "told"), [(["--notify"], ":0", True), ([], ":0", False), (["--notify"], "", False)]
)
def test_a_word_on_the_desktop(
    project: Repo, engine: Engine, rig: Rig, *, args: list[str], display: str, told: bool
) -> None:
    gate = rig.gate()
    project.write("../bin/notify-send", f'#!/bin/sh\nprintf "%s\\n" "$@" > ../told\n{gate.sh}\n', mode=0o755)
    path = f"{project.root.parent}/bin:{project.env['PATH']}"
    running = watching(rig, project, engine, *args, PATH=path, DISPLAY=display)
    engine.began()
    engine.show(state(PASSED))
    engine.show(state(FAILED))
    if told:
        gate.arrive()  # it hangs now
        words = (project.root.parent / "told").read_text()
        assert words == "--app-name=gofigure\n--\ngofigure: check failed\ngo (in r)\n"
    engine.show(state(PASSED._replace(run=9), paused=True))
    running.until_says(b" paused\n")
    engine.say("end")
    assert running.finish() == 0
    assert running.output.count(b"--notify tells nobody: there is no desktop") == (bool(args) and not told)
    assert (project.root.parent / "told").exists() is told


def test_a_word_on_the_desktop_does_not_outlive_the_watcher(project: Repo, engine: Engine, rig: Rig) -> None:
    project.write(
        "../bin/notify-send",
        "#!/bin/sh\necho $$ > ../pid.new\nmv ../pid.new ../pid\nread line < ../never\n",
        mode=0o755,
    )
    os.mkfifo(project.root.parent / "never")
    path = f"{project.root.parent}/bin:{project.env['PATH']}"
    running = watching(rig, project, engine, "--notify", PATH=path, DISPLAY=":0")
    engine.began()
    engine.show(state(PASSED))
    engine.show(state(FAILED))
    told = project.root.parent / "pid"
    until(told.exists, what="it is being told")
    assert alive(int(told.read_text()))
    engine.say("end")
    assert running.finish() == 0
    assert not alive(int(told.read_text()))


def test_the_fifo_of_others_is_heard_beside_the_keyboard(project: Repo, engine: Engine, rig: Rig) -> None:
    watching(rig, project, engine)
    engine.began()
    engine.show(state(PASSED))
    assert send(folder(project), Command("pause"))
    assert engine.asked() == Command("pause")
