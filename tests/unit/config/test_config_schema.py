"""The schema table against the model, and each key's check through `parse`."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gofigure.config import parse
from gofigure.config.checks import _PLAIN
from gofigure.config.schema import KEYS, tables
from gofigure.errors import ConfigError
from gofigure.model import CHANGE, HOOKS, Job, Stage

TARGETS = ("make", "pytest", "shell")


def stage(line: str, *, run: str = "run = 'true'\n") -> Stage:
    return parse(f"[stages.s]\n{run}{line}\n".encode(), "x.toml", targets=TARGETS).stages["s"]


def problem(line: str) -> str:
    """The one problem of a stage's third line."""
    with pytest.raises(ConfigError) as caught:
        stage(line)
    (only,) = caught.value.problems
    assert (only.path, only.line) == ("x.toml", 3)
    return f"{only.key}: {only.message}"


@pytest.mark.parametrize(("table", "model"), [("stages.*", Stage), ("jobs.*", Job)])
def test_the_table_has_exactly_the_fields_of_the_model(table: str, model: type[Stage] | type[Job]) -> None:
    names = [key.name for key in KEYS if key.table == table and not key.targets]
    assert sorted(names) == sorted(set(model._fields) - {"name", "settings", "folder", "besides"})


@pytest.mark.parametrize("key", KEYS, ids=lambda key: f"{key.table}.{key.name}")
def test_defaults_are_those_of_the_model_and_every_key_has_a_doc(key: object) -> None:
    known = next(known for known in KEYS if known is key)
    model = {"stages.*": Stage._field_defaults, "jobs.*": Job._field_defaults}.get(known.table, {})
    if known.name in model:
        assert known.default == model[known.name]
    assert known.doc.endswith(".")
    assert len(known.doc) > 15
    assert known.kind.expected


def test_choices_come_from_the_model_and_the_caller() -> None:
    ready = tables(TARGETS)
    assert ready.stage["target"].kind.choices == TARGETS
    assert ready.stage["type"].kind.choices == ("checkout", "build", "test", "deploy")
    item = ready.job["on"].kind.item
    assert item is not None
    assert item.choices == (*HOOKS, CHANGE)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("type = 'deploy'", "type", "deploy"),
        ("target = 'make'", "target", "make"),
        ("timeout = 90", "timeout", 90.0),
        ("timeout = 0.5", "timeout", 0.5),
        ("timeout = '90s'", "timeout", 90.0),
        ("timeout = '10m'", "timeout", 600.0),
        ("timeout = '1h30m'", "timeout", 5400.0),
        ("timeout = '1h1s'", "timeout", 3601.0),
        ("retries = 0", "retries", 0),
        ("retries = 100", "retries", 100),
        ("cache = false", "cache", False),
        ("allow_failure = true", "allow_failure", True),
        ("files = '\\.py$'", "files", "\\.py$"),
        ("source = '(a|b)+'", "source", "(a|b)+"),
        ("locations = ['./a/', '.', 'b//c', './x/./y']", "locations", ("a", "", "b/c", "x/y")),
        ("inputs = ['**/*.py', './d/*', '..a']", "inputs", ("**/*.py", "d/*", "..a")),
        ("env = {B = '', A = 'x y'}", "env", (("A", "x y"), ("B", ""))),
        ("pass_env = ['_X1', 'HOME']", "pass_env", ("_X1", "HOME")),
        ("tools = ['ruff']", "tools", ("ruff",)),
    ],
)
def test_good_values(line: str, field: str, value: object) -> None:
    found = getattr(stage(line), field)
    assert found == value
    assert type(found) is type(value)


WHOLE = "expected a whole number from 0 to 100"
TIME = 'expected a number of seconds above 0, or a text like "90s", "10m" or "1h30m", up to 7 days'
FROM_TOP = (
    """expected a glob below this file's folder, or with // in front below the repository's root, without \"..\""""
)
PATH = 'expected a path below this file\'s folder, without ".." or a leading "/"'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('retries = "3"', f'stages.s.retries: found "3" (string), {WHOLE}'),
        ("retries = true", f"stages.s.retries: found true (boolean), {WHOLE}"),
        ("retries = 101", f"stages.s.retries: found 101 (integer), {WHOLE}"),
        ("retries = -1", f"stages.s.retries: found -1 (integer), {WHOLE}"),
        ("retries = 1.0", f"stages.s.retries: found 1.0 (float), {WHOLE}"),
        ("retries = [1]", f"stages.s.retries: found an array of 1 item, {WHOLE}"),
        ("retries = {}", f"stages.s.retries: found a table, {WHOLE}"),
        ("retries = 1979-05-27", f"stages.s.retries: found 1979-05-27 (date or time), {WHOLE}"),
        ("timeout = 0", f"stages.s.timeout: found 0 (integer), {TIME}"),
        ("timeout = -1.5", f"stages.s.timeout: found -1.5 (float), {TIME}"),
        ("timeout = nan", f"stages.s.timeout: found nan (float), {TIME}"),
        ("timeout = inf", f"stages.s.timeout: found inf (float), {TIME}"),
        ("timeout = true", f"stages.s.timeout: found true (boolean), {TIME}"),
        ("timeout = '8d'", f'stages.s.timeout: found "8d" (string), {TIME}'),
        ("timeout = ''", f'stages.s.timeout: found "" (string), {TIME}'),
        ("timeout = '0s'", f'stages.s.timeout: found "0s" (string), {TIME}'),
        ("timeout = '30m1h'", f'stages.s.timeout: found "30m1h" (string), {TIME}'),
        ("timeout = '169h'", f'stages.s.timeout: found "169h" (string), {TIME}'),
        (f"timeout = 0x{'f' * 9000}", f"stages.s.timeout: found a huge number (integer), {TIME}"),
        ("cache = 1", "stages.s.cache: found 1 (integer), expected true or false"),
        ("cache = 'yes'", 'stages.s.cache: found "yes" (string), expected true or false'),
        (
            "type = 'tests'",
            "stages.s.type: found \"tests\" (string), expected a type of stage; did you mean 'test'?",
        ),
        (
            "target = 'docker'",
            ('stages.s.target: found "docker" (string), expected the name of a target; valid: make, pytest, shell'),
        ),
        (
            "target = 3",
            "stages.s.target: found 3 (integer), expected the name of a target; valid: make, pytest, shell",
        ),
        (
            "files = '(a'",
            (
                'stages.s.files: found "(a", expected a regular expression: '
                "missing ), unterminated subpattern at position 0"
            ),
        ),
        (
            "source = 'a**'",
            'stages.s.source: found "a**", expected a regular expression: multiple repeat at position 2',
        ),
        (
            "source = '[[a]'",
            'stages.s.source: found "[[a]", expected a regular expression: Possible nested set at position 1',
        ),
        (
            "source = 'a{99999999999}'",
            (
                'stages.s.source: found "a{99999999999}", expected a regular expression: '
                "the repetition number is too large"
            ),
        ),
        ("source = ''", 'stages.s.source: found "" (string), expected a regular expression'),
        ("locations = ['/etc']", f'stages.s.locations[0]: found "/etc" (string), {PATH}'),
        ("locations = ['a', '']", f'stages.s.locations[1]: found "" (string), {PATH}'),
        ("locations = ['a/../b']", f'stages.s.locations[0]: found "a/../b" (string), {PATH}'),
        (
            "inputs = ['../*']",
            f'stages.s.inputs[0]: found "../*" (string), {FROM_TOP}',
        ),
        ("locations = 'a'", 'stages.s.locations: found "a" (string), expected a list of paths'),
        (
            "locations = ['a', './a/']",
            'stages.s.locations[1]: found "./a/" twice (first as item [0]), expected each item once',
        ),
        ("env = ['A=b']", "stages.s.env: found an array of 1 item, expected a table of texts"),
        ("env = {A = 1}", "stages.s.env.A: found 1 (integer), expected a text"),
        (
            "env = {'1A' = 'x'}",
            'stages.s.env.1A: found "1A", expected a name of letters, digits and _ that starts with no digit',
        ),
        ('env = {A = "x\\u0000y"}', 'stages.s.env.A: found "x\\x00y" (string), expected a text'),
        (
            "pass_env = ['A=B']",
            'stages.s.pass_env[0]: found "A=B" (string), expected the name of an environment variable',
        ),
        ("tools = [' ']", 'stages.s.tools[0]: found " " (string), expected a text that is not empty'),
        ("tiemout = 1", "stages.s.tiemout: unknown key; did you mean 'timeout'?"),
        ('"a\\u001b[2Jb" = 1', r'stages.s."a\x1b[2Jb": unknown key; valid: '),
    ],
)
def test_bad_values(line: str, expected: str) -> None:
    found = problem(line)
    assert found.startswith(expected) if expected.endswith("valid: ") else found == expected


def test_an_expression_too_deep_for_re() -> None:
    assert problem(f"source = '{'(' * 50_000}'").endswith("expected a regular expression: nested too deeply")


def test_long_values_are_cut_in_messages() -> None:
    assert len(problem(f"retries = '{'x' * 10_000}'")) < 200
    assert len(problem(f"{'x' * 10_000} = 1")) < 400


@pytest.mark.parametrize("version", ["2", "true", "1.0", "'1'"])
def test_the_version_is_the_integer_one(version: str) -> None:
    with pytest.raises(ConfigError, match=r"^x:1: version: found .* expected the number 1$"):
        parse(f"version = {version}".encode(), "x", targets=TARGETS)
    parse(b"version = 1", "x", targets=TARGETS)


@given(st.from_regex(_PLAIN, fullmatch=True))
def test_what_counts_as_a_plain_expression_compiles(expression: str) -> None:
    re.compile(expression)
