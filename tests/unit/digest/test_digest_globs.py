"""Globs against a table of what .gitignore would say of whole paths."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gofigure.snapshot.globs import matcher, to_regex

# A busy machine is no reason to fail; the whole tier has five seconds.
FEW = settings(max_examples=25, deadline=None)

TABLE: list[tuple[str, list[str], list[str]]] = [
    # glob, matches, does not match
    ("a", ["a", "a/b", "a/b/c"], ["b", "x/a", "aa", ""]),
    ("*.py", ["a.py", ".py", "a.b.py"], ["src/a.py", "a.pyc", "apy"]),
    ("**/*.py", ["a.py", "src/a.py", "a/b/c/d.py"], ["a.pyc", "a.py/b"]),
    ("src/**/*.py", ["src/a.py", "src/x/a.py", "src/x/y/a.py"], ["a.py", "xsrc/a.py", "src.py", "srcx/a.py"]),
    ("src/**", ["src/a", "src/a/b", "src/.hidden"], ["src", "srcs/a", "x/src/a"]),
    ("**", ["a", "a/b", ".x"], []),
    ("**/a", ["a", "x/a", "x/y/a", "a/x"], ["ba"]),
    ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/xb", "axb"]),
    ("x**/b", ["x/b", "xyz/b"], ["xb", "b"]),  # `**` is two stars unless it is a whole name
    ("*", ["a", ".a"], ["a/b"]),
    ("a?c", ["abc", "a.c", "aéc"], ["ac", "a/c", "abbc"]),
    ("[ab]c", ["ac", "bc"], ["cc", "c", "abc"]),
    ("[!ab]c", ["cc", "-c"], ["ac", "bc", "/c"]),
    ("[^ab]c", ["cc"], ["ac", "/c"]),
    ("x[!a]y", ["xby"], ["x/y", "xay"]),
    ("[a-c]1", ["a1", "b1"], ["d1", "-1"]),
    ("[]a]x", ["]x", "ax"], ["[x", "x"]),
    ("[!]a]x", ["bx"], ["]x", "ax"]),
    ("[a]]x", ["a]x"], ["ax", "]x"]),
    ("[[]x", ["[x"], ["x", "]x"]),
    ("[é]x", ["éx"], ["x"]),
    ("a[b", ["a[b"], ["ab"]),  # never closed: itself
    ("a.b", ["a.b"], ["axb"]),
    ("a+(b)|c$^{1}", ["a+(b)|c$^{1}"], ["aab", "c"]),
    (r"\*.py", ["*.py"], ["a.py", r"\a.py"]),
    (r"\[a]", ["[a]"], ["a"]),
    ("a\nb", ["a\nb"], ["a b"]),
    ("a*", ["a", "ab", "a\nb"], ["a\n/b", "b"]),
    ("a#b c", ["a#b c"], []),
    ("-rf", ["-rf"], []),
    ("[a&&b]", ["a", "&"], ["x"]),
    ("[--a]", ["-", "A", "a"], ["b", "/"]),
    ("[z-a]", [], ["z", "a"]),
    ("[a-]", ["a", "-"], ["b"]),
]


@pytest.mark.parametrize(("glob", "path"), [(glob, path) for glob, yes, _ in TABLE for path in yes])
def test_takes(glob: str, path: str) -> None:
    assert matcher([glob])(path.encode())


@pytest.mark.parametrize(("glob", "path"), [(glob, path) for glob, _, no in TABLE for path in no])
def test_leaves(glob: str, path: str) -> None:
    assert not matcher([glob])(path.encode())


@pytest.mark.parametrize(
    ("globs", "path", "taken"),
    [
        (["**/*.py", "!**/test_*.py"], "src/a.py", True),
        (["**/*.py", "!**/test_*.py"], "src/test_a.py", False),
        (["**/*.py", "!**/test_*.py", "src/test_a.py"], "src/test_a.py", True),  # the last word counts
        (["!a", "a"], "a", True),
        (["a", "!a"], "a", False),
        (["!a"], "b", False),  # takes away from nothing
        ([], "a", False),
    ],
)
def test_the_last_rule_that_matches_decides(globs: list[str], path: str, taken: bool) -> None:
    assert matcher(globs)(path.encode()) is taken


def test_names_that_are_no_text() -> None:
    assert matcher(["**/*"])(b"a/\xff\n")
    assert matcher(["\udcff"])(b"\xff")  # as os.fsdecode spells it
    assert not matcher(["?"])(b"a/b")
    assert matcher(["?"])(b"\xff")


@FEW
@given(st.text("ab*?[]!^-\\/.&|~:é{}()+$#", max_size=10))
def test_every_glob_is_a_regular_expression_of_a_lasting_kind(glob: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        regex = to_regex(glob)
        re.compile(regex)
    matcher([glob])(b"a/b")


@FEW
@given(st.text("ab/.é", min_size=1, max_size=8).filter(lambda text: "//" not in text))
def test_a_glob_without_special_characters_is_itself(path: str) -> None:
    assert matcher([path])(path.encode())
    assert not matcher([path])(path.encode() + b"x")
