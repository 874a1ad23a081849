"""YAML, JSON and TOML of other tools: values with lines; what is none of them is an error that says where."""

from __future__ import annotations

import pytest

from gofigure.errors import ConfigError
from gofigure.importing.formats import read_any
from gofigure.importing.given import Given, Reading, get


def plain(given: Given) -> object:
    match given.value:
        case dict():
            return {name: plain(one) for name, one in given.value.items()}
        case tuple():
            return [plain(one) for one in given.value]
        case value:
            return value


def read(text: str, file: str = "x.yml") -> object:
    return plain(read_any(text, file))


def test_numbers_stay_as_they_were_written_and_keys_are_texts() -> None:
    text = "on: [push]\nversion: 1.20\nyes: no\nempty:\n1: 0x10\n"
    assert read(text) == {"on": ["push"], "version": "1.20", "yes": False, "empty": None, "1": "0x10"}


def test_all_formats_say_the_same_with_their_lines() -> None:
    for file, text in [
        ("a.yml", "x:\n  y:\n    - z\n"),
        ("a.json", '{"x":\n {"y":\n ["z"]}}'),
        ("a.toml", "[x]\ny = [\n 'z']\n"),
        ("rc", '{"x":\n {"y":\n ["z"]}}'),
        ("rc", "x:\n  y:\n  - z\n"),
    ]:
        found = read_any(text, file)
        assert plain(found) == {"x": {"y": ["z"]}}
        reading = Reading(file)
        y = get(reading.table(get(reading.table(found, ""), "x"), ""), "y")
        assert y.line == 2
        assert isinstance(y.value, tuple)
        assert y.value[0].line == 3


def test_anchors_are_followed_and_what_is_merged_gives_way() -> None:
    text = "base: &b {run: a, glob: x}\nmore: &m {tags: t}\none:\n  <<: [*b, *m]\n  run: c\n"
    found = read(text)
    assert isinstance(found, dict)
    assert found["one"] == {"run": "c", "glob": "x", "tags": "t"}


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "file", "line", "words"),
    [
        ("a: b\nc: [d\n", "x.yml", 3, "not valid YAML"),
        ("a:\n\t- b\n", "x.yml", 2, "not valid YAML"),
        ("a: b\n---\nc: d\n", "x.yml", 2, "not valid YAML"),
        ("a: *b\n", "x.yml", 1, "undefined alias"),
        ("a: &a\n  - *a\n", "x.yml", 1, "an alias inside of what it stands for"),
        ("? [a]\n: b\n", "x.yml", 1, "found a table or list as a key"),
        ("a: \x00b\n", "x.yml", 1, "not valid YAML"),
        ("\n\na: !!python/object/apply:os.system [x]\nb: [\n", "x.yml", 5, "not valid YAML"),
        (BOMB, "x.yml", 6, "more than 100,000 values"),
        ("a: " + "[" * 70 + "]" * 70, "x.yml", 1, "nested too deeply"),
        ("a: " + "[" * 5000, "x.yml", 0, "nested too deeply"),
        ('{"a": 1,\n "b": \'c\'}', "package.json", 2, "not valid JSON"),
        ("a = 1\nb = [\n", "lefthook.toml", 3, "not valid TOML"),
        ("[" * 5000, "x.json", 1, "not valid JSON"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_its_line(text: str, file: str, line: int, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_any(text, file)
    assert caught.value.problems[0].path == file
    assert words in caught.value.problems[0].message
    assert caught.value.problems[0].line == line


def test_a_tag_runs_nothing() -> None:
    assert read("a: !!python/object/apply:os.system [touch /tmp/x]\n") == {"a": ["touch /tmp/x"]}


def test_what_is_of_a_wrong_kind_is_named_with_its_line() -> None:
    reading = Reading("x.yml")
    found = reading.table(read_any("run: [a]\nglob: {b: c}\nfix: maybe\nnone:\n", "x.yml"), "")
    assert reading.text(found["run"], "lint.run") == ""
    assert reading.texts(found["glob"], "lint.glob") == ()
    assert reading.flag(found["fix"], "lint.fix") is False
    assert reading.text(found["none"], "lint.none") == ""  # nothing is there: nothing is wrong
    reading.unknown(found, ("run", "globs", "fix", "none"), "lint")
    assert [(one.line, one.what, one.why) for one in reading.left] == [
        (1, "lint.run", "found a list, expected a text"),
        (2, "lint.glob", "found a table, expected a text"),
        (3, "lint.fix", 'found "maybe", expected true or false'),
        (2, "lint.glob", "unknown key; did you mean 'globs'?"),
    ]
