"""How a test program is made to tell of its tests: what its user has asked for stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gofigure.model import Stage
from gofigure.reports.asking import Asking, asking, program_of


def _asked(target: str, folder: Path, *argv: str, env: dict[str, str] | None = None) -> Asking | None:
    return asking(Stage("s", target=target), argv, str(folder), str(folder), "/run/it's.report", env or {})


def test_pytest_is_asked_by_its_environment(tmp_path: Path) -> None:
    asked = _asked("pytest", tmp_path, "pytest", "-q", env={"PYTEST_ADDOPTS": "-x"})
    assert asked is not None
    assert asked.argv == ("pytest", "-q")
    assert asked.env == {"PYTEST_ADDOPTS": "-x --junitxml='/run/it'\"'\"'s.report'"}
    assert asked.file == "/run/it's.report"


@pytest.mark.parametrize("word", ["--junitxml=out/r.xml", "--junit-xml=out/r.xml", "--junitxml out/r.xml"])
def test_the_users_own_report_is_written_and_read(tmp_path: Path, word: str) -> None:
    for asked in (
        _asked("pytest", tmp_path, "pytest", *word.split()),
        _asked("pytest", tmp_path, "pytest", env={"PYTEST_ADDOPTS": word}),
    ):
        assert asked is not None
        assert (asked.file, asked.theirs, asked.env) == (str(tmp_path / "out/r.xml"), True, {})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pytest.ini", "[pytest]\naddopts = -q --junitxml=r.xml\n"),
        ("pyproject.toml", '[tool.pytest.ini_options]\naddopts = ["-q", "--junitxml", "r.xml"]\n'),
        ("pyproject.toml", '[tool.pytest.ini_options]\naddopts = ["--junit-xml=r.xml"]\n'),
        ("setup.cfg", "[tool:pytest]\naddopts = --junitxml r.xml -q\n"),
    ],
)
def test_also_where_a_file_asks_for_it_or_one_above(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    below = tmp_path / "api"
    below.mkdir()
    asked = asking(Stage("s", target="pytest"), ("pytest",), str(below), str(tmp_path), "/run/r", {})
    assert asked is not None
    assert (asked.theirs, asked.file) == (True, str(below / "r.xml"))


def test_where_the_plugin_is_switched_off_nothing_is_asked(tmp_path: Path) -> None:
    assert _asked("pytest", tmp_path, "pytest", "-p", "no:junitxml") is None
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:junitxml\n")
    assert _asked("pytest", tmp_path, "pytest") is None


@pytest.mark.parametrize(
    ("words", "env", "argv", "ear"),
    [
        ((), {}, ("go", "test", "-json", "./..."), "go"),
        (("-race", "-v"), {}, ("go", "test", "-json", "./...", "-race", "-v"), "go -v"),
        (("-test.v=true",), {}, ("go", "test", "-json", "./...", "-test.v=true"), "go -v"),
        (("-args", "-v", "-json"), {}, ("go", "test", "-json", "./...", "-args", "-v", "-json"), "go"),
        (("-json",), {}, ("go", "test", "./...", "-json"), "go -json"),
        ((), {"GOFLAGS": "-v -mod=mod"}, ("go", "test", "-json", "./..."), "go -v"),
    ],
)
def test_go(tmp_path: Path, words: tuple[str, ...], env: dict[str, str], argv: tuple[str, ...], ear: str) -> None:
    asked = _asked("go_test", tmp_path, "go", "test", "./...", *words, env=env)
    assert asked is not None
    assert (asked.argv, asked.ear) == (argv, ear)


@pytest.mark.parametrize("word", ["-bench=.", "-list=.", "-c", "-fuzz=FuzzX"])
def test_go_that_prints_something_else_is_left_alone(tmp_path: Path, word: str) -> None:
    assert _asked("go_test", tmp_path, "go", "test", "./...", word) is None


@pytest.mark.parametrize(
    ("script", "program"),
    [
        ("jest", "jest"),
        ("tsc && NODE_ENV=test npx jest --ci", "jest"),
        ("react-scripts test", "jest"),
        ("cross-env A=b vitest run", "vitest"),
        ("./node_modules/.bin/jest", "jest"),
        ("jest && echo done", "echo"),
        ("node --test", "node"),
        ("'", ""),
        ("", ""),
    ],
)
def test_the_program_that_a_script_ends_in(script: str, program: str) -> None:
    assert program_of(script) == program


@pytest.mark.parametrize(
    ("script", "words", "more"),
    [
        ("jest", (), ("--", "--json", "--outputFile=/run/it's.report")),
        ("jest", ("--", "-t", "x"), ("--", "-t", "x", "--json", "--outputFile=/run/it's.report")),
        ("jest --json", (), ()),
        ("jest", ("--", "--outputFile=x"), ("--", "--outputFile=x")),
        ("vitest run", (), ("--", "--reporter=default", "--reporter=json", "--outputFile.json=/run/it's.report")),
        ("vitest run --reporter=dot", (), ()),
        ("node --test", (), ()),
        ("mocha", (), ()),
    ],
)
def test_npm(tmp_path: Path, script: str, words: tuple[str, ...], more: tuple[str, ...]) -> None:
    (tmp_path / "package.json").write_text(json.dumps({"scripts": {"test": script}}))
    asked = _asked("npm_test", tmp_path, "npm", "test", *words)
    assert asked is not None
    assert asked.argv == ("npm", "test", *more)
    assert bool(asked.file) != (asked.ear == "node")


def test_reporters_of_a_vitest_configuration_stay(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"scripts": {"test": "vitest"}}')
    (tmp_path / "vitest.config.mts").write_text("export default { test: { reporters: ['dot'] } }")
    asked = _asked("npm_test", tmp_path, "npm", "test")
    assert asked is not None
    assert asked.argv == ("npm", "test")


@pytest.mark.parametrize("text", ["", "[", "[]", '{"scripts": 3}', "[" * 100_000, '{"scripts": {"test": ["x"]}}'])
def test_a_package_that_cannot_be_read_is_one_that_nobody_knows(tmp_path: Path, text: str) -> None:
    (tmp_path / "package.json").write_text(text)
    asked = _asked("npm_test", tmp_path, "npm", "test")
    assert asked is not None
    assert asked.argv == ("npm", "test")
