from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gofigure.runner.batches import argument_space, as_argument, split


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=200), st.integers(400, 3000))
def test_batches_keep_the_order_and_fit(files: list[bytes], space: int) -> None:
    fixed = ("ruff", "check")
    batches = split(files, fixed, space)
    assert [file for batch in batches for file in batch] == files
    for batch in batches:
        assert batch
        size = sum(len(word) + 9 for word in fixed) + sum(len(file) + 9 for file in batch)
        assert size <= space or len(batch) == 1


def test_a_big_environment_leaves_less_room() -> None:
    assert argument_space({"A": "x" * 1_500_000}) < argument_space({"A": "x"})


def test_a_name_is_never_an_option() -> None:
    assert as_argument(b"-rf") == b"./-rf"
    assert as_argument(b"a/-b") == b"a/-b"
