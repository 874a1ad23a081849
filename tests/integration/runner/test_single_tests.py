"""The single tests of a stage: kept, shown, and never a proof where they pass and fail on the same content."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.parsers import expat

import pytest
from support.repo import Done, Repo
from support.rig import Rig, lines, said, stages, verdicts

CONFIG = """
[jobs.check]
on = ["pre-commit"]
stages = ["unit"]
[stages.unit]
target = "pytest"
"""
STUB = """#!/bin/sh
[ "$1" != --version ] || exec echo pytest 9.2.1
echo ran >> '{state}/ran'
for word; do case $word in --junitxml=*) file=${{word#*=}} ;; esac; done
[ ! -e '{state}/act' ] || . '{state}/act'
[ ! -e '{state}/report' ] || cat '{state}/report' > "$file"
echo printed by the tests
exit "$(cat '{state}/code')"
"""


def _report(**tests: str) -> str:
    """A report on tests by name: "" for one that has passed, or else its failure."""
    inner = {name: f'<failure message="{line}"/>' if line else "" for name, line in tests.items()}
    cases = "".join(
        f'<testcase classname="t" name="{name}" time="0.5">{told}</testcase>' for name, told in inner.items()
    )
    return f"<testsuites><testsuite>{cases}</testsuite></testsuites>"


class Stub:
    """A pytest of our own: what it says and comes to is decided outside of the content."""

    def __init__(self, repo: Repo, state: Path) -> None:
        state.mkdir()
        self.state = state
        program = state / "bin/pytest"
        program.parent.mkdir()
        program.write_text(STUB.format(state=state))
        program.chmod(0o755)
        path = f"{program.parent}:{repo.env['PATH']}"
        self.repo = Repo(repo.root, {**repo.env, "PATH": path})
        self.says(_report(a=""))
        self.repo.write("test_a.py", "one")

    def says(self, report: str | bytes, code: int = 0) -> None:
        data = report if isinstance(report, bytes) else report.encode()
        (self.state / "report").write_bytes(data)
        (self.state / "code").write_text(str(code))

    def acts(self, line: str) -> None:
        (self.state / "act").write_text(line)

    @property
    def ran(self) -> int:
        return lines(self.state / "ran")

    def run(self, *args: str) -> Any:
        return stages(self.repo.json("run", *args))["unit"]


@pytest.fixture
def stub(repo: Repo, tmp_path: Path) -> Stub:
    made = Stub(repo, tmp_path / "state")
    repo.config(CONFIG)
    assert repo.gofigure("allow").returncode == 0
    return made


PASSES, FAILS = _report(a="", b=""), _report(a="", b="it is not b")


@pytest.fixture
def real(repo: Repo, tmp_path: Path) -> Repo:
    """A repository with a stage of the pytest that runs this."""
    program = tmp_path / "bin/pytest"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m pytest -p no:cacheprovider "$@"\n')
    program.chmod(0o755)
    at = Repo(repo.root, {**repo.env, "PATH": f"{program.parent}:{repo.env['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"})
    at.write("pytest.ini", "[pytest]\n")
    at.write(".gitignore", "__pycache__\n")
    at.config(CONFIG)
    assert at.gofigure("allow").returncode == 0
    return at


def test_what_pytest_tells_is_kept_and_shown(real: Repo) -> None:
    at = real
    at.write(
        "test_a.py",
        "import pytest\n"
        "@pytest.mark.parametrize('x', [1, 'a b'])\ndef test_x(x): assert x == 1\n"
        "class TestC:\n    def test_in(self): pass\n"
        "@pytest.mark.skip(reason='later')\ndef test_skip(): pass\n",
    )
    done = at.gofigure("run")
    assert done.returncode == 1
    assert b"1 of 4 tests failed: test_x[a b]" in done.stdout
    assert b"test_a::test_x[a b]: AssertionError: assert 'a b' == 1" in done.stdout
    found = at.json("logs", "1", "unit")["stages"][0]
    assert found["tests"] == {"total": 4, "passed": 2, "failed": 1, "skipped": 1, "left_out": 0}
    assert [(case["suite"], case["name"], case["verdict"]) for case in found["cases"]] == [
        ("test_a", "test_x[1]", "passed"),
        ("test_a", "test_x[a b]", "failed"),
        ("test_a.TestC", "test_in", "passed"),
        ("test_a", "test_skip", "skipped"),
    ]
    logs = at.gofigure("logs", "1", "unit")
    assert b"1 of 4 tests failed" in logs.stderr
    assert b"test session starts" in logs.stdout
    assert b"1 of 4" not in logs.stdout  # the very bytes that it printed
    folder = Path(found["log"]).parent
    assert [path.name for path in folder.iterdir()] == ["unit.log"]  # no report is left
    assert b"4 tests: 2 passed, 1 failed, 1 skipped" in at.gofigure("why", "unit").stdout
    assert b"generated xml file" not in logs.stdout  # nobody has asked for one


def test_a_pytest_that_a_test_starts_is_asked_for_nothing(real: Repo) -> None:
    """Neither a report that it may not be able to write, nor one in the place of the stage's own."""
    real.write("inner/check.py", "def test_in(): pass\n")
    real.write(
        "test_a.py",
        "import subprocess, sys\n"
        "def test_out():\n"
        "    words = [sys.executable, '-m', 'pytest', '-p', 'no:cacheprovider', 'inner/check.py']\n"
        "    assert subprocess.run([*words, '-p', 'no:junitxml']).returncode == 0\n"
        "    assert subprocess.run(words).returncode == 0\n"
        "    import os; os.environ['SEEN'] = os.environ.get('PYTEST_ADDOPTS', 'none')\n"
        "    assert os.environ['SEEN'] == 'none'\n",
    )
    found = stages(real.json("run"))["unit"]
    assert (found["verdict"], found["proven"], found["tests"]["total"]) == ("passed", True, 1)


def test_what_ends_pytest_early_is_no_proof(real: Repo) -> None:
    real.write("test_a.py", "import os\ndef test_a(): os._exit(0)\ndef test_b(): assert False\n")
    for _ in range(2):
        found = stages(real.json("run"))["unit"]
        assert (found["verdict"], found["proven"], found["tests"]) == ("passed", False, None)
        assert found["note"] == "not proven: its report did not come: something ended pytest early"


def test_what_passed_and_failed_on_one_content_is_never_reused_there(stub: Stub) -> None:
    stub.says(PASSES)
    assert stub.run()["proven"]
    assert stub.run()["verdict"] == "reused"
    stub.says(FAILS, 1)
    assert stub.run("--no-cache")["failures"][0]["name"] == "b"
    stub.says(PASSES)
    found = stub.run()
    assert (found["verdict"], found["proven"]) == ("passed", False)
    assert found["note"] == "not proven: flaky: b passed and failed on this content"
    before = stub.ran
    assert stub.run()["reason"] == "flaky: b passed and failed on this content"
    assert stub.ran == before + 1
    (told,) = stub.repo.json("history", "--tests", "--flaky")["flaky"]
    assert (told["stage"], told["name"], told["contents"], told["failed"]) == ("unit", "b", 1, 1)
    assert b"flaky: b passed and failed" in stub.repo.gofigure("status").stdout
    for args in (("status",), ("why", "unit"), ("run",), ("history", "--tests"), ("history", "--tests", "--flaky")):
        assert stub.repo.gofigure(*args).stdout.count(b"gofigure history --tests --forget-flaky") == 1
    stub.repo.gofigure("history", "--tests", "--forget-flaky")
    for args in (("status",), ("why", "unit"), ("run",), ("history", "--tests")):
        assert b"--forget-flaky" not in stub.repo.gofigure(*args).stdout
    assert stub.repo.gofigure("history", "--tests", "--forget-flaky").stdout == b"no flaky test is known\n"
    of_unit = stub.repo.gofigure("history", "--tests", "unit", "--forget-flaky")
    assert of_unit.stdout == b"no flaky test is known of unit\n"


def test_another_content_is_proven_and_the_first_stays_as_it_was(stub: Stub) -> None:
    _make_flaky(stub)
    stub.repo.write("test_a.py", "two")
    assert stub.run()["proven"]
    assert stub.run()["verdict"] == "reused"
    stub.repo.write("test_a.py", "one")
    assert stub.run()["reason"].startswith("flaky: b")
    done = stub.repo.gofigure("history", "--tests", "unit", "--forget-flaky")
    assert b"1 flaky test forgotten" in done.stdout
    assert stub.run()["proven"]
    assert stub.run()["verdict"] == "reused"


def _make_flaky(stub: Stub) -> None:
    for report, code in ((FAILS, 1), (PASSES, 0)):
        stub.says(report, code)
        stub.run("--no-cache")


def test_a_failure_that_comes_last_takes_the_proof_and_none_comes_back(stub: Stub) -> None:
    stub.says(PASSES)
    assert stub.run()["proven"]
    stub.says(FAILS, 1)
    stub.run("--no-cache")
    assert stub.repo.json("history", "--tests", "--flaky")["flaky"]
    stub.says(PASSES)
    assert not stub.run()["proven"]


def test_one_that_passes_only_when_tried_again_is_no_proof(stub: Stub) -> None:
    stub.repo.config(CONFIG + "retries = 1\n")
    assert stub.repo.gofigure("allow").returncode == 0
    good, once = stub.state / "good", stub.state / "once"
    good.write_text(PASSES)
    stub.acts(f"if [ -e {once} ]; then printf 0 > {stub.state}/code; cp {good} {stub.state}/report; fi; : > {once}")
    for _ in range(2):
        before = stub.ran
        stub.says(FAILS, 1)
        once.unlink(missing_ok=True)
        found = stub.run()
        assert (found["verdict"], found["proven"]) == ("passed", False)
        assert "flaky: b passed and failed" in found["note"]
        assert found["tests"] == {"total": 2, "passed": 2, "failed": 0, "skipped": 0, "left_out": 0}
        assert stub.ran == before + 2
    shown = stub.repo.gofigure("history", "--tests", "--flaky").stdout.decode().splitlines()[1]
    assert shown == "  unit: t::b  on 1 content; passed in 2 runs after it was tried again"
    cases = stub.repo.json("logs", "last", "unit")["stages"][0]["cases"]
    assert [(case["name"], case["verdict"], case["attempt"]) for case in cases if case["name"] == "b"] == [
        ("b", "failed", 1),
        ("b", "passed", 2),
    ]


def test_what_failed_while_its_files_changed_has_not_failed_on_what_was_before(stub: Stub) -> None:
    stub.says(FAILS, 1)
    stub.acts("echo half a change > test_a.py")
    assert stub.run()["verdict"] == "failed"
    (stub.state / "act").unlink()
    stub.repo.write("test_a.py", "one")
    stub.says(PASSES)
    assert stub.run()["proven"]
    assert stub.run()["verdict"] == "reused"


def test_a_failure_without_a_test_leaves_a_later_pass_a_proof(stub: Stub) -> None:
    stub.says("", 4)
    assert stub.run()["verdict"] == "failed"
    stub.says(PASSES)
    assert stub.run()["proven"]


def test_the_hooks_script_lets_nothing_flaky_through_by_itself(stub: Stub) -> None:
    repo = stub.repo
    assert repo.gofigure("install-hooks").returncode == 0
    assert repo.commit().returncode == 0
    before = stub.ran
    assert repo.try_git("commit", "-q", "--allow-empty", "-m", "proven").returncode == 0
    assert stub.ran == before  # by the marker, or by the proof
    stub.says(_report(a="no"), 1)
    repo.gofigure("run", "--no-cache", "--staged")
    stub.says(_report(a=""))
    for times in range(1, 3):
        assert repo.try_git("commit", "-q", "--allow-empty", "-m", "again").returncode == 0
        assert stub.ran == before + 1 + times


@pytest.mark.parametrize(
    "report",
    [
        b"",
        b"\0\xff" * 1000,
        b'<!DOCTYPE x [<!ENTITY a "b">]><testcase name="&a;"/>',
        b"<a>" * 100_000,
        _report(a="").encode()[:-30],
        _report(**{"&#27;]0;x&#7;": ""}).encode(),
        b'<testcase name="\xed\xa0\x80"/>',
        b'<testcase name="&#xFFFD;&#x202e;" time="nan"/>',
    ],
)
def test_whatever_the_report_the_exit_code_is_the_verdict(stub: Stub, report: bytes) -> None:
    stub.says(report, 1)
    done = stub.repo.gofigure("run")
    assert done.returncode == 1
    assert b"Traceback" not in done.stdout + done.stderr
    assert b"\x1b" not in done.stdout
    stub.says(report)
    assert stub.run("--no-cache")["verdict"] == "passed"


def test_half_a_report_is_no_proof_whatever_the_exit_code(stub: Stub) -> None:
    stub.says(_report(a="", b="").encode()[:-20])
    found = stub.run()
    assert (found["verdict"], found["proven"], found["tests"]["total"]) == ("passed", False, 2)
    assert "its report did not come" in found["note"]
    stub.says(PASSES)
    assert stub.run()["proven"]


def test_what_needs_it_is_not_proven_either(stub: Stub) -> None:
    stub.repo.config(CONFIG.replace('["unit"]', '["unit", "ship"]') + '[stages.ship]\nrun = "true"\nneeds = ["unit"]\n')
    assert stub.repo.gofigure("allow").returncode == 0
    stub.says(b"")
    assert stages(stub.repo.json("run"))["ship"]["note"] == "not proven: it needs unit, which was not proven"
    _make_flaky(stub)
    found = stages(stub.repo.json("run"))
    assert "flaky" in found["unit"]["note"]
    assert (found["ship"]["proven"], found["ship"]["note"]) == (
        False,
        "not proven: it needs unit, which was not proven",
    )
    stub.repo.gofigure("history", "--tests", "--forget-flaky")
    assert stages(stub.repo.json("run"))["ship"]["proven"]


def test_what_was_ended_has_told_nothing(stub: Stub) -> None:
    stub.repo.config(CONFIG + "timeout = 0.5\n")
    assert stub.repo.gofigure("allow").returncode == 0
    stub.acts(f'cat "{stub.state}/report" > "$file"; exec sleep 60')
    found = stub.run()
    assert (found["verdict"], found["tests"]) == ("timed out", None)
    assert _reports(stub) == []


def test_what_failed_is_told_in_the_same_words_then_and_later(stub: Stub) -> None:
    stub.says(FAILS, 1)
    then = stub.run()
    assert then["failures"] == [
        {
            "suite": "t",
            "name": "b",
            "verdict": "failed",
            "seconds": 0.5,
            "line": "it is not b",
            "location": "",
            "attempt": 1,
        }
    ]
    later = stages(stub.repo.json("history"))["unit"]
    (logged,) = stub.repo.json("logs", "last")["stages"]
    last = stub.repo.json("why", "unit")["stages"][0]["last"]
    for told in (later, logged, last):
        assert {name: told[name] for name in then} == then


def _reports(stub: Stub) -> list[Path]:
    return list((stub.repo.root / ".git/gofigure/runs").glob("*/*.report"))


def test_nor_is_a_report_left_by_who_is_interrupted(stub: Stub, rig: Rig) -> None:
    """What it says is not masked."""
    gate = rig.gate()
    stub.acts('echo secret > "$file"; ' + gate.sh)
    running = rig.start(stub.repo, "run")
    gate.arrive()
    assert len(_reports(stub)) == 1
    os.kill(running.pid, signal.SIGINT)
    assert running.finish() == 130
    assert _reports(stub) == []


def test_each_location_has_rows_of_its_own(stub: Stub) -> None:
    for name in ("api", "web"):
        stub.repo.write(f"{name}/test_a.py", "")
    stub.repo.config(CONFIG + 'locations = ["api", "web"]\n')
    assert stub.repo.gofigure("allow").returncode == 0
    stub.says(FAILS, 1)
    found = stub.run()
    assert found["tests"]["total"] == 4
    assert [case["location"] for case in found["failures"]] == ["api", "web"]
    assert found["excerpt"] == ["2 of 4 tests failed: b, b", "api: t::b: it is not b", "web: t::b: it is not b"]


def test_a_huge_name_is_cut_where_it_is_shown_and_shown_once(stub: Stub) -> None:
    names = [f"test[{'x' * 600}{last}]" for last in "ab"]
    stub.says(_report(**dict.fromkeys(names, "no")), 1)
    done = stub.repo.gofigure("run")
    assert done.stdout.count(b"x" * 100) == 2  # one line each
    assert max(map(len, done.stdout.decode().splitlines())) < 140
    assert max(map(len, stub.repo.gofigure("history", "--tests").stdout.decode().splitlines())) < 180
    kept = [case["name"] for case in stub.repo.json("logs", "last", "unit")["stages"][0]["cases"]]
    assert [len(name) for name in kept] == [500, 500]
    assert kept[0] != kept[1]


def test_where_no_row_says_why_the_log_does(stub: Stub) -> None:
    stub.says(_report(a="", b="&#10;"), 1)
    stub.acts("echo 'b.py:3: error: it is not b'")
    assert stub.run()["excerpt"][:2] == ["1 of 2 tests failed: b", "b.py:3: error: it is not b"]


def test_no_secret_is_kept_in_the_name_of_a_test(stub: Stub) -> None:
    stub.repo.config(CONFIG + 'secrets = ["TOKEN"]\n')
    assert stub.repo.gofigure("allow").returncode == 0
    secret = "hunter2-hunter2"
    stub.says(_report(**{f"test[{secret}]": f"no {secret} here"}), 1)
    done = stub.repo.gofigure("run", "--json", env={"TOKEN": secret})
    assert b"test[***]" in done.stdout
    assert secret.encode() not in done.stdout + (stub.repo.root / ".gofigure").read_bytes()


def _names(data: bytes, element: str) -> list[str]:
    found: list[str] = []
    parser = expat.ParserCreate()

    def start(name: str, values: dict[str, str]) -> None:
        if name == element:
            found.append(values["name"])

    parser.StartElementHandler = start
    parser.Parse(data, True)
    return found


def test_the_run_as_junit_also_where_it_is_reused(stub: Stub, tmp_path: Path) -> None:
    place = tmp_path / "out.xml"
    stub.says(PASSES)
    for verdict in ("passed", "reused"):
        done = stub.repo.gofigure("run", "--json", "--junit", str(place))
        assert done.returncode == 0
        assert f'"verdict": "{verdict}"'.encode() in done.stdout
        assert _names(place.read_bytes(), "testcase") == ["a", "b"]
        assert _names(place.read_bytes(), "testsuite") == ["check/unit"]
    stub.says(FAILS, 1)
    assert stub.repo.gofigure("run", "--no-cache", "--junit", str(place)).returncode == 1
    assert b'<failure message="it is not b">' in place.read_bytes()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("out")] == ["out.xml"]


_Spoil = Callable[[Path], Path]


@pytest.mark.parametrize("spoil", [lambda at: at / "no/out.xml", lambda at: at, lambda _at: Path("/proc/out.xml")])
def test_a_report_that_cannot_be_written_is_told_before_anything_runs(
    stub: Stub, tmp_path: Path, spoil: _Spoil
) -> None:
    done: Done = stub.repo.gofigure("run", "--junit", str(spoil(tmp_path)))
    assert done.returncode == 2
    assert b"cannot be written" in done.stderr
    assert b"name another file" in done.stderr
    assert stub.ran == 0


def test_a_report_that_is_content_is_noted(stub: Stub) -> None:
    assert b"let git ignore it" in stub.repo.gofigure("run", "--junit", "out.xml").stderr
    stub.repo.write(".gitignore", "out.xml\n")
    assert b"let git ignore it" not in stub.repo.gofigure("run", "--junit", "out.xml").stderr


def test_tests_over_all_runs(stub: Stub) -> None:
    _make_flaky(stub)
    told = stub.repo.json("history", "--tests")
    assert list(told) == ["failed", "flaky", "slowest"]
    (failed,) = told["failed"]
    assert (failed["name"], failed["runs"], failed["failed"], failed["last_failure"]) == ("b", 2, 1, "it is not b")
    assert (failed["last_verdict"], failed["last_failed_run"], failed["mean_seconds"]) == ("passed", 1, 0.5)
    shown = stub.repo.gofigure("history", "--tests", "unit", "--failed").stdout.decode()
    assert shown == "failed last:\n  run 1, passed since  unit: t::b  failed in 1 of 2 runs: it is not b\n"
    assert b"500 ms on average" in stub.repo.gofigure("history", "--tests", "--slowest").stdout
    assert b"1 flaky test forgotten" in stub.repo.gofigure("history", "--tests", "--forget-flaky").stdout
    assert b"no test was flaky" in stub.repo.gofigure("history", "--tests", "--flaky").stderr


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("unit",), "go with --tests"),
        (("--flaky",), "go with --tests"),
        (("--tests", "unti"), 'no stage is called "unti"'),
        (("--tests", "--branch", "x"), "does not go with it"),
    ],
)
def test_what_does_not_go_together_is_told(stub: Stub, args: tuple[str, ...], words: str) -> None:
    stub.run()
    done = stub.repo.gofigure("history", *args)
    assert done.returncode == 2
    assert words in said(done).replace("'", '"')


def test_where_nothing_tells_of_tests_that_is_said(stub: Stub) -> None:
    stub.repo.config(CONFIG + 'run = "-p no:junitxml"\n')
    assert stub.repo.gofigure("allow").returncode == 0
    assert stub.run()["tests"] is None
    assert b"no single tests are known of it" in stub.repo.gofigure("why", "unit").stdout
    assert b"no single test is known" in stub.repo.gofigure("history", "--tests").stderr
    assert verdicts(stub.repo.json("run")) == {"unit": "reused"}
