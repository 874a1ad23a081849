"""Where a value is from, and what is said of keys that are none."""

from __future__ import annotations

import pytest

from gofigure.config import Layer, parse_layers
from gofigure.config.explain import Explained, Explaining
from gofigure.errors import GofigureError

TARGETS = ("checkout", "docker", "pytest", "shell")
ROOT = (
    "settle = 2\n[jobs.check]\nstages = ['lint']\n[stages.lint]\nrun = 'x'\nenv = { A = '1' }\n"
    "[stages.'a.b']\nrun = 'y'\n"
)
LIB = "[jobs.check]\nstages = ['lint']\n[stages.lint]\nrun = 'x'\ninputs = ['src/**', '//top/**']\n"
LAYERS = (
    Layer("/r/.gofigure.toml", ROOT.encode()),
    Layer("/r/lib/.gofigure.toml", LIB.encode(), folder="lib"),
    Layer("/r/.gofigure.local.toml", b"[stages.lint]\ntimeout = '1m'\nenv = { B = '2' }\n", "local"),
)


def explaining() -> Explaining:
    return Explaining(LAYERS, parse_layers(LAYERS, targets=TARGETS), TARGETS)


def about(key: str, here: str = "") -> Explained:
    (found,) = explaining().about(key, here)
    return found


@pytest.mark.parametrize(
    ("key", "here", "name", "value", "places"),
    [
        ("settle", "", "settle", 2.0, ["/r/.gofigure.toml:1"]),
        ("version", "", "version", 1, []),
        ("stages.lint.timeout", "", "stages.lint.timeout", 60.0, ["/r/.gofigure.local.toml:2"]),
        ("lint.timeout", "", "stages.lint.timeout", 60.0, ["/r/.gofigure.local.toml:2"]),
        ("lint.retries", "", "stages.lint.retries", 0, []),
        ("jobs.check.stages", "", "jobs.check.stages", ("lint",), ["/r/.gofigure.toml:3"]),
        ("check.stages", "", "jobs.check.stages", ("lint",), ["/r/.gofigure.toml:3"]),
        ("lint.env.A", "", "stages.lint.env.A", "1", ["/r/.gofigure.toml:6"]),
        ("lint.env", "", "stages.lint.env", (("A", "1"), ("B", "2")),
         ["/r/.gofigure.toml:6", "/r/.gofigure.local.toml:3"]),
        ("a.b.run", "", "stages.a.b.run", "y", ["/r/.gofigure.toml:8"]),
        ("lib:lint.inputs", "", "lib:lint.inputs", ("src/**", "//top/**"), ["/r/lib/.gofigure.toml:5"]),
        ("lint.run", "lib/src", "lib:lint.run", "x", ["/r/lib/.gofigure.toml:4"]),
        ("//:lint.timeout", "lib", "stages.lint.timeout", 60.0, ["/r/.gofigure.local.toml:2"]),
        ("lib:stages.lint.run", "", "lib:lint.run", "x", ["/r/lib/.gofigure.toml:4"]),
        ("lib:jobs.check.on", "", "lib:check.on", (), []),
    ],
)  # fmt: skip
def test_one_value(key: str, here: str, name: str, value: object, places: list[str]) -> None:
    found = about(key, here)
    assert (found.key, found.value) == (name, value)
    assert [f"{one.path}:{one.line}" for one in found.origins] == places
    assert found.doc
    assert found.expected


def test_all_that_is_said_of_a_stage() -> None:
    assert [one.key for one in explaining().about("lint")] == [
        "stages.lint.run",
        "stages.lint.env",
        "stages.lint.timeout",
    ]


def test_everything_has_each_key_of_each() -> None:
    keys = [one.key for one in explaining().everything()]
    assert len(keys) == len(set(keys))
    assert {"settle", "jobs.check.on", "lib:check.on", "stages.a.b.timeout", "lib:lint.timeout"} <= {*keys}
    assert "stages.lint.url" not in keys, "that is of another target"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("stages.lint.timout", "lint has no key 'timout'; did you mean 'timeout'?"),
        ("lib:lnt.run", "no key, job or stage is named 'lib:lnt'; did you mean 'lib:lint'?"),
        ("stages.lnit.run", "none of the stages is named 'lnit'; did you mean 'lint'?"),
        ("setle", "no key, job or stage is named 'setle'; did you mean 'settle'?"),
        ("lint.url", "lint has no key 'url'"),
        ("", "no key, job or stage is named ''"),
        ("...", "no key, job or stage is named"),
        (":", "no key, job or stage is named"),
        ("stages.", "none of the stages is named"),
    ],
)
def test_what_is_none(key: str, said: str) -> None:
    with pytest.raises(GofigureError) as caught:
        explaining().about(key)
    assert said in str(caught.value)
