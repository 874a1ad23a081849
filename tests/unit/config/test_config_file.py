"""Files that are no configuration: missing, too large, not UTF-8, not TOML, bombs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gofigure.config import load, parse
from gofigure.errors import ConfigError, GofigureError, Problem

if TYPE_CHECKING:
    from pathlib import Path

TARGETS = ("shell",)


def only_problem(data: bytes) -> Problem:
    with pytest.raises(ConfigError) as caught:
        parse(data, "x", targets=TARGETS)
    (problem,) = caught.value.problems
    return problem


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(GofigureError) as caught:
        load(str(tmp_path / ".gofigure.toml"), targets=TARGETS)
    assert str(caught.value) == f"no .gofigure.toml in {tmp_path}"
    assert caught.value.hint == "gofigure init"
    assert not isinstance(caught.value, ConfigError)


def test_unreadable_file(tmp_path: Path) -> None:
    with pytest.raises(GofigureError, match=r"^cannot read .*: Is a directory$"):
        load(str(tmp_path), targets=TARGETS)


def test_a_file_loads_and_names_itself_in_problems(tmp_path: Path) -> None:
    path = tmp_path / ".gofigure.toml"
    path.write_text("[stages.a]\nrun = 'true'\n")
    assert load(str(path), targets=TARGETS).path == str(path)
    path.write_text("\nx = 1\n")
    with pytest.raises(ConfigError) as caught:
        load(str(path), targets=TARGETS)
    assert str(caught.value) == f"{path}:2: x: unknown key; valid: version, jobs, stages, settle"


def test_an_empty_file_is_an_empty_configuration() -> None:
    config = parse(b"", "x", targets=TARGETS)
    assert not config.jobs
    assert not config.stages


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"a = 1\nb = \n", 2, "not valid TOML: Invalid value (column 5)"),
        (b"a = 1\r\n\r\na = 2", 3, "not valid TOML: Cannot overwrite a value (column 6)"),
        (b"a = '", 1, 'not valid TOML: Expected "\'" (column 6)'),
        (b"a = 1\nb = '\xe9'\n", 2, "found the byte 0xe9, expected UTF-8: invalid continuation byte"),
        (b"\xef\xbb\xbfa = 1", 1, "found a byte order mark, expected UTF-8 without one"),
        (b"a = 1\nb = " + b"9" * 5000, 2, "found a number with thousands of digits"),
        (b"a = " + b"[" * 100_000, 0, "nested too deeply to be a configuration"),
        (b"a = " + b"{a=" * 100_000, 0, "nested too deeply to be a configuration"),
        (b"[" + b"a." * 100_000 + b"a]", 0, "nested too deeply to be a configuration"),
        (b"# " + b"x" * 2_000_000, 0, "found more than 1048576 bytes, expected at most that many"),
    ],
)
def test_no_configuration_at_all(data: bytes, line: int, message: str) -> None:
    assert only_problem(data) == Problem("x", line, "", message)


def test_a_large_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "big.toml"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # a hole: reading it all would end in MemoryError
    with pytest.raises(ConfigError, match="more than 1048576 bytes"):
        load(str(path), targets=TARGETS)


def test_a_file_full_of_problems_is_reported_whole() -> None:
    data = "".join(f"[stages.s{n}]\nrunn = ''\nneeds = ['t{n}']\n" for n in range(2_000)).encode()
    with pytest.raises(ConfigError) as caught:
        parse(data, "x", targets=TARGETS)
    assert len(caught.value.problems) == 6_000


def test_nested_arrays_as_deep_as_the_parser_takes_are_only_a_wrong_value() -> None:
    data = b"[stages.a]\nrun = 'true'\nneeds = " + b"[" * 399 + b"]" * 399
    assert only_problem(data).line == 3


WORDS = st.sampled_from(
    [
        "jobs",
        "stages",
        "lint",
        "unit",
        "needs",
        "run",
        "files",
        "env",
        "on",
        "version",
        "timeout",
        "strict_dependency",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "=",
        ".",
        ",",
        "#",
        '"',
        "'",
        '"""',
        "'''",
        "\n",
        "\\",
        "1",
        "1.5",
        "true",
        "inf",
        "1979-05-27",
        "0x1f",
        "'shell'",
        "'('",
        "'[['",
        "'1h'",
        "[jobs.a]",
        "[stages.b]",
        "[stages]",
        "\n\n",
        "'b'",
        "'a'",
        "\x00",
        "é",
        "\\u0041",
        "\r",
        "\t",
    ]
)


@settings(max_examples=120, deadline=None)
@given(st.binary(max_size=200) | st.lists(WORDS, max_size=40).map(lambda words: " ".join(words).encode()))
def test_any_bytes_give_a_config_or_a_config_error(data: bytes) -> None:
    check_only_config_error(data)


KEYS = st.sampled_from(
    [
        "version",
        "jobs",
        "stages",
        "on",
        "strict_dependency",
        "type",
        "target",
        "run",
        "locations",
        "source",
        "inputs",
        "files",
        "needs",
        "env",
        "pass_env",
        "tools",
        "timeout",
        "retries",
        "allow_failure",
        "cache",
        "a",
        "b",
        "other",
    ]
)
SCALARS = st.sampled_from(
    [
        "1",
        "0",
        "-3",
        "true",
        "false",
        "0.5",
        "inf",
        "nan",
        "'a'",
        "'b'",
        "''",
        "'.'",
        "'..'",
        "'/a'",
        "'('",
        "'a*'",
        "'[['",
        "'1h'",
        "'shell'",
        "'pre-commit'",
        "'A'",
        "07:32:00",
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(KEYS, inner, max_size=3).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        )
    ),
    max_leaves=6,
)
TABLES = st.dictionaries(KEYS, VALUES, max_size=5).map(
    lambda table: "".join(f"{key} = {value}\n" for key, value in table.items())
)


@settings(max_examples=120, deadline=None)
@given(TABLES, st.dictionaries(st.tuples(st.sampled_from(["jobs", "stages"]), KEYS), TABLES, max_size=4))
def test_any_toml_gives_a_config_or_a_config_error(top: str, tables: dict[tuple[str, str], str]) -> None:
    check_only_config_error((top + "".join(f"[{a}.{b}]\n{body}" for (a, b), body in tables.items())).encode())


def check_only_config_error(data: bytes) -> None:
    lines = data.count(b"\n") + 1
    try:
        parse(data, "x", targets=TARGETS)
    except ConfigError as error:
        problems = error.problems
    else:
        return
    assert problems
    numbers = [problem.line for problem in problems]
    assert numbers == sorted(numbers)
    assert all(0 <= number <= lines for number in numbers)
    assert all(str(problem).isprintable() for problem in problems)
