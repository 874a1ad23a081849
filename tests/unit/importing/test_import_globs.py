"""Globs of other tools, against what each of these tools says that they match."""

from __future__ import annotations

import fnmatch
import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gofigure.importing.globs import BadGlob, Dialect, to_changed, to_files
from gofigure.snapshot.globs import matcher

PATHS = st.text("ab.A/", min_size=1, max_size=8).filter(
    lambda path: "//" not in path and path[0] != "/" and path[-1] != "/"
)


def finds(glob: str, dialect: Dialect, path: str) -> bool:
    return re.search(to_files(glob, dialect), path) is not None


@pytest.mark.parametrize(
    ("dialect", "glob", "yes", "no"),
    [
        # lefthook 2.2, as it was seen to choose
        ("gobwas", "*.js", ["x.js", "web/src/a.js", "web/B.JS"], ["x.jsx", "x.js/y"]),
        ("gobwas", "**/*.js", ["web/B.JS", "web/src/a.js"], ["x.js"]),
        ("gobwas", "web/*.js", ["web/B.JS", "web/src/a.js"], ["x.js", "a/web/b.js"]),
        ("gobwas", "web/[!x]rc/*", ["web/src/a.js"], ["web/xrc/a.js"]),
        ("gobwas", "?.js", ["x.js"], ["xy.js", "web/x.js"]),
        ("gobwas", "web?src?a.js", ["web/src/a.js"], ["web/src/b.js"]),
        ("gobwas", "w[!x]b[!x]src/a.js", ["web/src/a.js"], ["wxb/src/a.js"]),
        ("gobwas", "a.js", ["a.js", "A.js"], ["web/a.js", "aXjs"]),
        ("gobwas", "*.{js,ts}", ["a.ts", "b/c.js"], ["a.tsx"]),
        ("doublestar", "*.js", ["x.js", "x.JS"], ["web/x.js"]),
        ("doublestar", "**/*.js", ["x.js", "a/b/c.js"], ["x.jsx"]),
        ("doublestar", "src/**", ["src/a", "src/a/b"], ["a/src/b"]),
        ("doublestar", "src/**/test/*.py", ["src/test/a.py", "src/a/b/test/c.py"], ["src/test/a/b.py"]),
        # micromatch, as lint-staged asks it: by the name alone where there is no slash, hidden files too
        ("micromatch", "*.js", ["x.js", "a/b/x.js", ".eslintrc.js", "a/.x.js"], ["x.jsx", "x.js/a"]),
        ("micromatch", "*", ["x", "a/b", ".x"], []),
        ("micromatch", "*.{js,jsx,ts,tsx}", ["a.js", "b/c.tsx"], ["a.json"]),
        ("micromatch", "src/*.js", ["src/a.js"], ["src/b/a.js", "x/src/a.js"]),
        ("micromatch", "./src/**/*.css", ["src/a.css", "src/b/c/a.css"], ["a.css"]),
        ("micromatch", "**/*.ts", ["a.ts", "b/a.ts"], ["a.tsx"]),
        ("micromatch", "!(*test).js", ["a.js", "b/a.js"], ["a.test.js", "b/test.js"]),
        ("micromatch", "*.!(md)", ["a.js", "b/c.py"], ["a.md"]),
        ("micromatch", "*.+(js|ts)", ["a.js", "a.jsts"], ["a.css"]),
        ("micromatch", "@(a|b)?(c).py", ["a.py", "bc.py"], ["c.py", "abc.py"]),
        ("micromatch", "file{1..3}.txt", ["file1.txt", "d/file3.txt"], ["file4.txt"]),
        ("micromatch", "{src,test}/**/*.{js,ts}", ["src/a.js", "test/x/y.ts"], ["lib/a.js"]),
        ("micromatch", "[a-c]*.py", ["abc.py", "x/b.py"], ["d.py"]),
        ("micromatch", "a\\*.py", ["a*.py"], ["ab.py"]),
        ("micromatch", "src/**", ["src/a", "src/b/c", "src"], ["a/src/b"]),
        ("micromatch", "!(vendor)/**/*.js", ["src/a.js", "vendors/b/a.js"], ["vendor/a.js", "a.js"]),
        ("micromatch", "[!a].py", ["!.py", "a.py"], ["b.py"]),
        ("micromatch", "[^a].py", ["b.py"], ["a.py"]),
    ],
)
def test_a_glob_matches_what_its_tool_says(dialect: Dialect, glob: str, yes: list[str], no: list[str]) -> None:
    assert [path for path in yes if not finds(glob, dialect, path)] == []
    assert [path for path in no if finds(glob, dialect, path)] == []


@given(st.text("ab.*?A/", min_size=1, max_size=8), PATHS)
def test_lefthooks_globs_are_those_of_fnmatch_on_small_letters(glob: str, path: str) -> None:
    """gobwas without separators: `*` and `?` mean what they mean to fnmatch, which knows of no folders."""
    assert finds(glob, "gobwas", path) == fnmatch.fnmatchcase(path.lower(), glob.lower())


def by_hand(glob: str, path: str) -> bool:
    """Segments against segments: `**` is any number of them."""
    if not glob:
        return not path
    first, _, rest = glob.partition("/")
    if first == "**" and "/" in glob:
        parts = path.split("/")
        return any(by_hand(rest, "/".join(parts[at:])) for at in range(len(parts)))
    if first == "**":
        return bool(path)
    name, slash, below = path.partition("/")
    if not fnmatch.fnmatchcase(name, first):
        return False
    return by_hand(rest, below) if "/" in glob and slash else "/" not in glob and not slash


SEGMENTS = st.sampled_from(["a", "b", "*", "**", "*.a", "a?", "?", "a*b"])


@given(st.lists(SEGMENTS, min_size=1, max_size=4), PATHS)
def test_doublestar_is_segment_by_segment(segments: list[str], path: str) -> None:
    glob = "/".join(segments)
    assert finds(glob, "doublestar", path) == by_hand(glob, path.lower())


@given(st.lists(SEGMENTS, min_size=1, max_size=4), PATHS)
def test_micromatch_without_a_slash_is_about_the_name(segments: list[str], path: str) -> None:
    glob = "/".join(segments)
    if "/" in glob:
        expected = by_hand(glob, path) or (glob.endswith("/**") and by_hand(glob.removesuffix("/**"), path))
    else:
        expected = by_hand(glob, path.rpartition("/")[2])
    assert finds(glob, "micromatch", path) == expected


@given(st.lists(st.sampled_from(["a", "b", "*", ".a", "?"]), min_size=1, max_size=3), PATHS)
def test_braces_are_every_way_written_out(ways: list[str], path: str) -> None:
    braced = "{" + ",".join([*ways, "zz"]) + "}/*.a"
    each = any(finds(f"{way}/*.a", "micromatch", path) for way in ways)
    assert finds(braced, "micromatch", path) == each


@given(st.text("ab*/", min_size=1, max_size=6), PATHS, st.sampled_from(["gobwas", "doublestar", "micromatch"]))
def test_a_change_that_the_tool_sees_is_never_overlooked(glob: str, path: str, dialect: Dialect) -> None:
    """What is said in `changed` matches at least what the glob does."""
    ours = to_changed(glob, dialect)
    if ours is None or "***" in glob or not finds(glob, dialect, path):
        return
    small = dialect != "micromatch"
    assert matcher([one.lower() if small else one for one in ours])((path.lower() if small else path).encode())


@pytest.mark.parametrize("glob", ["a[", "{a", "a{b,c", "a\\", "@(a", "{1..900}", "***/a", "**(a)", "!(a)*", "+(a)?"])
def test_a_glob_that_nobody_understands_is_refused(glob: str) -> None:
    with pytest.raises(BadGlob):
        to_files(glob, "micromatch")


@given(st.text(max_size=12), st.sampled_from(["gobwas", "doublestar", "micromatch"]))
def test_any_text_is_an_expression_or_refused(glob: str, dialect: Dialect) -> None:
    try:
        made = to_files(glob, dialect)
    except BadGlob:
        return
    re.compile(made)


def test_all_ways_of_short_names() -> None:
    names = ["".join(some) for size in (1, 2, 3) for some in itertools.product("a.", repeat=size)]
    for name in names:
        assert finds("*.a", "micromatch", name) == fnmatch.fnmatchcase(name, "*.a")
