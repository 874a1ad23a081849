"""Screens that are closed, full or abandoned, and what the system refuses: the exit code is what counts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from support.repo import Done, Repo
from support.rig import lines, said, verdicts

CONFIG = """
[jobs.j]
on = ["pre-commit"]
stages = ["s", "t"]
[stages.s]
run = "echo ran >> ../ran"
[stages.t]
run = "echo ran >> ../ran"
needs = ["s"]
"""


@pytest.fixture
def project(repo: Repo) -> Repo:
    repo.config(CONFIG)
    repo.write("a", "1\n")
    assert repo.gofigure("allow").returncode == 0
    return repo


def _shell(repo: Repo, line: str, **env: str) -> Done:
    """A line for bash, in which `gofigure` is the one under test."""
    start = f'gofigure() {{ {" ".join(repo.command)} "$@"; }}; set -o pipefail; {line}'
    return subprocess.run(
        ["bash", "-c", start], cwd=repo.root, env={**repo.env, **env}, capture_output=True, check=False
    )


def _ran(repo: Repo) -> int:
    return lines(repo.root.parent / "ran")


SCREENS = [">&-", "2>&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full", ">/dev/full 2>/dev/full"]


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("words", ["run", "run --no-cache", "run --json"])
def test_a_run_does_not_care_for_its_screen(project: Repo, words: str, screen: str, unbuffered: str) -> None:
    done = _shell(project, f"gofigure {words} {screen}", PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 0, said(done)
    assert _ran(project) == 2
    assert "bug" not in said(done)
    project.config(CONFIG.replace("echo ran", "exit 7; echo ran"))
    assert _shell(project, f"gofigure {words} {screen}", PYTHONUNBUFFERED=unbuffered).returncode == 1


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", ["run", "run --no-cache", "run --json"])
def test_a_run_whose_reader_goes_comes_to_its_end(project: Repo, words: str, unbuffered: str) -> None:
    done = _shell(project, f"gofigure {words} | true", PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 0, said(done)
    assert _ran(project) == 2
    assert verdicts(project.json("run")) == {"s": "reused", "t": "reused"}


@pytest.mark.parametrize("screen", SCREENS)
def test_a_commit_does_not_care_for_its_screen(project: Repo, screen: str) -> None:
    assert project.gofigure("install-hooks").returncode == 0
    project.git("add", "-A")
    done = _shell(project, f"git commit -qm one {screen}")
    assert done.returncode == 0, said(done)
    assert _ran(project) == 2
    project.git("log", "-1")


COMMANDS = ["history", "history --json", "status", "why s", "digest", "validate", "--help"]


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", COMMANDS)
def test_an_answer_that_cannot_be_written_is_said_in_one_line(project: Repo, words: str, unbuffered: str) -> None:
    assert project.gofigure("run").returncode == 0
    done = _shell(project, f"gofigure {words} >/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 2, said(done)
    assert done.stderr == b"gofigure: the output cannot be written: No space left on device\n"
    assert _shell(project, f"gofigure {words} >/dev/full 2>&1", PYTHONUNBUFFERED=unbuffered).returncode == 2


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_gone_is_told_nothing(project: Repo, unbuffered: str) -> None:
    assert project.gofigure("run").returncode == 0
    done = _shell(project, "gofigure history | true", PYTHONUNBUFFERED=unbuffered)
    assert said(done) == ""
    assert done.returncode in (0, 2)  # 0: it was done before its reader had gone


def test_what_the_system_refuses_is_no_bug(project: Repo) -> None:
    """Whoever runs the tests: root may do nearly everything."""
    program = "import sys; from gofigure.cli.guard import leave\nleave(lambda: open(sys.argv[1], 'w').fileno())"
    for name, words in (("/proc/none/such", "No such file or directory"), ("/", "Is a directory")):
        done = _python(project, program, name)
        assert done.returncode == 2, said(done)
        assert said(done) == f"gofigure: {name}: {words}\n"


def test_a_hooks_folder_that_is_none(project: Repo) -> None:
    project.git("config", "core.hooksPath", "a/hooks")
    done = project.gofigure("install-hooks")
    assert done.returncode == 2, said(done)
    assert "a/hooks" in said(done)


def _python(repo: Repo, program: str, *args: str, **env: str) -> Done:
    return subprocess.run(
        [repo.command[0], "-c", program, *args],
        cwd=repo.root,
        env={**repo.env, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), **env},
        capture_output=True,
        check=False,
    )


BUG = "from gofigure.cli.guard import leave\ndef act(): raise TypeError('a mistake')\nleave(act)"


def test_a_bug_report_from_a_deleted_folder(project: Repo, tmp_path: Path) -> None:
    before = "import os; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')\n"
    done = _python(project, before + BUG, TMPDIR=str(tmp_path))
    assert done.returncode == 3, said(done)
    assert "a bug in gofigure: TypeError: a mistake" in said(done)
    (report,) = tmp_path.glob("gofigure-bug-*")
    assert str(report) in said(done)
    assert "TypeError: a mistake" in report.read_text()


def test_a_bug_report_that_cannot_be_written(project: Repo) -> None:
    before = "import tempfile; tempfile.tempdir = '/nowhere'\n"
    done = _python(project, before + BUG)
    assert done.returncode == 3, said(done)
    assert "a bug in gofigure: TypeError: a mistake" in said(done)
    assert "no report can be written" in said(done)
    assert "Traceback" not in said(done)


@pytest.mark.parametrize(
    "words",
    [
        "run --json nonsense",
        "run --json --staged --commit HEAD",
        "run --json --nonsense",
        "status --json nonsense",
        "why --json nonsense",
        "digest --json nonsense",
    ],
)
def test_an_error_is_an_answer_to_programs_too(project: Repo, words: str) -> None:
    done = project.gofigure(*words.split())
    assert done.returncode == 2, said(done)
    error = json.loads(done.stdout)["error"]
    assert error.keys() == {"message", "hint"}
    assert error["message"]
    assert error["message"] in done.stderr.decode()


@pytest.mark.parametrize("words", ["run", "status", "history", "why s", "digest", "validate"])
def test_so_is_one_without_a_configuration_or_a_permission(repo: Repo, words: str) -> None:
    done = repo.gofigure(*words.split(), "--json")
    assert done.returncode == 2, said(done)
    assert json.loads(done.stdout)["error"]["message"]
    assert not repo.gofigure(*words.split()).stdout


@pytest.mark.parametrize("words", ["history", "history --json", "why s", "status"])
def test_proofs_are_not_lost_in_silence(project: Repo, words: str) -> None:
    assert project.gofigure("run").returncode == 0
    (project.root / ".gofigure").write_bytes(b"not a database, " * 4096)
    done = project.gofigure(*words.split())
    assert done.returncode == 0, said(done)
    assert done.stderr.decode().count(".gofigure is damaged; kept as .gofigure.set-aside-") == 1


@pytest.mark.parametrize("what", [".git/gofigure/runs", ".git/gofigure"])
@pytest.mark.parametrize("ends", [0, 1])
def test_a_stage_that_removes_what_is_ours(project: Repo, what: str, ends: int) -> None:
    project.config(CONFIG.replace('run = "echo ran', f'run = "rm -rf {what}; exit {ends}; echo ran', 1))
    done = project.gofigure("run")
    assert done.returncode == ends, said(done)
    assert "bug" not in said(done)
    assert "Traceback" not in said(done)


@pytest.mark.parametrize("words", ["history", "history --json", "why s"])
def test_nor_where_the_damage_lies_deeper(project: Repo, words: str) -> None:
    """The store opens well; its rows cannot be read."""
    assert project.gofigure("run").returncode == 0
    store = project.root / ".gofigure"
    whole = store.read_bytes()
    store.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    first, second = project.gofigure(*words.split()), project.gofigure(*words.split())
    assert ".gofigure is damaged" in first.stderr.decode()
    assert "set aside" in first.stderr.decode() or "set-aside" in first.stderr.decode()
    assert list(project.root.glob(".gofigure.set-aside-*"))
    assert second.returncode == 0, said(second)


def test_a_stage_that_removes_the_store(project: Repo) -> None:
    """`git clean -x` in a stage: nothing can be recorded, and the words say how to keep it."""
    project.config(CONFIG.replace('run = "echo ran', 'run = "git clean -fdxq; echo ran', 1))
    project.git("add", "-A")
    done = project.gofigure("run")
    assert done.returncode == 2, said(done)
    assert ".gofigure was removed while it was in use" in said(done)
    assert "git clean -e .gofigure" in said(done)
