"""JSON by hand: whatever is JSON means the same here, and whatever is none is told with its line, column and mend."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gofigure.config.json_file import Fault, scan_json

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"))
)
_KEYS = st.text(st.characters(codec="utf-8"), max_size=6)
_VALUES = st.recursive(_SCALARS, lambda below: st.lists(below) | st.dictionaries(_KEYS, below), max_leaves=15)
_BETWEEN = ("", "", " ", "\n", "\t", "\r\n", '// a {comment}, "\n', "/* a [comment]: ' */", "/**/", "\n\n  ")


def _written(value: Any, dice: random.Random) -> str:
    """The value as JSON, with comments and trailing commas where they may be."""

    def gap() -> str:
        return dice.choice(_BETWEEN)

    def more(items: list[str]) -> str:
        return ",".join(items) + (gap() + "," if items and dice.random() < 0.3 else "") + gap()

    if isinstance(value, dict):
        return "{" + more([f"{gap()}{_text(k, dice)}{gap()}:{_written(v, dice)}" for k, v in value.items()]) + "}"
    if isinstance(value, list):
        return "[" + more([_written(item, dice) for item in value]) + "]"
    return gap() + (_text(value, dice) if isinstance(value, str) else json.dumps(value)) + gap()


def _text(text: str, dice: random.Random) -> str:
    return json.dumps(text, ensure_ascii=dice.random() < 0.5)


@given(_VALUES, st.randoms(use_true_random=False))
def test_what_is_json_means_the_same_with_comments_and_trailing_commas(value: Any, dice: random.Random) -> None:
    scanned = scan_json(_written(value, dice))
    assert scanned.faults == []
    assert repr(scanned.value) == repr(value)  # 1 is not 1.0 is not true
    assert scanned.whole


@given(_VALUES, st.data())
def test_no_change_of_a_text_breaks_the_scanner(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value, indent=1)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 3)))
    changed = text[:start] + data.draw(st.text("{}[]:,\"'\\/* \n\0aN1-.", max_size=3)) + text[end:]
    scanned = scan_json(changed)
    lines = changed.split("\n")
    for fault in scanned.faults:
        assert 1 <= fault.line <= len(lines)
        assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1
    if not scanned.faults:  # then it is JSON still, but for what is accepted
        bare = _without_extras(changed)
        assert repr(json.loads(bare)) == repr(scanned.value)


def _without_extras(text: str) -> str:
    """The same without comments and trailing commas: what a text says, by json's own tokens."""
    out, at = "", 0
    while at < len(text):
        if text[at] == '"':
            end = json.decoder.scanstring(text, at + 1)[1]  # type: ignore[attr-defined]
            out, at = out + text[at:end], end
        elif text.startswith("//", at):
            at = (text + "\n").index("\n", at)
        elif text.startswith("/*", at):
            at = text.index("*/", at) + 2
        elif text[at] in "]}":
            out, at = out.rstrip().removesuffix(",") + text[at], at + 1
        else:
            out, at = out + text[at], at + 1
    return out


@given(st.lists(st.tuples(_KEYS, _SCALARS), min_size=2, max_size=6, unique_by=lambda pair: pair[0]), st.data())
def test_a_missing_comma_is_found_where_the_next_key_stands(
    members: list[tuple[str, Any]], data: st.DataObject
) -> None:
    gone = data.draw(st.integers(0, len(members) - 2))
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in members]
    lines[-1] = lines[-1][:-1]
    lines[gone] = lines[gone][:-1]
    scanned = scan_json("{\n" + "\n".join(lines) + "\n}")
    assert [(fault.line, fault.column) for fault in scanned.faults] == [(gone + 3, 3)]
    assert scanned.faults[0].message.startswith("expected a comma after ")
    assert repr(scanned.value) == repr(dict(members))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ('{"a": 1 "b": 2}', ["1:9 expected a comma after 1"]),
        ('{"a": "x"\n  "b": [1 2]}', ['2:3 expected a comma after "x"', "2:11 expected a comma after 1"]),
        ('{"a": {}\n "b": []\n "c": 1}', ["2:2 expected a comma after }", "3:2 expected a comma after ]"]),
        ('{\n  "a" true\n}', ['2:7 expected a colon after "a"']),
        ('{"a" = 1}', ['1:6 expected a colon after "a"']),
        ('{"a"}', ['1:5 found }, expected a colon and a value after "a"']),
        (
            "{'a': 'b'}",
            [
                '1:2 found single quotes, expected double quotes: "a"',
                '1:7 found single quotes, expected double quotes: "b"',
            ],
        ),
        ("{a: 1}", ["1:2 found a, expected it in double quotes"]),
        ('{"a": "b\n}', ["1:7 found a quote that nothing closes in this line, expected a closing one"]),
        ('{"a": 1,\n "a": 2}', ['2:2 found "a" again (as in line 1), expected it once']),
        (
            '{"a": NaN, "b": -Infinity}',
            [
                "1:7 found NaN, expected a number as JSON has it",
                "1:17 found -Infinity, expected a number as JSON has it",
            ],
        ),
        (
            '{"a": 01, "b": .5, "c": +1}',
            [
                "1:7 found 01, expected a number as JSON has it",
                "1:16 found .5, expected a number as JSON has it",
                "1:25 found +1, expected a number as JSON has it",
            ],
        ),
        ('{"a": True}', ["1:7 found True, expected true"]),
        ('{"a": yes}', ["1:7 found yes, expected a text in double quotes, a number, true or false"]),
        ('{"a": }', ["1:7 found }, expected a value"]),
        ('{"a": 1,, "b": 2}', ["1:9 found a comma, expected a value before it"]),
        ("{,}", ["1:2 found a comma, expected a value before it"]),
        ('{"a": [1}', ["1:9 found }, expected ] to close the [ of line 1"]),
        ('{"a": 1', ["1:8 found the end of the file, expected } to close the { of line 1"]),
        ('{"a": 1}}', ["1:9 found }, expected the end of the file"]),
        ('{"a": 1} /* b', ["1:10 found /*, expected */ somewhere behind it"]),
        (
            '{"a": \x1b[31m}',
            [
                r"1:7 found \x1b, expected a text in double quotes, a number, true or false",
                "1:8 expected a comma after " + r'"\x1b"',
                "1:8 found [, expected a key in double quotes",
            ],
        ),
        ('{"a": 1} "b"', ['1:10 found ", expected the end of the file']),
        ("\u2028", [r'1:1 found "\u2028", expected a value']),
        ('{"a": 1 / 2}', ["1:9 found /, expected a comma or }"]),
        ('{"a": 1 : 2}', ["1:9 found :, expected a comma or }"]),
        ('{"a": "\t"}', [r'1:8 found "\t" in a text, expected it written as an escape']),
        (
            '{"a": ".*\\.go"}',
            [
                (
                    r'1:10 found a backslash before ".", expected \" \\ \/ \b \f \n \r \t or \u and four '
                    "hexadecimal digits"
                )
            ],
        ),
        ('{"a": "\\ud800"}', [r'1:7 found half of a character in "\ud800", expected both halves or none']),
        ("", ["1:1 found nothing, expected {"]),
        ("// only words\n", ["2:1 found nothing, expected {"]),
        ("[" * 33, ["1:33 nested more than 32 deep, expected a configuration"]),
        ("9" * 5000, ["1:1 found " + "9" * 59 + "…, expected a shorter number"]),
    ],
)
def test_each_fault_has_its_place_and_its_mend(text: str, faults: list[str]) -> None:
    assert [f"{line}:{column} {message}" for line, column, message in scan_json(text).faults] == faults


def test_the_longest_nest_and_the_most_faults_come_to_an_end() -> None:
    assert scan_json("[" * 32 + "]" * 32).faults == []
    assert len(scan_json("[" + '"a" ' * 250_000 + "]").faults) == 50
    assert len(scan_json("[" * 500_000).faults) == 1
    assert scan_json("/* " * 300_000).faults == [Fault(1, 1, "found /*, expected */ somewhere behind it")]


def test_a_key_is_found_again() -> None:
    root = scan_json('// one\n{\n"a": {"b": [1,\n2, /* x */\n3]}\n}').root
    assert [root.line_of(path) for path in [(), ("a",), ("a", "b", 2), ("c",)]] == [2, 3, 5, 2]
