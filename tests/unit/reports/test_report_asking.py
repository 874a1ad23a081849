"""How a test program is made to tell of its tests: what its user has asked for stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gofigure.model import Stage
from gofigure.reports.asking import Asking, asking, program_of
from gofigure.reports.pytest_words import PytestWords


def _asked(target: str, folder: Path, *argv: str, env: dict[str, str] | None = None) -> Asking | None:
    return asking(Stage("s", target=target), argv, str(folder), str(folder), "/run/it's.report", env or {})


def test_pytest_is_asked_by_an_argument(tmp_path: Path) -> None:
    """Before those of its user, as there may be a -- among them."""
    asked = _asked("pytest", tmp_path, "pytest", "-q", "--", "a", env={"PYTEST_ADDOPTS": "-x"})
    assert asked is not None
    assert asked.argv == ("pytest", "--junitxml=/run/it's.report", "-q", "--", "a")
    assert asked.file == "/run/it's.report"


@pytest.mark.parametrize("word", ["--junitxml=out/r.xml", "--junit-xml=out/r.xml", "--junitxml out/r.xml"])
def test_the_users_own_report_is_written_and_read(tmp_path: Path, word: str) -> None:
    for asked in (
        _asked("pytest", tmp_path, "pytest", *word.split()),
        _asked("pytest", tmp_path, "pytest", env={"PYTEST_ADDOPTS": word}),
    ):
        assert asked is not None
        assert (asked.file, asked.theirs) == (str(tmp_path / "out/r.xml"), True)
        assert "--junitxml=/run/it's.report" not in asked.argv


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
    ("name", "text"),
    [
        ("tox.ini", "[testenv]\ncommands = pytest --junitxml=tox.xml\n[pytest]\nxfail_strict = true\n"),
        ("pyproject.toml", "# --junitxml=r.xml and -p no:junitxml\n[tool.pytest.ini_options]\naddopts = '-q'\n"),
        ("pyproject.toml", "[tool.poe]\ntest = 'pytest --junitxml=r.xml -p no:junitxml'\n"),
        ("pytest.ini", "[pytest]\n# addopts = --junitxml=r.xml\nmarkers =\n    a: not --junitxml=x\n"),
        ("setup.cfg", "[pytest]\naddopts = --junitxml=r.xml\n"),
        ("setup.cfg", "[tool:pytest]\naddopts = 'unclosed --junitxml=r.xml\n"),
        ("pyproject.toml", "[tool.pytest.ini_options\naddopts = '--junitxml=r.xml'"),
    ],
)
def test_what_is_no_option_of_pytests_asks_for_no_report(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    asked = _asked("pytest", tmp_path, "pytest", "-k", "no:junitxml")
    assert asked is not None
    assert (asked.theirs, asked.file) == (False, "/run/it's.report")


def test_one_file_counts_the_first_that_is_about_pytest(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text("[tool:pytest]\naddopts = --junitxml=setup.xml\n")
    (tmp_path / "tox.ini").write_text("[pytest]\naddopts = --junitxml=tox.xml --junitxml=later.xml\n")
    below = tmp_path / "api"
    below.mkdir()

    def file(*words: str, env: str = "") -> str | None:
        where = str(below), str(tmp_path)
        asked = asking(Stage("s", target="pytest"), ("pytest", *words), *where, "/r", {"PYTEST_ADDOPTS": env})
        return asked.file.removeprefix(f"{below}/") if asked is not None else None

    assert file() == "later.xml"
    assert file("-c", "../setup.cfg") == "setup.xml"
    assert file("--config-file=../setup.cfg") == "setup.xml"
    assert file("-o", "addopts=-q") == "/r"
    assert file("--override-ini=addopts=--junitxml=o.xml") == "o.xml"
    assert file(env="--junitxml e.xml") == "e.xml"
    assert file("--junit-xml", "a.xml", env="--junitxml=e.xml") == "a.xml"
    assert file("--junitxml=$HOME/a.xml") is None
    (below / "pytest.ini").write_text("")
    assert file() == "/r"


def test_the_line_that_names_the_report_is_left_out_and_no_other_is_late() -> None:
    words = PytestWords("/run/it's.report")
    assert words.feed(b"....") == b"...."
    assert words.feed(b"F\n--") == b"F\n"
    assert words.feed(b"-- generated xml fi") == b""
    assert words.feed(b"le: /run/it's.report ----\nend\n---") == b"end\n"
    assert words.feed(b" generated xml file: /mine.xml ---\n") == b"--- generated xml file: /mine.xml ---\n"
    assert words.feed(b"a\r-b\r\n-\r-\n") == b"a\r-b\r\n-\r-\n"
    assert words.feed(b"x") + words.feed(b"- generated xml file: /run/it's.report -\n--") == (
        b"x- generated xml file: /run/it's.report -\n"
    )
    assert words.flush() == b"--"
    assert words.feed(b"-" * 10_000) == b"-" * 10_000


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
