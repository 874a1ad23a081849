"""Regular expressions of others, put together: always what pre-commit itself would find."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gofigure.importing.expressions import both, both_found, usable, without_layout

ATOMS = [
    "a", "b", ".", r"\.", "^", "$", "|", "a*", "(a|b)", "[ab]", "[^a]", "(?:b|)", "/", "^a|b", r"\|", "[|]",
    "(?i:^A", "(?i:B|", ")", "(b)",
]  # fmt: skip
EXPRESSIONS = st.lists(st.sampled_from(ATOMS), max_size=5).map("".join)
TEXTS = st.text("ab./|\n", max_size=7)


@given(EXPRESSIONS, EXPRESSIONS, TEXTS)
def test_both_finds_what_the_one_finds_and_the_other_does_not(wanted: str, unwanted: str, text: str) -> None:
    assume(usable(wanted) and usable(unwanted))
    found = re.search(both(wanted, unwanted), text) is not None
    expected = re.search(wanted, text) is not None and not (unwanted and re.search(unwanted, text))
    assert found == expected or not text.strip("\n")  # `.` stands for everything: nobody calls a file that


@given(EXPRESSIONS, EXPRESSIONS, TEXTS)
def test_both_found(first: str, second: str, text: str) -> None:
    assume(usable(first) and usable(second))
    together = both_found(first, second)
    expected = re.search(first, text) is not None and re.search(second, text) is not None
    assert (re.search(together, text) is not None) == expected


LAID_OUT = st.lists(
    st.sampled_from(
        [" ", "\n", "a", "b", "|", "(", ")", "# a(b\n", "[ #]", r"\ ", r"\#", "^", "$", ".", "[]a]", "[^]b]"]
    ),
    max_size=9,
).map("".join)


@given(LAID_OUT, TEXTS)
def test_without_its_layout_an_expression_means_the_same(text: str, path: str) -> None:
    written = f"(?x){text}"
    assume(usable(written))
    made = without_layout(written)
    assert (re.search(made, path) is not None) == (re.search(written, path) is not None)


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("(?x)^(\n  docs/.*|  # made\n  vendor/.*\n)$\n", "^(docs/.*|vendor/.*)$"),
        ("(?i)\\.MD$", "(?i:\\.MD$)"),
        ("^docs/", "^docs/"),
    ],
)
def test_what_a_person_gets_to_read(written: str, made: str) -> None:
    assert without_layout(written) == made


def test_anchored_ones_are_put_together_shortly() -> None:
    assert both(r"\.py$", "^docs/") == r"^(?!docs/)(?s:.*)\.py$"
    assert both("", "^docs/") == "^(?!docs/)"
    assert both("^src/", "") == "^src/"
    assert both(r"(?i:\.sh$)", "(?i:^vendor/)") == r"^(?!(?i:vendor/))(?s:.*)(?i:\.sh$)"
    assert both_found("^web/", r"\.js$") == r"^(?=web/)(?s:.*)\.js$"
