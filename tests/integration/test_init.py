"""`gofigure init` in real folders: something useful at once, nothing run, nothing overwritten."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.eye import everything
from support.repo import Repo
from support.rig import PATIENCE, Running, said, verdicts

NOBODY = 65534
NOTES = "says 'what' and where\n"


@pytest.fixture
def bare(repo: Repo, tmp_path: Path) -> Repo:
    """A repository on a machine that has git and a shell, and what `have` adds."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("git", "sh", "grep", "touch"):
        (tools / name).symlink_to(shutil.which(name) or name)
    return replace(repo, env={**repo.env, "PATH": str(tools)})


def have(repo: Repo, *names: str, line: str = "exit 0") -> None:
    """Programs that can be started; each writes down where it was, and with what words."""
    for name in names:
        place = Path(repo.env["PATH"]) / name
        place.write_text(f'#!/bin/sh\necho "{name} $PWD $*" >> "{_called(repo)}"\n{line}\n')
        place.chmod(0o755)


def _called(repo: Repo) -> Path:
    return repo.root.parent / "called"


def called(repo: Repo) -> list[str]:
    return _called(repo).read_text().splitlines() if _called(repo).exists() else []


def init(repo: Repo, *args: str, cwd: Path | None = None) -> str:
    done = repo.gofigure("init", *args, cwd=cwd)
    assert done.returncode == 0, said(done)
    assert done.stderr == b""
    return said(done)


def test_an_empty_repository_gets_a_stage_that_works(bare: Repo) -> None:
    told = init(bare)
    assert "found nothing" in told
    assert "markers  to run" in told
    assert "next: gofigure install-hooks" in told
    assert bare.gofigure("validate").returncode == 0
    bare.write("notes", NOTES)
    assert bare.json("run")["runs"][0]["verdict"] == "passed"
    bare.write("half merged", "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n")
    done = bare.gofigure("run")
    assert done.returncode == 1
    assert "half merged:1:<<<<<<< ours" in said(done)


def test_the_hooks_take_the_file_as_it_is(bare: Repo) -> None:
    init(bare)
    assert bare.gofigure("install-hooks").returncode == 0
    assert bare.commit("one").returncode == 0
    bare.write("a", ">>>>>>> theirs\n")
    assert bare.commit("two").returncode != 0


def test_a_python_project(bare: Repo) -> None:
    have(bare, "ruff", "python3")
    have(bare, "pytest", line='case $1 in --junitxml=*) echo "<testsuites/>" >"${1#*=}" ;; esac')
    bare.write("pyproject.toml", "[tool.ruff]\n[tool.mypy]\n")
    bare.write("tests/test_a.py", "")
    told = init(bare)
    assert "found Python (pyproject.toml, 1 test file)" in told
    assert "mypy is only a comment: mypy cannot be started, from PATH or from .venv" in told
    assert verdicts(bare.json("run")) == {"ruff": "passed", "pytest": "passed"}
    assert f"ruff {bare.root} check --no-fix --force-exclude tests/test_a.py" in called(bare)
    assert verdicts(bare.json("run")) == {"ruff": "reused", "pytest": "reused"}


def test_a_node_project(bare: Repo) -> None:
    have(bare, "npm")
    bare.write("package.json", '{"scripts": {"test": "x", "build": "y"}}')
    assert "found Node (package.json)" in init(bare)
    assert verdicts(bare.json("run", "check")) == {"npm-test": "passed"}
    assert verdicts(bare.json("run", "build")) == {"npm-build": "passed"}
    assert f"npm {bare.root} test" in called(bare)
    assert f"npm {bare.root} run build" in called(bare)


def test_a_makefile(bare: Repo) -> None:
    have(bare, "make")
    bare.write("Makefile", "test:\n\ttrue\n")
    init(bare)
    assert verdicts(bare.json("run")) == {"make-test": "passed"}


ODD = ['a "quoted" one', "it's", "new\nline", "-dash", "# [stages.x]", "$(touch canary)"]


@pytest.mark.parametrize("manifest", ["", "replace x => ../x"])
def test_a_monorepo_with_odd_names(bare: Repo, manifest: str) -> None:
    have(bare, "go")
    for name in [*ODD, os.fsdecode(b"not utf-8 \xff")]:
        bare.write(f"{name}/go.mod", manifest)
        bare.write(f"{name}/a_test.go", "")
    assert "names that are not UTF-8 are passed over" in init(bare)
    assert list(bare.json("validate")["problems"]) == []
    done = bare.json("run")
    assert verdicts(done) == {"go-test": "passed"}
    ran = _called(bare).read_text().replace("/./", "/").replace("test -json ", "test ")
    for name in ODD:
        assert f"{bare.root}/{name} test ./..." in ran
    assert not list(bare.root.rglob("canary"))


def test_a_shim_with_nothing_behind_it_is_no_program(bare: Repo) -> None:
    have(bare, "ruff", line="exit 127")
    bare.write("pyproject.toml", "[tool.ruff]\n")
    assert "ruff is only a comment" in init(bare)


def test_programs_are_tried_elsewhere_and_the_projects_own_not_at_all(bare: Repo) -> None:
    have(bare, "npm", "cargo", "make", "python3")
    canary = 'touch "$0.ran"; touch canary\n'
    for name in ("ruff", "pytest", "mypy", "npm"):
        bare.write(f".venv/bin/{name}", f"#!/bin/sh\n{canary}", mode=0o755)
    bare.write("pyproject.toml", "[tool.ruff]\n[tool.mypy]\n")
    bare.write("test_a.py", "open('canary', 'w')\n")
    bare.write("conftest.py", "open('canary', 'w')\n")
    bare.write("package.json", '{"scripts": {"test": "touch canary"}}')
    bare.write("Makefile", "X := $(shell touch canary)\ntest:\n")
    bare.write("Cargo.toml", "")
    bare.git("config", "core.fsmonitor", "touch canary")
    before = everything(bare.root)
    text = init(bare, "--print")
    assert everything(bare.root) == before
    assert "[stages.ruff]" in text
    assert {line.split()[1] for line in called(bare)} == {"/"}
    inside = replace(bare, env={**bare.env, "PATH": f"{bare.root}/.venv/bin:{bare.env['PATH']}"})
    assert init(inside, "--print") == text
    assert everything(bare.root) == before


def _make_fifo(place: Path) -> None:
    os.mkfifo(place)


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir, _make_fifo, lambda place: place.symlink_to("no/such")])
def test_what_is_there_stays(bare: Repo, make: object) -> None:
    assert callable(make)
    make(bare.root / ".gofigure.toml")
    before = everything(bare.root)
    done = bare.gofigure("init")
    assert done.returncode == 2
    assert "is there already" in said(done)
    assert "gofigure init --print" in said(done)
    assert everything(bare.root) == before
    assert not (bare.root / ".gofigure").exists()
    assert not (bare.root / ".git/gofigure").exists()
    assert "markers" in init(bare, "--print")
    assert everything(bare.root) == before


def test_once_is_enough(bare: Repo) -> None:
    init(bare)
    again = bare.gofigure("init", "--json")
    assert again.returncode == 2
    assert json.loads(again.stdout)["error"]["hint"]


@pytest.fixture
def of_nobody() -> Iterator[Repo]:
    """A repository that its user cannot write to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "home").mkdir()
        env = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "GIT_CONFIG_NOSYSTEM": "1"}
        repo = Repo.create(folder / "repo", env)
        folder.chmod(0o755)
        repo.root.chmod(0o555)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", folder], check=True)
            drop = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
            repo = replace(repo, command=(*drop, *repo.command))
            if repo.gofigure("--version").returncode != 0:
                pytest.skip("an ordinary user cannot run this installation")
        try:
            yield repo
        finally:
            repo.root.chmod(0o755)


def test_a_folder_that_cannot_be_written(of_nobody: Repo) -> None:
    done = of_nobody.gofigure("init")
    assert done.returncode == 2, said(done)
    assert ".gofigure.toml cannot be written: Permission denied" in said(done)
    assert not (of_nobody.root / ".git/gofigure").exists()
    assert of_nobody.gofigure("init", "--print").returncode == 0


def test_a_file_that_cannot_be_written_whole_is_not_written_at_all(bare: Repo) -> None:
    line = f"ulimit -f 0; exec {' '.join(bare.command)} init"
    done = subprocess.run(["sh", "-c", line], cwd=bare.root, env=bare.env, capture_output=True, check=False)
    assert done.returncode == 2, said(done)
    assert ".gofigure.toml cannot be written: File too large" in said(done)
    assert not (bare.root / ".gofigure.toml").exists()
    assert not (bare.root / ".git/gofigure").exists()


def _big(repo: Repo) -> None:
    repo.write("package.json", '{"scripts": {"test": "x"}, "x": "' + "x" * 10_000_000 + '"}')


def _broken(repo: Repo) -> None:
    repo.write("package.json", b'{"scripts": \xff\x00')
    repo.write("pyproject.toml", b"[tool.ruf\xff\x00")
    repo.write("Makefile", b"\xff\x00test :\n")


def _deep(repo: Repo) -> None:
    repo.write("package.json", '{"a":' * 100_000)


def _fifos(repo: Repo) -> None:
    for name in ("package.json", "pyproject.toml", "go.mod", "Makefile", "a.yml"):
        os.mkfifo(repo.root / name)


def _links(repo: Repo) -> None:
    outside = repo.root.parent / "outside"
    outside.mkdir()
    (outside / "package.json").write_text('{"scripts": {"test": "x"}}')
    (outside / "go.mod").write_text("")
    (repo.root / "package.json").symlink_to(outside / "package.json")
    (repo.root / "go.mod").symlink_to(outside / "go.mod")
    (repo.root / "linked").symlink_to(outside)
    (repo.root / "loop").symlink_to(repo.root)


def _of_others(repo: Repo) -> None:
    for folder in ("node_modules/x", "vendor/x", "target/x", ".venv/x", ".hidden", "a/venv"):
        repo.write(f"{folder}/go.mod", "")
    repo.write("submodule/.git", "gitdir: ../.git/modules/x\n")
    repo.write("submodule/go.mod", "")


@pytest.mark.parametrize("fill", [_big, _broken, _deep, _fifos, _links, _of_others])
def test_what_cannot_be_understood_or_is_not_the_projects_is_left_alone(bare: Repo, fill: object) -> None:
    assert callable(fill)
    fill(bare)
    have(bare, "npm", "go", "ruff", "make")
    stages = json.loads(init(bare, "--json"))["stages"]
    assert [one["stage"] for one in stages if one["active"]] == ["markers"]
    assert bare.gofigure("validate").returncode == 0


def test_a_folder_with_very_many_names_is_looked_at_in_part(bare: Repo) -> None:
    for number in range(20_001):
        (bare.root / f"{number}").touch()
    assert "only the first 20,000 names were looked at" in json.loads(init(bare, "--json", "--print"))["incomplete"]


def test_the_answer_for_programs(bare: Repo) -> None:
    bare.write("Cargo.toml", "")
    shown = json.loads(init(bare, "--json", "--print"))
    assert shown["written"] is False
    assert not (bare.root / ".gofigure.toml").exists()
    wrote = json.loads(init(bare, "--json"))
    assert wrote == {**shown, "written": True}
    assert wrote["found"] == [{"name": "Rust", "files": ["Cargo.toml"], "remark": ""}]
    assert wrote["stages"][1] == {"stage": "cargo-test", "active": False, "reason": "cargo cannot be started"}
    assert (bare.root / ".gofigure.toml").read_text() == wrote["text"]


def test_from_a_folder_below_it_is_the_repositorys(bare: Repo) -> None:
    below = bare.root / "a/b"
    below.mkdir(parents=True)
    init(bare, cwd=below)
    assert (bare.root / ".gofigure.toml").exists()
    assert not (below / ".gofigure.toml").exists()


def test_outside_git_it_is_the_folder_itself(bare: Repo, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    (folder / "below").mkdir(parents=True)
    plain = bare.at(folder)
    told = init(plain)
    assert "next: gofigure run" in told
    assert plain.gofigure("run").returncode == 0
    init(plain.at(folder / "below"))
    assert (folder / "below" / ".gofigure.toml").exists()
    assert plain.gofigure("run", cwd=folder / "below").returncode == 0


def test_a_bare_repository_has_no_place_for_it(bare: Repo, tmp_path: Path) -> None:
    other = Repo.create(tmp_path / "bare.git", bare.env, "--bare")
    done = other.gofigure("init")
    assert done.returncode == 2
    assert "is a bare repository: there are no files to look at" in said(done)


def test_a_plan_that_cannot_be_made_does_not_take_the_file_back(bare: Repo) -> None:
    bare.write(".gofigure", "somebody's\n")
    bare.git("add", "--force", ".gofigure")
    told = init(bare)
    assert "what would run cannot be shown: .gofigure is tracked by git" in told
    assert bare.gofigure("validate").returncode == 0


def test_a_conflict_in_the_index(bare: Repo) -> None:
    bare.write("a", "1\n")
    bare.commit("one")
    bare.git("checkout", "-q", "-b", "other")
    bare.write("a", "2\n")
    bare.commit("two")
    bare.git("checkout", "-q", "main")
    bare.write("a", "3\n")
    bare.commit("three")
    assert bare.try_git("merge", "-q", "other").returncode == 1
    assert bare.gofigure("init").returncode == 0
    assert bare.gofigure("validate").returncode == 0


class _Terminal(Running):
    """A program that has a terminal, for both what it says and what it hears."""

    def __init__(self, argv: list[str], cwd: Path, env: dict[str, str]) -> None:
        self.fd, theirs = pty.openpty()
        self.process = subprocess.Popen(
            argv, cwd=cwd, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        self.output = b""

    def until_asks(self) -> None:
        while b"[Y/n] " not in self.output:
            self.output += os.read(self.fd, 65536)

    def answer(self, text: bytes) -> int:
        os.write(self.fd, text)
        try:
            while data := os.read(self.fd, 65536):
                self.output += data
        except OSError:  # how Linux says that the other end is closed
            pass
        return self.process.wait(PATIENCE)


@pytest.mark.parametrize(
    ("answer", "installed"), [(b"\n", True), (b"y\n", True), (b"Yes\n", True), (b"n\n", False), (b"\x04", False)]
)
def test_on_a_terminal_it_asks(bare: Repo, answer: bytes, installed: bool) -> None:
    terminal = _Terminal([*bare.command, "init"], bare.root, {**bare.env, "TERM": "dumb"})
    try:
        terminal.until_asks()
        assert not (bare.root / ".git/hooks/pre-commit").exists()
        assert terminal.answer(answer) == 0, terminal.output
    finally:
        terminal.close()
        os.close(terminal.fd)
    assert (bare.root / ".git/hooks/pre-commit").exists() == installed
    assert (b"installed " in terminal.output) == installed
    assert (b"later: gofigure install-hooks" in terminal.output) == (not installed)
    assert bare.gofigure("run").returncode == 0
