"""What a selector leaves out decides nothing; all else that it takes does."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gofigure.digest.content import digest_bytes
from gofigure.digest.tree import FILE, FOLDER, LINK, Entry, build, graft, look_up
from gofigure.model import Stage
from gofigure.runner.outputs import Maker, leaving_out, makers_of, standing
from gofigure.snapshot.globs import matcher
from gofigure.snapshot.select import Selecting, Selector, covers, selects
from gofigure.store.contents import Contents
from gofigure.store.db import in_memory

# A busy machine is no reason to fail; the whole tier has few seconds.
FEW = settings(max_examples=100, deadline=None)

NAMES = st.sampled_from(["a", "b", "dist", "src", "x.py", "x.js"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
GLOBS = st.one_of(
    PATHS,
    PATHS.map(lambda path: f"{path}/**"),
    PATHS.map(lambda path: f"!{path}"),
    st.sampled_from(["*.js", "**/*.js", "**/dist/**", "src/*", "di?t/**", "[ab]/**", "dist/**/x.*", "src/**/b"]),
)
SELECTORS = st.builds(
    Selector,
    st.one_of(st.just(("",)), st.lists(PATHS, min_size=1, max_size=2, unique=True).map(tuple)),
    st.one_of(st.none(), st.sampled_from([r"\.py$", "a", "s"])),
    st.one_of(st.just(()), st.lists(GLOBS, max_size=2).map(tuple)),
    st.lists(st.lists(GLOBS, min_size=1, max_size=2).map(tuple), max_size=2).map(tuple),
)


class Forest:
    """Trees, and what a selector makes of them."""

    def __init__(self, files: dict[str, int]) -> None:
        self._database = in_memory()
        self.contents = Contents(self._database)
        self.root, records = build((path.encode(), FILE, digest_bytes(b"%d" % n)) for path, n in files.items())
        self.contents.save_trees(records)

    def with_changes(self, changes: dict[str, int | None], kind: bytes = FILE) -> bytes:
        entries = {
            path.encode(): None if n is None else Entry(kind, digest_bytes(b"%d" % n)) for path, n in changes.items()
        }
        root, records = graft(self.root, entries, self.contents.load_tree)
        self.contents.save_trees(records)
        return root

    def digest(self, tree: bytes, selector: Selector) -> bytes:
        """Worked out, kept, and looked up: one answer."""
        first = Selecting(self.contents)
        answer = first.select(tree, selector)
        self.keep(first)
        assert Selecting(self.contents).select(tree, selector) == answer
        return answer.digest

    def keep(self, selecting: Selecting) -> None:
        selecting.keep()
        with self._database.writing():
            pass  # what is owed is written


class Case(NamedTuple):
    files: dict[str, int]
    path: str
    selector: Selector


def _fits(files: dict[str, int], path: str) -> bool:
    """Whether nothing is a file and a folder at once."""
    every = [*files, path]
    return not any(one != other and one.startswith(f"{other}/") for one in every for other in every)


@st.composite
def _cases(draw: st.DrawFn) -> Case:
    files = draw(st.dictionaries(PATHS, st.integers(0, 9), max_size=6))
    path = draw(PATHS)
    assume(_fits(files, path))
    return Case(files, path, draw(SELECTORS))


@FEW
@given(_cases(), st.sampled_from(["changed", "removed"]))
def test_only_what_is_selected_and_not_left_out_decides(case: Case, how: str) -> None:
    files, path, selector = case
    forest = Forest(files)
    before = forest.with_changes({path: 100})
    after = forest.with_changes({path: 101 if how == "changed" else None})
    left_out = any(matcher(globs)(path.encode()) for globs in selector.without)
    plain = selector._replace(without=())
    taken = selects(plain, path.encode()) and not left_out
    assert selects(selector, path.encode()) is taken
    assert covers(selector, path.encode()) or not taken
    if taken or left_out:  # what is neither may make a location appear
        assert (forest.digest(before, selector) != forest.digest(after, selector)) is taken
    files_of = Selecting(forest.contents).files(before, selector)
    assert (path.encode() in [found for found, _ in files_of]) is taken


@FEW
@given(_cases(), st.lists(GLOBS, min_size=1, max_size=2).map(tuple))
def test_what_is_read_and_what_is_made_are_all_that_was_read_before(case: Case, outputs: tuple[str, ...]) -> None:
    """So declaring outputs, however wrongly, hides nothing from a proof."""
    files, path, selector = case
    stage = Stage("build", outputs=outputs)
    makers = makers_of(stage, ())
    (reads,) = leaving_out([selector._replace(without=())], stage, makers)
    forest = Forest(files)
    selecting = Selecting(forest.contents)
    before, after = forest.with_changes({path: 100}), forest.with_changes({path: 101})

    def told(tree: bytes) -> tuple[bytes, bytes]:
        return selecting.select(tree, reads).digest, standing(makers, tree, selecting)

    if selects(selector._replace(without=()), path.encode()):
        assert told(before) != told(after)


def test_where_nothing_is_left_out_a_whole_folder_is_not_walked() -> None:
    forest = Forest({"src/a": 1, "dist/b": 2})
    folder = look_up(forest.root, b"src", forest.contents.load_tree)
    assert folder is not None
    assert folder.kind == FOLDER
    for without in ((), (("dist/**",),)):
        selection = Selecting(forest.contents).select(forest.root, Selector(("src",), without=without))
        assert selection.files == -1
        assert selection.digest == forest.digest(forest.root, Selector(("src",)))
    counted = Selecting(forest.contents).select(forest.root, Selector(without=(("dist/**",),)))
    assert counted.files == 1


def test_equal_folders_in_two_places_are_told_apart() -> None:
    """What is left out has names from the root, and so the answer for one place is not that for the other."""
    forest = Forest({"a/x.py": 1, "b/x.py": 1})
    selecting = Selecting(forest.contents)
    selector = Selector(("a",), r"\.py$", without=(("**/b/x.py",),))
    assert selecting.select(forest.root, selector).files == 1
    assert selecting.select(forest.root, selector._replace(locations=("b",))).files == 0
    forest.keep(selecting)
    again = Selecting(forest.contents)
    assert again.select(forest.root, selector).files == 1
    assert again.select(forest.root, selector._replace(locations=("b",))).files == 0


def test_a_folder_of_nothing_but_what_is_left_out_is_as_good_as_none() -> None:
    forest = Forest({"src/a": 1})
    selector = Selector(("dist",), without=(("dist/**",),))
    assert forest.digest(forest.root, selector) == forest.digest(forest.with_changes({"dist/b": 1}), selector)
    assert forest.digest(forest.root, selector) == forest.digest(forest.with_changes({"dist/b/c": 1}), selector)


def test_a_link_that_leads_anywhere_does_not_lead_to_what_is_left_out() -> None:
    forest = Forest({"src/a": 1, "dist/b": 2, "lib/c": 3})
    forest.root = forest.with_changes({"src/link": 9}, LINK)
    without = (("dist/**",),)
    whole, narrow = Selector(without=without), Selector(globs=("src/**",), without=without)
    made, other = forest.with_changes({"dist/b": 5}), forest.with_changes({"lib/c": 5})
    for selector in (whole, narrow):
        assert forest.digest(forest.root, selector) == forest.digest(made, selector)
        assert forest.digest(forest.root, selector) != forest.digest(other, selector)


@pytest.mark.parametrize("link", ["dist/link", "src/out"])
def test_a_link_that_is_left_out_is_not_read(link: str) -> None:
    forest = Forest({"src/a": 1, "dist/b": 2})
    selector = Selector(globs=("src/**", "dist/x*"), without=(("dist/**", "src/out"),))
    there = forest.with_changes({link: 9}, LINK)
    assert forest.digest(there, selector) == forest.digest(forest.root, selector)


def test_who_makes_what_is_handed_down() -> None:
    build, again = Stage("build", outputs=("dist/**",)), Stage("again", outputs=("dist/**",), needs=("build",))
    test = Stage("test", needs=("again",))
    by_build = makers_of(build, ())
    by_again = makers_of(again, (by_build,))
    assert by_build == (Maker("build", Selector(globs=("dist/**",))),)
    assert [maker.stage for maker in by_again] == ["again"], "the same outputs are looked at once"
    assert makers_of(test, (by_again, by_build)) == by_again or makers_of(test, (by_build, by_again)) == by_again
    assert makers_of(Stage("lint"), ()) == ()


def test_what_stands_does_not_depend_on_the_order_of_needs() -> None:
    forest = Forest({"dist/a": 1, "gen/b": 2})
    selecting = Selecting(forest.contents)
    one, two = (Maker(name, Selector(globs=(f"{name}/**",))) for name in ("dist", "gen"))
    assert standing((one, two), forest.root, selecting) == standing((two, one), forest.root, selecting)
    assert standing((), forest.root, selecting) == b""
    for path in ("dist/a", "gen/b", "dist/new"):
        assert standing((one, two), forest.with_changes({path: 7}), selecting) != standing(
            (one, two), forest.root, selecting
        )


def test_a_stage_that_is_handed_files_is_handed_those_that_are_made() -> None:
    makers = (Maker("build", Selector(globs=("dist/**",))),)
    selectors = (Selector(pattern="js$"), Selector(globs=("rules",)))
    handed, shared = leaving_out(selectors, Stage("lint", files="js$"), makers)
    assert handed == selectors[0]
    assert shared.without == (("dist/**",),)
