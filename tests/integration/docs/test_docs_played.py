"""The pages that tell a story tell a true one: their commands are run, and what they print is compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.told import alike, blocks, play

from docs.site.pages import ROOT

PLAYED = sorted(
    page for page in (ROOT / "docs").glob("*.md") if any(one.kind == "console" for one in blocks(page.read_text()))
)


@pytest.mark.parametrize("page", PLAYED, ids=lambda page: page.stem)
def test_what_a_page_tells_is_what_happens(page: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    told = page.read_text()
    played = play(told, tmp_path / "home", environment)
    assert alike(played) == alike(told), (
        f"if that is right now: PYTHONPATH=tests python -m support.told {page.relative_to(ROOT)}"
    )


def test_there_are_such_pages() -> None:
    assert {"tutorial", "errors"} <= {page.stem for page in PLAYED}


def test_another_exit_code_is_told(tmp_path: Path, environment: dict[str, str]) -> None:
    with pytest.raises(AssertionError, match=r"\$ exit 3"):
        play("```console\n$ exit 3  # exit 4\n```\n", tmp_path / "home", environment)


def test_what_is_not_so_is_seen(tmp_path: Path, environment: dict[str, str]) -> None:
    page = "```text a.txt\none\n```\n```console\n$ cat a.txt\ntwo\n```\n"
    assert play(page, tmp_path / "home", environment) == page.replace("\ntwo\n", "\none\n")


def test_what_varies_does_not_count() -> None:
    assert alike("passed   31 ms, 2 s ago, at 12:01:02, a1b2c3d") == alike(
        "passed  1.2 s, just now, at 03:04:05, 0011223"
    )
    assert alike("passed 31 ms") != alike("failed 31 ms")
