"""What a location must hold, and what is read besides it."""

from __future__ import annotations

import pytest

from gofigure.digest.frame import digest_value
from gofigure.digest.tree import FILE, build
from gofigure.model import Stage
from gofigure.runner.locations import missing, said_of, widened
from gofigure.snapshot.select import Selecting
from gofigure.store.store import Store

PATHS = [
    "root.py",
    "api/test_a.py",
    "api/deep/x_test.go",
    "api/go.mod",
    "web/package.json",
    "web/deep/package.json",
    "lib/deep/package.json",
    "lib/deep/Makefile",
    "mono/go.mod",
    "mono/a/go.mod",
    "mono/a/b/c_test.go",
    "rust/Cargo.toml",
    "rust/one/Cargo.toml",
    "js/yarn.lock",
    "js/pkg/package.json",
]


@pytest.fixture
def store() -> Store:
    return Store.in_memory()


@pytest.fixture
def tree(store: Store) -> bytes:
    root, records = build((path.encode(), FILE, digest_value("test", [path])) for path in PATHS)
    store.contents.save_trees(records)
    return root


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        (Stage("s", target="pytest", locations=("api", "web")), ("web",)),
        (Stage("s", target="pytest"), ()),
        (Stage("s", target="pytest", source="nothing"), ("",)),
        (Stage("s", target="pytest", source=r"\.go$", locations=("api", "web")), ("web",)),
        (Stage("s", target="go_test", locations=("api", "web", "nowhere")), ("web", "nowhere")),
        (Stage("s", target="npm_test", locations=("web", "lib")), ("lib",)),  # npm would go up from there
        (Stage("s", target="npm_test"), ("",)),
        (Stage("s", target="cargo_test", locations=("rust/one", "api")), ("api",)),
        (Stage("s", target="make", locations=("lib", "lib/deep")), ("lib",)),
        (Stage("s", target="make", run="-f build.mk all", locations=("lib",)), ()),
        (Stage("s", run="x", locations=("nowhere",)), ()),
        (Stage("s", run="x", source="nothing"), ()),
        (Stage("s", run="x", source=r"\.go$", locations=("api", "web")), ("web",)),
        (Stage("s", run="x", files="nothing", locations=("api",)), ()),
    ],
)
def test_locations_with_nothing_to_do(store: Store, tree: bytes, stage: Stage, expected: tuple[str, ...]) -> None:
    assert missing(stage, tree, Selecting(store.contents)) == expected


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        (Stage("s", target="go_test", locations=("mono/a/b", "api")), ("api", "mono")),
        (Stage("s", target="cargo_test", locations=("rust/one",)), ("rust",)),
        (Stage("s", target="npm_test", locations=("js/pkg", "web", "lib/deep")), ("js", "lib/deep", "web")),
        (Stage("s", target="npm_test", locations=("js/pkg",)), ("",)),  # it may refer to the others
        (Stage("s", target="go_test", locations=("web", "nowhere/at/all")), ("",)),
        (Stage("s", target="go_test", locations=("mono/a", "mono/a/b", "api")), ("api", "mono")),
        (Stage("s", target="go_test", locations=("mono/a",), inputs=("*.go",)), ("mono/a",)),
        (Stage("s", target="go_test"), ()),
        (Stage("s", target="pytest", locations=("mono/a",)), ("mono/a",)),
    ],
)
def test_the_module_around_a_location_is_read(
    store: Store, tree: bytes, stage: Stage, expected: tuple[str, ...]
) -> None:
    assert widened(stage, tree, store.contents.load_tree, Selecting(store.contents)).locations == expected


def test_what_is_missing_in_words() -> None:
    assert said_of(("",), r"_test\.go$") == r"no file in . matches _test\.go$"
    assert said_of(("a", "b", "c", "d", "e"), "x") == "no file in a, b, c and 2 more matches x"
    assert "\x1b" not in said_of(("a\x1b[2J",), "\x1b")
