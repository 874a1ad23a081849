"""frame(): equal values, and only they, have equal encodings."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gofigure.digest.frame import Plain, digest_value, frame

# A busy machine is no reason to fail; the whole tier has five seconds.
FEW = settings(max_examples=25, deadline=None)

# Surrogates too: os.fsdecode makes them of odd names, JSON lets lone ones through.
TEXT = st.text(st.characters(), max_size=6)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), TEXT, st.binary(max_size=6))
VALUES: st.SearchStrategy[Plain] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=12,
)


def same(one: Any, other: Any) -> bool:
    """Equality that tells True from 1, and bytes from text."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (str, bytes)) or one is None or isinstance(one, (bool, int)):
        return type(one) is type(other) and bool(one == other)
    if isinstance(one, Sequence) and isinstance(other, Sequence) and not isinstance(other, (str, bytes)):
        return len(one) == len(other) and all(map(same, one, other))
    return False


@FEW
@given(VALUES, VALUES)
def test_injective(one: Plain, other: Plain) -> None:
    assert (frame(one) == frame(other)) == same(one, other)


@FEW
@given(VALUES, st.randoms(use_true_random=False))
def test_order_of_a_mapping_cannot_show(value: Plain, chance: random.Random) -> None:
    def shuffled(value: Plain) -> Plain:
        if isinstance(value, Mapping):
            items = [(key, shuffled(item)) for key, item in value.items()]
            chance.shuffle(items)
            return dict(items)
        if isinstance(value, (list, tuple)):
            return [shuffled(item) for item in value]
        return value

    assert frame(shuffled(value)) == frame(value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["ab", "c"], ["a", "bc"]),
        (["a", "b"], ["ab"]),
        (["a", ["b"]], [["a"], "b"]),
        ([], [[]]),
        ([], {}),
        ([["a", 1]], {"a": 1}),
        ("1", 1),
        (True, 1),
        (False, None),
        (b"a", "a"),
        ("", None),
        ({"a": "b", "c": "d"}, {"a": "bc", "": "d"}),
        ("é", "\udcc3\udca9"),  # the same bytes to the file system's codec
        ("s1:a", ["a"]),
    ],
)
def test_what_naive_joining_confuses(one: Plain, other: Plain) -> None:
    """Trap 3: unframed concatenation."""
    assert frame(one) != frame(other)


def test_a_lone_surrogate_is_a_value_like_any_other() -> None:
    assert len({frame("\ud800"), frame("\udcff"), frame("?"), frame(b"\xff")}) == 4


def test_a_list_and_a_tuple_are_the_same_sequence() -> None:
    assert frame(("a", 1)) == frame(["a", 1])


def test_domains_never_meet() -> None:
    assert digest_value("one", ["a"]) != digest_value("two", ["a"])
    assert len(digest_value("one", None)) == 32
