from __future__ import annotations

import re

import pytest

from gofigure.config.tables import SOURCE_CHOOSES
from gofigure.model import Stage
from gofigure.runner.environment import base_environment, declared
from gofigure.runner.locations import selectors_of
from gofigure.targets import KINDS, commands_of, source_of, tools_of


@pytest.mark.parametrize(
    ("line", "argv"),
    [
        ("ruff check .", ("ruff", "check", ".")),
        ("true", ("true",)),
        ("/opt/x/tool --a=b", ("/opt/x/tool", "--a=b")),
        ("make && make install", None),
        ("echo $HOME", None),
        ("cd src", None),
        ("A=1 env", None),
        ("ls *.py", None),
        ("a\nb", None),
        ("~/bin/x", None),
        ("if x", None),
        ("echo 'a b'", None),
    ],
)
def test_a_line_of_plain_words_needs_no_shell_and_every_other_line_has_one(
    line: str, argv: tuple[str, ...] | None
) -> None:
    (command,) = commands_of(Stage("s", run=line))
    assert command.argv == (argv or ("/bin/sh", "-ec", line, "sh"))


def test_a_stage_runs_once_in_each_location() -> None:
    for target in KINDS.keys() - {"checkout", "kubernetes"}:  # this one deploys all of its locations as one set
        commands = commands_of(Stage("s", target=target, run="check", locations=("a", "b")))
        assert [command.cwd for command in commands] == ["a", "b"]


def test_a_per_file_stage_runs_once_with_the_files_behind() -> None:
    (command,) = commands_of(Stage("s", run='ruff check "$@"', files=r"\.py$", locations=("a", "b")))
    assert command.takes_files
    assert command.argv == ("/bin/sh", "-ec", 'ruff check "$@"', "sh")


def test_arguments_of_make_and_pytest() -> None:
    assert commands_of(Stage("s", target="make", run="a 'b c'"))[0].argv == ("make", "a", "b c")
    assert commands_of(Stage("s", target="pytest", run="-q -k 'x or y'"))[0].argv == ("pytest", "-q", "-k", "x or y")


@pytest.mark.parametrize(
    ("target", "run", "argv"),
    [
        ("go_test", None, ("go", "test", "./...")),
        ("go_test", "-race -run 'A B'", ("go", "test", "./...", "-race", "-run", "A B")),
        ("npm_test", None, ("npm", "test")),
        ("npm_test", "--bail 'a b'", ("npm", "test", "--", "--bail", "a b")),
        ("cargo_test", None, ("cargo", "test")),
        ("cargo_test", "--release -- --nocapture", ("cargo", "test", "--release", "--", "--nocapture")),
    ],
)
def test_arguments_of_the_test_commands_of_other_languages(target: str, run: str | None, argv: tuple[str, ...]) -> None:
    assert commands_of(Stage("s", target=target, run=run))[0].argv == argv


@pytest.mark.parametrize(
    ("target", "matching", "others"),
    [
        ("go_test", ["a_test.go", "deep/a_test.go"], ["a.go", "a_test.go.txt"]),
        ("npm_test", ["package.json"], ["deep/package.json", "package.json5"]),
        ("cargo_test", ["Cargo.toml"], ["deep/Cargo.toml", "Cargo.lock"]),
        ("pytest", ["test_a.py", "x/test_a.py", "x/a_test.py"], ["a.py", "contest_a.py", "test_a.pyc", "test_/a.py"]),
        ("make", ["Makefile", "makefile", "GNUmakefile"], ["deep/Makefile", "Makefile.in"]),
    ],
)
def test_what_a_location_must_hold(target: str, matching: list[str], others: list[str]) -> None:
    pattern = source_of(Stage("s", target=target))
    assert pattern is not None
    assert [path for path in matching + others if re.search(pattern, path)] == matching
    assert source_of(Stage("s", target=target, source="mine")) == "mine"


@pytest.mark.parametrize("run", ["-f x.mk", "-fx.mk all", "-C sub", "--file=x.mk", "--directory sub"])
def test_make_may_be_told_to_look_elsewhere(run: str) -> None:
    assert source_of(Stage("s", target="make", run=run)) is None
    assert source_of(Stage("s", target="make", run="all")) is not None


def test_tests_of_npm_do_not_wait_for_changes() -> None:
    stage = Stage("s", target="npm_test")
    assert declared(stage, {}) == {"CI": "true"}
    assert declared(stage._replace(pass_env=("CI",)), {"CI": "theirs"}) == {"CI": "theirs"}
    assert declared(stage._replace(env=(("CI", ""),)), {}) == {"CI": ""}
    assert declared(stage._replace(target="go_test"), {"CI": "theirs"}) == {}


def test_places_of_toolchains_are_passed_on_and_their_flags_are_not() -> None:
    places = dict.fromkeys(("GOPATH", "GOCACHE", "GOMODCACHE", "CARGO_HOME", "RUSTUP_HOME", "npm_config_cache"), "/x")
    flags = dict.fromkeys(("GOFLAGS", "GOTOOLCHAIN", "RUSTFLAGS", "RUSTUP_TOOLCHAIN", "NODE_OPTIONS"), "x")
    assert base_environment({**places, **flags, "PATH": "/bin", "HOME": "/"}) == {**places, "PATH": "/bin", "HOME": "/"}


def test_the_configuration_knows_which_targets_choose_inputs_by_source() -> None:
    assert set(SOURCE_CHOOSES) == {name for name, target in KINDS.items() if not target.READS_WHOLE_LOCATIONS}


def test_tools_that_count_by_themselves() -> None:
    assert tools_of(Stage("s", run="ruff check .")) == ("ruff",)
    assert tools_of(Stage("s", run="ruff check .", tools=("ruff",))) == ()
    assert tools_of(Stage("s", run="if true; then x; fi")) == ()
    assert tools_of(Stage("s", target="pytest")) == ("pytest", "python3")
    assert tools_of(Stage("s", target="go_test")) == ("go",)
    assert tools_of(Stage("s", target="npm_test")) == ("node", "npm")
    assert tools_of(Stage("s", target="cargo_test", tools=("cargo",))) == ("rustc",)


def test_the_source_of_a_test_stage_does_not_narrow_what_it_reads() -> None:
    """Otherwise a change of the tested code would leave the old pass standing (decision 6)."""
    assert selectors_of(Stage("s", target="pytest", source="test", locations=("api",)))[0].pattern is None
    assert selectors_of(Stage("s", run="x", source="test", locations=("api",)))[0].pattern == "test"
