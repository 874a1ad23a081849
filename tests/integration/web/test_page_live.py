"""What happens elsewhere appears; what is asked for happens; nobody's death is another's."""

from __future__ import annotations

import http.client
import json
import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.mono import LIB, begin
from support.page import Served
from support.repo import Repo
from support.rig import Rig, alive, said, until
from support.watcher import Watcher, ran, saying

from gofigure.web.door.place import card_of


class _Stream:
    """The news as a browser hears them."""

    def __init__(self, served: Served, seen: str = "") -> None:
        self._connection = http.client.HTTPConnection(served.host, timeout=30)
        headers = {"Cookie": served.session, **({"Last-Event-ID": seen} if seen else {})}
        self._connection.request("GET", "/events", headers=headers)
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200
        self.seen = seen

    def next(self) -> Any:
        """The next event."""
        data = None
        while True:
            line = self._answer.readline().decode()
            assert line, "the stream has ended"
            name, _, value = line.rstrip("\n").partition(": ")
            if name == "id":
                self.seen = value
            elif name == "data":
                data = json.loads(value)
            elif not line.strip() and data is not None:
                return data

    def until(self, served: Served, true: Any) -> Any:
        """The first state of Now of which `true` holds, asked for only when there are news."""
        while not true(now := served.get("/now")):
            self.next()
        return now

    def close(self) -> None:
        self._connection.close()


@contextmanager
def _listening(served: Served, seen: str = "") -> Iterator[_Stream]:
    stream = _Stream(served, seen)
    try:
        yield stream
    finally:
        stream.close()


def _job(now: Any, name: str) -> Any:
    return next(job for job in now["jobs"] if job["job"] == name)


def test_a_run_that_a_hook_starts_elsewhere_appears(served: Served) -> None:
    config = (served.repo.root / ".gofigure.toml").read_text()
    served.repo.config(config.replace("[jobs.check]", '[jobs.check]\non = ["pre-commit"]'))
    assert served.repo.gofigure("install-hooks").returncode == 0
    with _listening(served) as stream:
        stream.next()
        served.repo.write("a.py", "a = 2\n")
        assert served.repo.commit("two").returncode == 0
        now = stream.until(served, lambda now: _job(now, "check")["verdict"] == "passed")
        assert _job(now, "check")["trigger"] == "pre-commit"
        stream.until(served, lambda now: now["hooks"]["installed"] and (now["branch"], now["changed"]) == ("main", 0))


def test_a_folder_that_gets_another_configuration_is_told(rig: Rig, repo: Repo) -> None:
    begin(repo)
    repo.write("lib/.gofigure.toml", LIB + "# changed\n")
    served = Served(rig, repo)
    with _listening(served) as stream:
        stream.next()
        stream.until(served, lambda now: now["changed"] == 1)
        while f'data-stamp="{stream.seen}"' not in served.ask("GET", "/").text:
            stream.next()
        repo.write("lib/.gofigure.toml", LIB.replace("jobs.check", "jobs.other"))  # of which git says what it said
        stream.next()
        assert "lib:other" in [job["job"] for job in served.get("/now")["jobs"]]


def test_a_program_is_told_of_the_branch_though_nobody_listens(served: Served) -> None:
    """It never connects to the stream, for which else somebody looks around."""
    repo = served.repo
    assert served.get("/jobs")["looked_around"] is False
    now = served.get("/now")
    assert (now["branch"], now["changed"], now["hooks"]["known"], now["looked_around"]) == ("main", 0, True, True)
    repo.git("switch", "-q", "-c", "topic")
    repo.write("b.py", "b\n")
    until(lambda: (at := served.get("/now"))["branch"] == "topic" and at["changed"] == 1, what="it looked again")
    with _listening(served):
        pass
    repo.write("c.py", "c\n")
    until(lambda: served.get("/now")["changed"] == 2, what="it goes on when a browser has left")
    assert served.get("/history")["changed"] == 2


def test_who_comes_back_hears_what_has_happened_and_who_missed_nothing_hears_nothing(served: Served) -> None:
    with _listening(served) as stream:
        stream.next()
        stream.until(served, lambda now: now["branch"] == "main")
        seen = stream.seen
    served.repo.gofigure("run", "check")
    with _listening(served, seen) as stream:
        assert stream.next()["state"] == "passed"
        assert stream.seen != seen


def test_the_run_button_and_cancel(served: Served) -> None:
    assert served.gate is not None
    with _listening(served) as stream:
        assert served.do("run", names=["slow"]).status == 200
        served.gate.arrive()
        now = stream.until(served, lambda now: _job(now, "slow")["verdict"] == "running")
        assert now["state"] == "running"
        assert served.do("cancel", run=_job(now, "slow")["run"]).status == 200
        now = stream.until(served, lambda now: _job(now, "slow")["verdict"] != "running")
        assert _job(now, "slow")["verdict"] == "interrupted"
        stream.until(served, lambda now: not now["queue"])
        assert served.do("cancel", run=_job(now, "slow")["run"]).status == 409


def test_no_module_of_the_project_is_taken_for_ours(served: Served) -> None:
    for name in ("json", "gofigure", "asyncio", "click"):
        served.repo.write(f"{name}.py", "raise SystemExit(9)\n")
    assert served.do("run", names=["check"]).status == 200
    with _listening(served) as stream:
        now = stream.until(served, lambda now: _job(now, "check")["verdict"] or now["queue"])
        stream.until(served, lambda now: _job(now, "check")["verdict"] == "passed")
        assert now["queue"] == []


def test_a_kill_of_the_page_touches_no_run_and_the_next_page_starts(served: Served, rig: Rig) -> None:
    assert served.gate is not None
    assert served.do("run", names=["slow"]).status == 200
    pid = served.gate.arrive()
    os.kill(served.running.pid, signal.SIGKILL)
    served.running.finish()
    again = Served(rig, served.repo)
    assert again.host == served.host  # open tabs find it
    assert alive(pid)
    served.gate.open()
    until(lambda: _job(again.get("/now"), "slow")["verdict"] == "passed", what="the run has passed")


def test_ctrl_c_ends_it_with_its_streams(served: Served) -> None:
    with _listening(served) as stream:
        stream.next()
        os.kill(served.running.pid, signal.SIGINT)
        assert served.running.finish() == 0
    assert b"Traceback" not in served.running.output


def test_all_that_waits_is_shown(rig: Rig, repo: Repo) -> None:
    gate = rig.gate()
    repo.config(
        '[jobs.check]\non = ["change"]\nstages = ["s"]\n[jobs.fmt]\non = ["change"]\nstages = ["f"]\n'
        '[jobs.after]\non = ["post-commit"]\nbackground = true\nstages = ["w"]\n'
        '[stages.s]\ninputs = ["*.py"]\nrun = "true"\n'
        f"[stages.f]\nrun = \"date +%s%N >stamp\"\n[stages.w]\ncache = false\nrun = '''{gate.sh}'''\n"
    )
    repo.write("stamp", "")
    repo.commit()
    assert repo.gofigure("install-hooks").returncode == 0
    watcher = Watcher(rig, repo, "--ui")
    watcher.until(lambda now: any(job.held for job in now.jobs), "fmt is held")
    served = Served(rig, repo)  # finds the watcher's
    repo.git("commit", "-q", "--allow-empty", "-m", "one")
    gate.arrive()
    repo.git("commit", "-q", "--allow-empty", "-m", "two")
    repo.write("a.py", "a = 1\n")
    waiting = {"the watcher", "fmt", "post-commit"}
    until(lambda: {one["what"] for one in served.get("/now")["queue"]} == waiting, what="all three wait")
    page = served.ask("GET", "/").text
    assert all(what in page for what in waiting)
    assert "Take back" not in page
    gate.open()
    gate.arrive()
    gate.open()


def test_what_cannot_be_run_says_why(served: Served) -> None:
    for names in ([], ["nothing"], "check", ["--no-cache"], ["check", 1], None, ["x"] * 1000):
        assert served.do("run", names=names).status == 409
    for commit in ("HEAD", "--staged", "abc", "x" * 40, 7, "0" * 40):
        assert served.do("run", names=["check"], commit=commit).status == 409
    assert served.do("run", names=["check"], again="yes").status == 409
    for number in (0, -1, 1 << 70, "1", True, None):
        assert served.do("cancel", run=number).status == 409
    assert served.do("pause").status == 409  # no watcher
    assert served.repo.json("history")["runs"] == []
    served.repo.gofigure("run", "check", "--commit", "HEAD")
    content = served.get("/runs/1")["run"]["content"].removeprefix("commit ")
    served.repo.git("update-ref", "-d", "HEAD")
    served.repo.git("reflog", "expire", "--all", "--expire=now")
    served.repo.git("prune", "--expire=now")  # and so it is gone
    assert served.do("run", names=["check"], commit=content).status == 200
    with _listening(served) as stream:
        now = stream.until(served, lambda now: any(one["failed"] for one in now["queue"]))
        assert content in now["queue"][0]["why"]
        assert served.do("dismiss", number=now["queue"][0]["number"]).status == 200
        stream.until(served, lambda now: not now["queue"])


def test_a_configuration_that_is_not_allowed_is_not_run(served: Served) -> None:
    served.repo.gofigure("run", "check")
    served.repo.write(".gofigure.toml", "[jobs.check]\nstages = [")
    now = served.get("/now")
    assert "TOML" in now["trouble"] or "toml" in now["trouble"]
    assert served.do("run", names=["check"]).status == 409
    assert served.ask("GET", "/runs/1").status == 200
    assert served.repo.gofigure("allow", "--revoke").returncode == 0
    assert served.ask("GET", "/api/v1/runs/1").status in (200, 409)
    assert served.do("run", names=["check"]).status == 409


def test_a_log_is_told_line_by_line(served: Served, rig: Rig) -> None:
    gate = rig.gate("talk")
    served.repo.config(
        f"[jobs.j]\nstages = ['s']\n[stages.s]\nrun = '''echo one; {gate.sh}; echo two'''\ncache = false\n"
    )
    running = rig.start(served.repo, "run", "j")
    gate.arrive()
    log = "/runs/1/logs/0/0"
    until(lambda: served.ask("GET", f"/api/v1{log}").status == 200, what="the log is there")
    first = served.get(f"{log}?seen=0")
    assert (first["lines"], first["ended"]) == ([[["one", ""]]], False)
    gate.open()
    more = served.get(f"{log}?first=1&seen={first['size']}")
    assert more["lines"] == [[["two", ""]]]
    assert running.finish() == 0
    assert served.get(f"{log}?seen={more['size']}")["ended"] is True
    assert served.get(f"{log}/search?q=TWO") == {"lines": [1], "more": False}


def test_a_watcher_that_was_killed_is_at_once_no_more_at_work(repo: Repo, rig: Rig) -> None:
    """Only its lock, which the kernel frees, tells of it: no file has changed, and nobody has looked around."""
    repo.config('[jobs.check]\non = ["change"]\nstages = ["one"]\n[stages.one]\nrun = "true"\n')
    repo.commit("one")
    watcher = Watcher(rig, repo)
    watcher.rest()
    served = Served(rig, repo)
    assert "watcher at work" in served.ask("GET", "/").text
    watcher.kill(signal.SIGKILL)
    watcher.ended()
    until(lambda: "no watcher" in served.ask("GET", "/").text, what="it is seen to be gone")


def test_pause_and_cancel_ask_the_watcher(repo: Repo, rig: Rig) -> None:
    gate = rig.gate("watched")
    repo.config(f"settle = 0.05\n[jobs.check]\non = ['change']\nstages = ['s']\n[stages.s]\nrun = '''{gate.sh}'''\n")
    repo.write("a.py", "1\n")
    repo.commit()
    watcher = Watcher(rig, repo)
    gate.arrive()
    served = Served(rig, repo)
    with _listening(served) as stream:
        now = stream.until(served, lambda now: now["watcher"]["alive"] and _job(now, "check")["verdict"] == "running")
        assert served.do("cancel", run=_job(now, "check")["run"]).status == 200
        stream.until(served, lambda now: _job(now, "check")["verdict"] == "interrupted")
        assert served.do("pause").status == 200
        stream.until(served, lambda now: now["watcher"]["paused"])
    assert alive(watcher.running.pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_beside_a_watcher_it_lives_as_long_as_that(repo: Repo, rig: Rig, number: signal.Signals) -> None:
    repo.config("[jobs.check]\non = ['change']\nstages = ['s']\n[stages.s]\nrun = 'true'\n")
    watcher = Watcher(rig, repo, "--ui")
    watcher.running.until_says(b"/login?ticket=")
    card = card_of(watcher.folder)
    assert card is not None
    assert alive(card.pid)
    watcher.kill(number)
    watcher.ended()
    until(lambda: not alive(card.pid), what="the page has gone too")
    assert card_of(watcher.folder) is None


def test_a_page_in_a_folder_without_yes_says_what_to_type(repo: Repo) -> None:
    repo.config('[jobs.check]\nstages = ["s"]\n[stages.s]\nrun = "true"\n')
    repo.git("add", "-A")
    done = repo.gofigure("ui", "--no-browser")
    assert done.returncode == 2
    assert "gofigure allow" in said(done)
    assert not stat.S_ISSOCK((repo.root / ".git").stat().st_mode)


def test_a_switch_stays_as_it_is_when_watchers_come_and_go(repo: Repo, rig: Rig) -> None:
    repo.config(
        "settle = 0.05\n[jobs.one]\non = ['change']\nstages = ['one']\n[jobs.hand]\nstages = ['one']\n"
        f"[stages.one]\nrun = '''{saying(repo, 'one')}'''\ninputs = ['*.py']\n"
    )
    repo.write("a.py", "1\n")
    repo.commit()
    served = Served(rig, repo)
    assert served.do("pause", job="hand", off=True).status == 409
    assert served.do("pause", job="one", off="yes").status == 409
    for _ in range(2):  # said twice, it is no other wish
        assert served.do("pause", job="one", off=True).json["off"] is True
    assert _job(served.get("/now"), "one")["off"]
    for _ in range(2):
        watcher = Watcher(rig, repo)
        watcher.rest()
        watcher.until(lambda state: state.jobs[0].off, "it is off")
        watcher.kill(signal.SIGKILL)
        watcher.ended()
    assert ran(repo, "one") == 0
    assert "one is switched off: no change starts it" in repo.gofigure("status").stdout.decode()
    assert repo.json("status")["switched_off"] == ["one"]
    assert served.do("pause", job="one").json["off"] is False
    watcher = Watcher(rig, repo)
    watcher.rest()
    assert ran(repo, "one") == 1
    assert repo.json("status")["switched_off"] == []


def test_a_job_is_switched_off_and_on_again(repo: Repo, rig: Rig) -> None:
    jobs = "".join(f"[jobs.{name}]\non = ['change']\nstages = ['{name}']\n" for name in ("one", "two"))
    stages = "".join(
        f"[stages.{name}]\nrun = '''{saying(repo, name)}'''\ninputs = ['*.py']\n" for name in ("one", "two")
    )
    repo.config(f"settle = 0.05\n{jobs}{stages}")
    repo.write("a.py", "1\n")
    repo.commit()
    watcher = Watcher(rig, repo)
    watcher.rest()
    served = Served(rig, repo)
    assert served.do("pause", job="nothing").status == 409
    assert served.do("pause", job=["one"]).status == 409
    assert served.do("pause", job="one").status == 200
    watcher.until(lambda state: state.jobs[0].off, "one is off")
    repo.write("a.py", "2\n")
    watcher.rest()
    assert (ran(repo, "one"), ran(repo, "two")) == (1, 2)
    now = served.get("/now")
    assert (_job(now, "one")["off"], _job(now, "two")["off"]) == (True, False)
    assert served.do("pause", job="one").status == 200
    watcher.until(lambda state: not state.jobs[0].off and state.jobs[0].run > 3, "one has run again")
    assert (ran(repo, "one"), ran(repo, "two")) == (2, 2)


_PYTEST = """#!/bin/sh
[ "$1" != --version ] || exec echo pytest 9.2.1
file=${1#--junitxml=}
cat > "$file" <<EOF
<testsuites><testsuite><testcase classname="t" name="good" time="0.5"/><testcase classname="t" name="slow" time="2"/>
<testcase classname="t" name="bad" time="0.1"><failure message="assert &lt;b&gt; == 2"/></testcase>
</testsuite></testsuites>
EOF
echo printed
exit 1
"""


def test_single_tests_are_shown_failures_first(repo: Repo, rig: Rig, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "pytest"
    program.parent.mkdir()
    program.write_text(_PYTEST)
    program.chmod(0o755)
    repo.config('[jobs.check]\nstages = ["unit"]\n[stages.unit]\ntarget = "pytest"\n')
    repo.write("test_a.py", "")
    served = Served(rig, repo)
    repo.gofigure("run", env={"PATH": f"{program.parent}:{repo.env['PATH']}"})
    cases = served.get("/runs/1")["cases"]
    assert [case["name"] for case in cases["shown"]] == ["bad", "slow", "good"]
    assert cases["counts"] == {"passed": 2, "failed": 1}
    page = served.ask("GET", "/runs/1").text
    assert "assert &lt;b&gt; == 2" in page
    assert "2 passed, 1 failed" in page


def test_kept_files_are_named(repo: Repo, rig: Rig) -> None:
    stage = "run = 'mkdir -p dist; echo x > dist/a.whl'\ninputs = ['*.py']\noutputs = ['dist/**']\n"
    repo.config(f"[jobs.j]\nstages = ['s', 't']\n[stages.s]\n{stage}[stages.t]\nrun = 'true'\n")
    repo.write("a.py", "")
    repo.write(".gitignore", "dist\n")
    served = Served(rig, repo)
    repo.gofigure("run")
    artifact = served.get("/runs/1?stage=s")["artifact"]
    assert [(one["path"], one["size"]) for one in artifact["items"]] == [("dist/a.whl", 2)]
    assert "dist/a.whl" in served.ask("GET", "/runs/1?stage=s").text
    assert served.get("/runs/1?stage=t")["artifact"] is None
