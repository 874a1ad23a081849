"""`gofigure schema` against the parser that it describes: what one accepts, the other accepts."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from gofigure.config.enabled import without_disabled
from gofigure.config.json_schema import _SHAPES, IDENTIFIER, json_schema
from gofigure.config.kinds import Kind
from gofigure.config.schema import KEYS, tables
from gofigure.config.tables import read_tables
from gofigure.targets import KINDS

ROOT = Path(__file__).parents[3]
TARGETS = tuple(KINDS)
SCHEMA = json_schema(TARGETS)
VALID = jsonschema.Draft202012Validator(SCHEMA)


def parser_accepts(data: dict[str, Any]) -> bool:
    """Keys and types only: names that resolve are beyond a schema."""
    read = read_tables(data, TARGETS)
    assert read.wrong or without_disabled(read._replace(jobs={}))
    return not read.wrong


def disagreement(data: dict[str, Any]) -> str:
    said = [error.message for error in VALID.iter_errors(data)]
    # No schema can know what a later Python will take for a set of characters: see EXCEPTIONS.
    wrong = [(bad.at, bad.message) for bad in read_tables(data, TARGETS).wrong if ": Possible " not in bad.message]
    return "" if bool(said) == bool(wrong) else f"schema: {said or 'accepts'}; parser: {wrong or 'accepts'}"


@pytest.mark.parametrize("local", [False, True])
def test_it_is_a_schema(*, local: bool) -> None:
    schema = json_schema(TARGETS, local=local)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].startswith(IDENTIFIER)
    assert schema["title"].startswith(".gofigure.")


def test_every_key_is_in_it_with_its_words() -> None:
    places = {
        "": SCHEMA,
        "jobs.*": SCHEMA["properties"]["jobs"]["additionalProperties"],
        "stages.*": SCHEMA["properties"]["stages"]["additionalProperties"],
    }
    for table, place in places.items():
        keys = {key.name: key for key in KEYS if key.table == table}
        assert place["properties"].keys() == keys.keys()
        assert place["additionalProperties"] is False
        for name, said in place["properties"].items():
            assert said["description"] == keys[name].doc
    stage = places["stages.*"]["properties"]
    assert stage["target"]["enum"] == list(TARGETS)
    assert stage["retries"]["default"] == 0
    assert stage["env"]["default"] == {}
    assert stage["needs"]["default"] == []
    assert "default" not in stage["timeout"]
    assert "default" not in places["jobs.*"]["properties"]["stages"], "it is required"


def test_every_check_has_a_shape() -> None:
    """A new kind of value needs one in json_schema._SHAPES."""
    ready = tables(TARGETS)
    pending: list[Kind] = [key.kind for keys in (ready.job, ready.stage) for key in keys.values()]
    while pending:
        kind = pending.pop()
        assert kind.check in _SHAPES, kind.expected
        pending += [kind.item] if kind.item else []


@pytest.mark.parametrize("name", [".gofigure.toml.example", ".gofigure.toml"])
def test_real_files_are_valid(name: str) -> None:
    VALID.validate(tomli.loads((ROOT / name).read_text()))


@pytest.mark.parametrize(
    ("text", "local", "shared"),
    [
        ("[stages.unit]\ntimeout = '20m'", True, False),
        ("[jobs.check]\nenabled = false", True, False),
        ("[jobs.check]\nstages = []", False, False),
        ("[stages.unit]\nsource = 'a'\nfiles = 'b'", False, False),
        ("[stages.unit]\ntiemout = 1", False, False),
        ("[stages.unit]\ntarget = 'make'", True, True),
    ],
)
def test_a_personal_layer_need_not_be_whole(text: str, *, local: bool, shared: bool) -> None:
    data = tomli.loads(text)
    assert jsonschema.Draft202012Validator(json_schema(TARGETS, local=True)).is_valid(data) is local
    assert VALID.is_valid(data) is shared


SCALARS = st.sampled_from(
    [
        1, 0, -3, 100, 101, 604_800, 604_801, True, False, 0.5, -0.5, "a", "b", "", " ", "\t", ".", "..", "./", "a/..",
        "a/../b", "..a", "a..", "/a", "a*", "[[", "1h", "90s", "1h30m", "10", "0s", "0h0m", "m1", "1h ", "1000000s",
        "shell", "pytest", "nonsense", "pre-commit", "pre-comit", "A", "A=B", "1A", "a\0b", "a b", "é", "test",
    ]
)  # fmt: skip
NAMES = st.sampled_from(["a", "b", "lint", "x.y", "-x", "x-y", "", " ", "a b", "a/b", "é", "A" * 100, "A" * 101])
KEY_NAMES = st.sampled_from(sorted({key.name for key in KEYS} | {"other", "A", "1A", "é"}))
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(KEY_NAMES, SCALARS, max_size=2)


def values_of(kind: Kind) -> st.SearchStrategy[Any]:
    """Mostly what the key is for: random values alone would hardly ever be accepted."""
    good: list[Any] = [*kind.choices, True, 1, "a", "1h30m", "'a'", 2.5, "lint"]
    item = st.sampled_from([*(kind.item.choices if kind.item else ()), "a", "b", "A"])
    if kind.item and "table" in kind.expected:
        return st.dictionaries(st.sampled_from(["A", "B", "1A"]), item, max_size=2)
    return st.lists(item, max_size=2) if kind.item else st.sampled_from(good)


READY = tables(TARGETS)
OF_TARGETS: dict[str, dict[str, Any]] = {
    "checkout": {"target": "checkout", "url": "/a"},
    "kubernetes": {"target": "kubernetes", "context": "minikube", "namespace": "dev"},
    "docker": {"target": "docker"},
}


def table_of(keys: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    fitting = {name: values_of(key.kind) | VALUES for name, key in keys.items()}
    return st.fixed_dictionaries({}, optional=fitting) | st.dictionaries(KEY_NAMES, VALUES, max_size=2)


CONFIGURATIONS = st.fixed_dictionaries(
    {},
    optional={
        "version": st.sampled_from([1, 1, 1, 2, "1", True]),
        "jobs": st.dictionaries(NAMES, table_of(dict(READY.job)) | SCALARS, max_size=2) | SCALARS,
        "stages": st.dictionaries(NAMES, table_of(dict(READY.stage)) | SCALARS, max_size=2) | SCALARS,
        "other": SCALARS,
    },
)


@settings(max_examples=400, deadline=None)
@given(CONFIGURATIONS)
def test_what_the_schema_accepts_the_parser_accepts(data: dict[str, Any]) -> None:
    assert not disagreement(data)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_each_key_alone(data: st.DataObject) -> None:
    """One key with one value, in a table that is otherwise right."""
    table = data.draw(st.sampled_from(["jobs", "stages"]))
    base: dict[str, Any] = {"stages": ["a"]} if table == "jobs" else {"run": "true"}
    keys = READY.job if table == "jobs" else READY.stage
    name = data.draw(st.sampled_from(sorted(keys)))
    value = data.draw(values_of(keys[name].kind) | VALUES)
    if keys[name].targets and bool(data.draw(st.sampled_from([0, 1]))):
        base = OF_TARGETS.get(keys[name].targets[0], base)
    assert not disagreement({table: {"x": {**base, name: value}}})


@pytest.mark.parametrize(
    ("keys", "accepted"),
    [
        ({"source": "a", "inputs": ["b"]}, False),
        ({"source": "a", "files": "b"}, False),
        ({"source": "a", "inputs": []}, True),
        ({"source": "a", "locations": ["b"]}, True),
        ({"files": "a", "inputs": ["b"]}, True),
        ({"target": "make"}, True),
        ({"target": "shell"}, False),
        ({"timeout": "0h0m"}, False),
    ],
)
def test_rules_between_keys(keys: dict[str, Any], *, accepted: bool) -> None:
    data = {"stages": {"s": keys if "target" in keys else {"run": "true", **keys}}}
    assert VALID.is_valid(data) is accepted
    assert parser_accepts(data) is accepted


EXCEPTIONS: dict[str, dict[str, Any]] = {
    "an expression that does not compile": {"source": "("},
    "an expression that means something else in a later Python": {"files": "[[a]"},
    "the same path written in two ways": {"locations": ["a", "./a/"]},
    "a duration of more than 7 days as text": {"timeout": "999h"},
    "a float without a fraction, which JSON calls an integer": {"retries": 1.0},
    "a name of letters beyond ASCII that are none": {},
}


@pytest.mark.parametrize("why", EXCEPTIONS)
def test_what_a_schema_cannot_say_is_left_to_the_parser(why: str) -> None:
    """The schema is never the stricter one: an editor must not underline what runs."""
    name = "a\N{EN DASH}b" if why.startswith("a name") else "s"
    data = {"stages": {name: {"run": "true", **EXCEPTIONS[why]}}}
    assert VALID.is_valid(data)
    assert not parser_accepts(data)


@pytest.mark.parametrize("number", [math.inf, math.nan])
def test_numbers_that_json_does_not_have(number: float) -> None:
    """TOML has them, JSON has not: what a schema says of them is nobody's promise."""
    assert not parser_accepts({"stages": {"s": {"run": "true", "timeout": number}}})


WORDS = st.sampled_from(["a", "default", "kube-x"])
DEPLOY_KEYS: dict[str, st.SearchStrategy[Any]] = {
    "context": WORDS,
    "namespace": WORDS,
    "reset": st.sampled_from(["none", "owned", "all"]),
    "allow_delete_all": st.booleans(),
    "manifests": st.sampled_from(["files", "kustomize", "helm"]),
    "type": st.sampled_from(["deploy", "build"]),
    "source": WORDS,
    "files": WORDS,
    "run": WORDS,
    "inputs": st.sampled_from([[], ["a"]]),
    "env": st.sampled_from([{}, {"HOME": "a"}, {"A": "a"}]),
    "wait": st.sampled_from([True, 0, "1s"]),
}


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries({"target": st.just("kubernetes")}, optional=DEPLOY_KEYS))
def test_rules_of_deploys(keys: dict[str, Any]) -> None:
    assert not disagreement({"stages": {"s": keys}})
