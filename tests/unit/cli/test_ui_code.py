"""What is on the screen as a whole may be said yes to."""

from __future__ import annotations

import pytest

from gofigure.cli.ui_code import fits


@pytest.mark.parametrize(
    ("lines", "columns", "rows", "fit"),
    [
        (["x"] * 23, 80, 24, True),
        (["x"] * 24, 80, 24, False),
        (["x" * 80] * 23, 80, 24, True),
        (["x" * 81] * 12, 80, 24, False),
        (["x" * 81] * 11, 80, 24, True),
        ([""] * 24, 80, 24, False),
        (["\tx"], 8, 3, True),
        (["\tx"], 8, 2, False),
        (["漢" * 40], 80, 2, False),  # each takes two columns
        (["漢" * 39], 80, 2, True),
        (["漢"], 1, 9, True),
        ([], 80, 1, True),
    ],
)
def test_rows_are_counted_as_the_terminal_wraps(lines: list[str], columns: int, rows: int, fit: bool) -> None:
    assert fits(lines, columns, rows) is fit
