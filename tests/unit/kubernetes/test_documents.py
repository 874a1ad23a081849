"""YAML is read as kubectl reads it, and what is wrong is found by file and line."""

from __future__ import annotations

from typing import Any

import pytest

from gofigure.errors import GofigureError
from gofigure.recipes.kubernetes.documents import read_documents

_HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"


def value(text: str) -> Any:
    (document,) = read_documents(f"{_HEAD}data: {text}\n", "a.yml")
    return document.value["data"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("22:22", "22:22"),  # PyYAML: 1342
        ("2026-01-02", "2026-01-02"),  # PyYAML: a date
        ("0644", 420),
        ("0o644", 420),  # PyYAML: a text
        ("08", 8.0),
        ("0x1F", 31),
        ("0b11", 3),
        ("-010", -8),
        ("1_000", 1000),
        ("1e3", 1000.0),  # PyYAML: a text
        (".5", 0.5),
        ("1.", 1.0),
        ("y", True),  # PyYAML: a text
        ("off", False),
        ("~", None),
        ("", None),
        ("'0644'", "0644"),
        ('"yes"', "yes"),
        ("1.2.3", "1.2.3"),
        ("100m", "100m"),
        ("+", "+"),
        (".", "."),
        ("!!str 12", "12"),
        ("{yes: 1, 2: b}", {"true": 1, "2": "b"}),
        ("{<<: {a: 1}, a: 2}", {"a": 2}),
    ],
)
def test_what_a_word_means(text: str, meant: object) -> None:
    found = value(text)
    assert (found, type(found)) == (meant, type(meant))


def test_several_objects_lists_and_empty_parts() -> None:
    items = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: b}}\n"
    found = read_documents(f"{_HEAD}---\n# nothing\n---\n{items}", "x.yml")
    assert [(one.value["kind"], one.place) for one in found] == [("ConfigMap", "x.yml:1"), ("Pod", "x.yml:7")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: b: c\n", "x.yml:1: column 5: mapping values are not allowed"),
        ("a: 1\nb: [\n", "x.yml:3: column 1:"),
        ("a: 1\nb: 2\na: 3\n", 'x.yml:3: column 1: the key "a" is there twice'),
        ("- a\n", "x.yml:1: found a list, expected an object"),
        ("word\n", "x.yml:1: found a single value, expected an object"),
        ("kind: Pod\n", "x.yml:1: found no apiVersion"),
        ("apiVersion: v1\n", "x.yml:1: found no kind"),
        ("apiVersion: v1\nkind: Pod\n", "x.yml:1: this Pod has no metadata.name"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n", "this Pod has no metadata.name"),
        ("? [a]\n: 1\n", "expected a text as a key"),
        ("a: !ruby/object 1\n", "could not determine a constructor"),
        ("a: \t- \0\n", "x.yml"),
        ("[" * 20000, "x.yml"),
    ],
)
def test_what_is_wrong_is_told_by_file_and_line(text: str, said: str) -> None:
    with pytest.raises(GofigureError) as error:
        read_documents(text, "x.yml")
    assert said in str(error.value)
