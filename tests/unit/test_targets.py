from __future__ import annotations

import pytest

from gofigure.model import Stage
from gofigure.runner.plan import selectors_of
from gofigure.targets import KINDS, commands_of, tools_of


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
    for target in KINDS:
        commands = commands_of(Stage("s", target=target, run="check", locations=("a", "b")))
        assert [command.cwd for command in commands] == ["a", "b"]


def test_a_per_file_stage_runs_once_with_the_files_behind() -> None:
    (command,) = commands_of(Stage("s", run='ruff check "$@"', files=r"\.py$", locations=("a", "b")))
    assert command.takes_files
    assert command.argv == ("/bin/sh", "-ec", 'ruff check "$@"', "sh")


def test_arguments_of_make_and_pytest() -> None:
    assert commands_of(Stage("s", target="make", run="a 'b c'"))[0].argv == ("make", "a", "b c")
    assert commands_of(Stage("s", target="pytest", run="-q -k 'x or y'"))[0].argv == ("pytest", "-q", "-k", "x or y")


def test_tools_that_count_by_themselves() -> None:
    assert tools_of(Stage("s", run="ruff check .")) == ("ruff",)
    assert tools_of(Stage("s", run="ruff check .", tools=("ruff",))) == ()
    assert tools_of(Stage("s", run="if true; then x; fi")) == ()
    assert tools_of(Stage("s", target="pytest")) == ("pytest", "python3")


def test_the_source_of_a_test_stage_does_not_narrow_what_it_reads() -> None:
    """Otherwise a change of the tested code would leave the old pass standing (decision 6)."""
    assert selectors_of(Stage("s", target="pytest", source="test", locations=("api",)))[0].pattern is None
    assert selectors_of(Stage("s", run="x", source="test", locations=("api",)))[0].pattern == "test"
