from __future__ import annotations

import json
import time
from typing import Any

import pytest

from gofigure.runner.why import ago, first_difference
from gofigure.store.proofs import Proof

OLD: dict[str, Any] = {
    "stage": "unit",
    "command": [["pytest", "in", ""]],
    "type": "test",
    "env": {"A": "1"},
    "tools": {"python": "Python 3.11.7 (aaaa000011112222)", "make": "(bbbb000011112222)"},
    "platform": "linux-x86_64",
    "upstream": {"lint": "00"},
    "selector": [[""], None, []],
    "inputs": "11",
    "shared": "",
    "tree": "22",
}


def _why(changed: dict[str, Any], *older: dict[str, Any]) -> str:
    proofs = [Proof(b"k", "unit", 1, 0, 1.0, json.dumps({**OLD, **one})) for one in ({}, *older)]
    return first_difference(
        {**OLD, **changed}, proofs, lambda _tree: ["src/a.py changed"], lambda _tree: ["dist/a.js changed"]
    )


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"inputs": "12"}, "src/a.py changed"),
        ({"command": [["pytest", "-q", "in", ""]]}, "its command changed"),
        ({"env": {"A": "1", "CI": "true"}}, "env CI added"),
        ({"env": {}}, "env A removed"),
        ({"env": {"A": "2"}}, "env A changed"),
        ({"tools": {**OLD["tools"], "python": "Python 3.12.1 (cc)"}}, "python Python 3.11.7 → Python 3.12.1"),
        ({"tools": {**OLD["tools"], "make": "(dddd000011112222)"}}, "make bbbb0000 → dddd0000"),
        (
            {"tools": {**OLD["tools"], "python": "Python 3.11.7 (ee00112233)"}},
            "python Python 3.11.7 aaaa0000 → ee001122",
        ),
        ({"platform": "darwin-arm64"}, "platform linux-x86_64 → darwin-arm64"),
        ({"upstream": {"lint": "01"}}, "lint, which it needs, changed"),
        ({"selector": [["src"], None, []]}, "its choice of inputs changed"),
        ({"outputs": "31"}, "dist/a.js changed"),
        ({"outputs": "31", "inputs": "12"}, "src/a.py changed"),
        ({"outputs": "31", "upstream": {"lint": "01"}}, "lint, which it needs, changed"),
    ],
)
def test_the_first_thing_that_differs_is_named(changed: dict[str, Any], words: str) -> None:
    assert _why(changed) == words


def test_the_nearest_proof_is_the_one_compared_with() -> None:
    assert _why({"env": {"CI": "1"}, "platform": "p"}, {"platform": "p", "env": {}}) == "env CI added"


def test_without_a_proof_there_is_nothing_to_compare() -> None:
    assert first_difference(OLD, [], lambda _tree: [], lambda _tree: []) == "no proof yet"


def test_a_clock_that_went_back_is_now() -> None:
    assert ago(time.time_ns() + 10**12) == "just now"
    assert ago(time.time_ns() - 3 * 60 * 10**9) == "3 min ago"
