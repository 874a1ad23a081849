"""Merkle trees: whole, edited and compared, against a plain dictionary of paths."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping

from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from gofigure.digest import tree
from gofigure.digest.tree import EMPTY, EXECUTABLE, FILE, FOLDER, LINK, MODULE, Entry

# A busy machine is no reason to fail; the whole tier has five seconds.
FEW = settings(max_examples=25, deadline=None)

Model = dict[bytes, Entry]

# Odd bytes on purpose: names are whatever the file system takes. Few of them, so that paths collide.
NAMES = st.one_of(
    st.sampled_from([b"a", b"b", b"a.", b"a-b", b"aa", b"\xff", b"\n", b"\t", b"-rf", b"--", b"\x01", b"\x1b[2J"]),
    st.binary(min_size=1, max_size=3).map(lambda name: bytes(c for c in name if c not in b"\0/") or b"x"),
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(b"/".join)
ENTRIES = st.builds(
    Entry,
    st.sampled_from([FILE, EXECUTABLE, LINK, MODULE]),
    # Digests that look like framing: NULs, kinds and names inside.
    st.one_of(st.integers(0, 3).map(lambda n: bytes([n]) * 32), st.binary(min_size=32, max_size=32)),
)
EDITS = st.lists(st.tuples(PATHS, st.one_of(st.none(), ENTRIES)), max_size=12)


def put(model: Model, path: bytes, entry: Entry | None) -> None:
    """What an edit of a folder on disk does: a file gives way to a folder on its place, and the other way round."""
    if entry is None:
        model.pop(path, None)
        return
    at = path
    while at:
        at = at.rpartition(b"/")[0]
        model.pop(at, None)
    for other in [other for other in model if other.startswith(path + b"/")]:
        del model[other]
    model[path] = entry


def model_of(edits: Iterable[tuple[bytes, Entry | None]]) -> Model:
    model: Model = {}
    for path, entry in edits:
        put(model, path, entry)
    return model


MODELS = EDITS.map(model_of)


def build(model: Mapping[bytes, Entry]) -> tuple[bytes, dict[bytes, bytes]]:
    return tree.build((path, entry.kind, entry.digest) for path, entry in model.items())


def changes_between(old: Model, new: Model) -> dict[bytes, Entry | None]:
    """As git names them: every file that is gone, new or different."""
    return {path: new.get(path) for path in old.keys() | new.keys() if old.get(path) != new.get(path)}


@FEW
@given(MODELS, st.randoms(use_true_random=False))
def test_same_tree_in_any_order_has_the_same_digest(model: Model, chance: random.Random) -> None:
    items = list(model.items())
    chance.shuffle(items)
    assert build(dict(items)) == build(model)


@FEW
@given(MODELS, MODELS)
def test_different_trees_never_have_equal_digests(one: Model, other: Model) -> None:
    """Trap 3 (go-task: a file moved to another folder, bytes shifted across files: both "up to date")."""
    assert (build(one)[0] == build(other)[0]) == (one == other)


@FEW
@given(MODELS, MODELS)
def test_graft_of_the_changes_is_build_of_the_result(old: Model, new: Model) -> None:
    root, records = build(old)
    grafted, more = tree.graft(root, changes_between(old, new), records.__getitem__)
    whole, all_records = build(new)
    assert grafted == whole
    known = {**records, **more}
    assert all(known[digest] == record for digest, record in all_records.items())


@FEW
@given(MODELS, st.lists(EDITS, max_size=5))
def test_a_history_of_edits_is_build_of_the_last_state(start: Model, steps: list[list[tuple[bytes, Entry]]]) -> None:
    model = dict(start)
    root, known = build(model)
    for edits in steps:
        before = dict(model)
        for path, entry in edits:
            put(model, path, entry)
        root, new = tree.graft(root, changes_between(before, model), known.__getitem__)
        known |= new
    assert root == build(model)[0]


@FEW
@given(MODELS)
def test_graft_onto_nothing_and_back_to_nothing(model: Model) -> None:
    whole, records = build(model)
    grown, new = tree.graft(EMPTY, model, dict[bytes, bytes]().__getitem__)
    assert grown == whole
    gone, _ = tree.graft(grown, dict.fromkeys(model), {**records, **new}.__getitem__)
    assert gone == EMPTY


@FEW
@given(MODELS, MODELS)
def test_graft_returns_only_records_that_say_what_they_are_called(old: Model, new: Model) -> None:
    root, records = build(old)
    _, more = tree.graft(root, changes_between(old, new), records.__getitem__)
    for digest, record in more.items():
        assert tree.record_digest(record) == digest


@FEW
@given(MODELS, MODELS)
def test_differences_names_exactly_what_differs(old: Model, new: Model) -> None:
    one, records = build(old)
    other, more = build(new)
    found = list(tree.differences(one, other, {**records, **more}.__getitem__))
    assert {path: (was, now) for path, was, now in found} == {
        path: (old.get(path), new.get(path)) for path in changes_between(old, new)
    }
    assert len(found) == len({path for path, _, _ in found})


@FEW
@given(MODELS)
def test_walk_and_look_up_agree(model: Model) -> None:
    root, records = build(model)
    assert dict(tree.walk(root, records.__getitem__)) == model
    for path, entry in model.items():
        assert tree.look_up(root, path, records.__getitem__) == entry
        assert tree.look_up(root, path + b"/x", records.__getitem__) is None
        folder = path.rpartition(b"/")[0]
        above = tree.look_up(root, folder, records.__getitem__)
        assert above is not None
        assert above.kind == FOLDER
        inside = {
            path.removeprefix(folder + b"/" if folder else b"")
            for path in model
            if path.startswith(folder + b"/") or not folder
        }
        assert {path for path, _ in tree.walk(above.digest, records.__getitem__)} == inside
    assert tree.look_up(root, b"no such file", records.__getitem__) is None


@FEW
@given(st.dictionaries(NAMES, ENTRIES))
def test_a_record_can_be_read_back(entries: dict[bytes, Entry]) -> None:
    record = tree.encode(entries)
    assert dict(tree.decode(record)) == entries
    assert [name for name, _ in tree.decode(record)] == sorted(entries)


def test_a_name_is_not_confused_with_the_digest_before_it() -> None:
    one = build({b"a": Entry(FILE, b"\0f" * 16), b"b": Entry(FILE, b"b" * 32)})
    other = build({b"a": Entry(FILE, b"\0f" * 15 + b"b\0"), b"b": Entry(FILE, b"b" * 32)})
    assert one[0] != other[0]


def test_kind_is_part_of_the_digest() -> None:
    """Trap 11 (bazel#3400, bazel#20148): the exec bit; trap 12: a link is not the file of its text."""
    roots = {build({b"a": Entry(kind, b"1" * 32)})[0] for kind in (FILE, EXECUTABLE, LINK, MODULE, FOLDER)}
    assert len(roots) == 5


def test_tree_and_file_digests_live_in_different_domains() -> None:
    root, records = build({b"a": Entry(FILE, b"1" * 32)})
    assert blake3(records[root]).digest() != root


def test_removing_a_file_leaves_a_folder_of_its_name_alone() -> None:
    """A path in conflict may be a file on one side and a folder on the other (git calls that a D/F conflict)."""
    root, records = build({b"a/c": Entry(FILE, b"1" * 32)})
    assert tree.graft(root, {b"a": None}, records.__getitem__)[0] == root


def test_a_tree_as_deep_as_a_path_can_be() -> None:
    """PATH_MAX is 4096: two thousand folders in one another must not end in a RecursionError."""
    path = b"/".join([b"d"] * 2000)
    one, records = build({path: Entry(FILE, b"1" * 32), b"x": Entry(FILE, b"2" * 32)})
    load = records.__getitem__
    assert [found for found, _ in tree.walk(one, load)] == [path, b"x"]
    other, more = tree.graft(one, {path: Entry(FILE, b"3" * 32)}, load)
    assert other == build({path: Entry(FILE, b"3" * 32), b"x": Entry(FILE, b"2" * 32)})[0]
    assert [found for found, _, _ in tree.differences(one, other, {**records, **more}.__getitem__)] == [path]
    assert tree.graft(one, {path: None, b"x": None}, load)[0] == EMPTY
