"""The user's own list of clusters."""

from __future__ import annotations

from pathlib import Path

import pytest

from gofigure.errors import GofigureError
from gofigure.recipes.kubernetes.own import read_own


def _read(home: Path, text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    place = home / "gofigure" / "config.toml"
    place.parent.mkdir()
    place.write_text(text)
    own = read_own({"XDG_CONFIG_HOME": str(home)})
    return own.allow, own.protect


def test_none_is_nothing(tmp_path: Path) -> None:
    assert read_own({"XDG_CONFIG_HOME": str(tmp_path)}).allow == ()


def test_both_lists(tmp_path: Path) -> None:
    assert _read(tmp_path, 'allow_contexts = ["a*"]\nprotected_contexts = ["b"]\n') == (("a*",), ("b",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("allow_context = []", "allow_context: unknown key, expected jobs, color, notify, allow_contexts or "),
        ('allow_contexts = "a"', "allow_contexts: expected a list of contexts"),
        ("allow_contexts = [1]", "allow_contexts: expected a list of contexts"),
        ('allow_contexts = [""]', "allow_contexts: expected a list of contexts"),
        ("allow_contexts = [", "config.toml: "),
    ],
)
def test_what_is_wrong_allows_nothing(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(GofigureError) as error:
        _read(tmp_path, text)
    assert said in str(error.value)
