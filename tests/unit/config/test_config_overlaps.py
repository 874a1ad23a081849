"""Outputs that two stages may make: refused, as nobody could say whose a file is."""

from __future__ import annotations

import itertools
import time

import pytest

from gofigure.config import parse
from gofigure.config.overlaps import overlaps
from gofigure.errors import ConfigError
from gofigure.model import Stage
from gofigure.snapshot.globs import matcher


def _stage(name: str, *outputs: str, checkout: str | None = None) -> Stage:
    return Stage(name=name, type="build", run="x", outputs=outputs, checkout=checkout)


def _told(*stages: Stage) -> list[str]:
    return [f"{'.'.join(map(str, one.at))}: {one.message}" for one in overlaps({one.name: one for one in stages})]


def test_the_words_name_both_and_what_to_write() -> None:
    text = '[jobs.j]\nstages = ["b1", "b2"]\n'
    text += "".join(f'[stages.b{number}]\nrun = "x"\noutputs = ["dist/**"]\n' for number in (1, 2))
    with pytest.raises(ConfigError) as caught:
        parse(text.encode(), "x", targets=("shell",))
    (problem,) = caught.value.problems
    assert (
        'stages.b2.outputs[0]: found "dist/**", which takes what stages.b1.outputs ("dist/**") takes too, '
        'expected that each stage makes files of its own: "dist/b1/**" and "dist/b2/**"' in str(problem)
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dist", "dist/a"),
        ("dist/a", "dist/**"),
        ("**/*.js", "dist/**"),
        ("*.js", "a*"),
        ("a/*/c", "a/b/*"),
        ("a/**/c", "a/b/c"),
        ("[ab].o", "b.o"),
        ("x\\*", "x*"),
        ("a/**b", "a/x/yb"),
        ("**", "x/y"),
    ],
)
def test_refused(one: str, other: str) -> None:
    assert len(_told(_stage("a", one), _stage("b", other))) == 1
    assert len(_told(_stage("a", "else", other), _stage("b", one))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dist/a/**", "dist/b/**"),
        ("dist/a", "dist/ab"),
        ("dist/*.js", "dist/*.css"),
        ("**/*_pb2.py", "**/*.gen.py"),
        ("*.js", "dist/*.js"),
        ("a/**/c.js", "b/**"),
        ("dist/[ab].js", "dist/c.css"),
    ],
)
def test_allowed(one: str, other: str) -> None:
    assert not _told(_stage("a", one), _stage("b", other))


def test_what_one_leaves_to_the_other_is_allowed() -> None:
    assert not _told(_stage("a", "dist/**", "!dist/b"), _stage("b", "dist/b/**"))
    assert not _told(_stage("b", "dist/b/x"), _stage("a", "dist/**", "!dist/b/**"))
    assert _told(_stage("a", "dist/**", "!dist/b", "dist/b/x"), _stage("b", "dist/b/**"))
    assert _told(_stage("a", "dist/**", "!dist/b/**"), _stage("b", "dist/b")), "which may be a file"


def test_another_checkout_is_another_place() -> None:
    assert not _told(_stage("a", "dist/**"), _stage("b", "dist/**", checkout="c"))


def test_of_two_that_stand_for_each_other_one_is_disabled() -> None:
    assert not _told(_stage("a", "dist/**"), _stage("b", "dist/**")._replace(enabled=False))


def test_no_two_globs_that_take_the_same_path_are_let_through() -> None:
    words = ["a", "b", "*", "?", "**", "a*", "*b", "[ab]", "a**", "\\a"]
    globs = ["/".join(some) for size in (1, 2) for some in itertools.product(words, repeat=size)]
    names = ["a", "b", "ab", "aab"]
    paths = ["/".join(some).encode() for size in (1, 2, 3) for some in itertools.product(names, repeat=size)]
    takes = {glob: frozenset(filter(matcher([glob]), paths)) for glob in globs}
    for one, other in itertools.combinations(globs, 2):
        if takes[one] & takes[other]:
            assert _told(_stage("x", one), _stage("y", other)), (one, other)


def test_many_stages_take_no_longer_than_they_are_many() -> None:
    began = time.process_time()
    assert not _told(*(_stage(f"s{number}", f"dist/s{number}/**") for number in range(3000)))
    assert time.process_time() - began < 2
