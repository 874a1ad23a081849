"""One key changed by the form: all else stays, byte for byte, and the text means what was wanted."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from gofigure.config.editing import add_block, remove_table, rename, set_value
from gofigure.errors import GofigureError

TEXT = """\
# The top.
version = 1  # of the format

[jobs.check]   # what comes first
  stages = ["unit"]   # one
  # a comment of its own

# About the unit tests,
# in two lines.
[stages.unit]
run = '''
pytest -q
'''   # behind the line
locations = [
    "a",  # first
    # before b
    "b"   # last
]

[stages.unit.env]
A = "1"  # of A

[stages]
dotted.run = "x" # dotted
dotted.env.B = "2"
inline = { run = "y", env = { C = "3" } }

# The end.
"""


def test_a_value_in_its_place() -> None:
    assert set_value(TEXT, ("version",), 2) == TEXT.replace("version = 1 ", "version = 2 ")
    assert set_value(TEXT, ("jobs", "check", "stages"), ["unit", "x"]) == TEXT.replace('["unit"]', '["unit", "x"]')
    new = set_value(TEXT, ("stages", "unit", "run"), "a\nb\n")
    assert new == TEXT.replace("pytest -q", "a\nb")
    assert set_value(TEXT, ("stages", "unit", "env", "A"), 'q"') == TEXT.replace('A = "1"', "A = 'q\"'")


def test_a_new_key_stands_behind_the_last_of_its_table() -> None:
    """Not behind the comment of the next one, where a library would put it."""
    new = set_value(TEXT, ("jobs", "check", "strict_dependency"), True)
    assert new == TEXT.replace("# one\n", "# one\n  strict_dependency = true\n")
    assert set_value(TEXT, ("stages", "dotted", "type"), "test") == TEXT.replace(
        'dotted.env.B = "2"\n', 'dotted.env.B = "2"\ndotted.type = "test"\n'
    )
    assert set_value("[stages.a]", ("stages", "a", "run"), "x") == '[stages.a]\nrun = "x"\n'
    new = set_value("[stages.a]\nrun = 'x'", ("stages", "a", "env"), {"A": "b c"})
    assert new == "[stages.a]\nrun = 'x'\nenv = { A = \"b c\" }\n"


def test_a_key_goes_with_its_line() -> None:
    assert set_value(TEXT, ("jobs", "check", "stages"), None) == TEXT.replace('  stages = ["unit"]   # one\n', "")
    assert set_value(TEXT, ("stages", "unit", "env"), None) == TEXT.replace('[stages.unit.env]\nA = "1"  # of A\n', "")


def test_an_array_with_a_line_for_each_keeps_their_lines() -> None:
    new = set_value(TEXT, ("stages", "unit", "locations"), ["b", "c"])
    assert new == TEXT.replace('    "a",  # first\n', "").replace('"b"   # last\n', '"b",   # last\n    "c",\n')
    with pytest.raises(GofigureError, match="comments"):
        set_value("[stages.a]\nneeds = ['b', # x\n 'c', 'd']\n", ("stages", "a", "needs"), ["c"])


def test_a_table_of_its_own_is_changed_key_by_key() -> None:
    new = set_value(TEXT, ("stages", "unit", "env"), {"A": "2", "Z": ""})
    assert new == TEXT.replace('A = "1"  # of A\n', 'A = "2"  # of A\nZ = ""\n')
    assert set_value(TEXT, ("stages", "dotted", "env"), {"B": "2", "D": "4"}) == TEXT.replace(
        'dotted.env.B = "2"\n', 'dotted.env.B = "2"\ndotted.env.D = "4"\n'
    )


def test_what_is_not_known_is_refused() -> None:
    for at in (("stages", "inline", "run"), ("stages", "inline", "type"), ("stages", "none", "run")):
        with pytest.raises(GofigureError, match="form"):
            set_value(TEXT, at, "z")


def test_blocks_are_added_and_taken_away() -> None:
    new = add_block(TEXT, ("stages", "more"), "# new\n[stages.more]\nrun = 'z'\n")
    assert new.startswith(TEXT + "\n# new\n")
    assert remove_table(new, ("stages", "more")) in (TEXT, TEXT + "\n")
    gone = remove_table(TEXT, ("stages", "unit"))
    assert "unit tests" not in gone
    assert "env]" not in gone
    assert "# a comment of its own" in gone
    assert "# The end." in gone
    assert tomli.loads(gone)["stages"].keys() == {"dotted", "inline"}
    assert remove_table("[stages.a]\nrun = 'x'\n", ("stages", "a")) == ""
    with pytest.raises(GofigureError, match="already"):
        add_block(TEXT, ("stages", "unit"), "[stages.unit]\n")


def test_a_new_name_is_written_wherever_it_stands() -> None:
    text = TEXT + "[stages.other]\nneeds = [ 'dotted', \"unit\" ] # both\ncheckout = 'unit'\nrun = 'unit'\n"
    new = rename(text, ("stages", "unit"), "all tests")
    expected = text.replace('"unit"', '"all tests"').replace("stages.unit", 'stages."all tests"')
    assert new == expected.replace("checkout = 'unit'", 'checkout = "all tests"')
    assert rename(TEXT, ("stages", "dotted"), "d") == TEXT.replace("dotted.", "d.")
    assert rename(TEXT, ("jobs", "check"), "unit") == TEXT.replace("jobs.check", "jobs.unit")
    with pytest.raises(GofigureError, match="already"):
        rename(TEXT, ("stages", "unit"), "dotted")


_WORDS = st.text(alphabet="ab#'\"\\\n =[]é\t", max_size=6)
_SCALARS = st.one_of(_WORDS, st.booleans(), st.integers(-5, 5), st.lists(_WORDS, max_size=3, unique=True))
_KEYS = st.sampled_from(["run", "env", "k1", "a b", "needs"])
_COMMENTS = st.sampled_from(["", "  # why", "\t#", " # [stages.x] = 'y'"])
_VALUES = st.sampled_from(
    [
        '"x"',
        "'# no'",
        '"""\na # b\n"""',
        "[ 'b', 'a' ]",
        "[\n  'a', # one\n  # two\n  'b'\n]",
        "{ A = '1', B.c = 2 }",
        "1.50",
        "true",
    ]
)


@st.composite
def _texts(draw: st.DrawFn) -> str:
    parts = [draw(st.sampled_from(["", "# top\n", "version = 1 # v\n\n"]))]
    for kind, name in draw(
        st.lists(st.tuples(st.sampled_from(["jobs", "stages"]), st.sampled_from("abc")), unique=True)
    ):
        parts.append(draw(st.sampled_from(["", "\n", "# about it\n", "\n\n# far above\n\n"])))
        parts.append(f"[ {kind} . '{name}' ]{draw(_COMMENTS)}\n")
        for key in draw(st.lists(_KEYS, unique=True, max_size=4)):
            own = key if key.isalnum() else f'"{key}"'
            parts.append(f"{draw(st.sampled_from(['', '  ']))}{own} = {draw(_VALUES)}{draw(_COMMENTS)}\n")
            parts.append(draw(st.sampled_from(["", "", "# between\n", "\n"])))
    text = "".join(parts)
    return text[:-1] if draw(st.booleans()) and text.endswith("\n") else text


@settings(max_examples=400)
@given(_texts(), st.sampled_from(["jobs", "stages"]), st.sampled_from("abc"), _KEYS, st.one_of(st.none(), _SCALARS))
def test_all_else_stays(text: str, kind: str, name: str, key: str, value: Any) -> None:
    data = tomli.loads(text)
    if name not in data.get(kind, {}):
        with pytest.raises(GofigureError):
            set_value(text, (kind, name, key), "x")
        return
    wanted = copy.deepcopy(data)
    if value is None:
        wanted[kind][name].pop(key, None)
    else:
        wanted[kind][name][key] = value
    new = set_value(text, (kind, name, key), value)
    assert tomli.loads(new) == wanted
    assert _others(new, kind, name, key) == _others(text, kind, name, key)


def _others(text: str, kind: str, name: str, key: str) -> str:
    """The text without one statement."""
    own = re.escape(key if key.isalnum() else f'"{key}"')
    header = re.search(rf"\[ {kind} \. '{name}' \][^\n]*(?:\n|\Z)", text)
    assert header
    following = re.search(r"^\[ \w+ \. '\w' \]", text[header.end() :], re.MULTILINE)
    end = header.end() + following.start() if following else len(text)
    body = text[header.end() : end]
    found = re.search(rf"^[ ]*{own} = ", body, re.MULTILINE)
    if found:
        start, length = found.start(), _length(body[found.end() :])
        body = body[:start] + body[found.end() + length :]
    # Where it has gone, its comment has gone too; a last line may have got its end.
    return re.sub(
        r"^(?:  # why|\t#| # \[stages.x\] = 'y')\n?",
        "",
        (text[: header.end()] + body + text[end:]).rstrip("\n"),
        flags=re.MULTILINE,
    )


def _length(rest: str) -> int:
    """Of the value that a line begins with, up to the end of its line, by what parses."""
    for end in (found.start() for found in re.finditer(r"\n|\Z", rest)):
        try:
            tomli.loads(f"x = {rest[:end]}")
        except tomli.TOMLDecodeError:
            continue
        return end + 1
    raise AssertionError(rest)
