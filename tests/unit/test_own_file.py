"""The user's own file: what it may say, and whom it is taken from."""

from __future__ import annotations

from pathlib import Path

import pytest

from gofigure.errors import GofigureError
from gofigure.own import KEYS, path_of, read, says


def _environ(folder: Path, text: str) -> dict[str, str]:
    place = folder / "gofigure" / "config.toml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    return {"XDG_CONFIG_HOME": str(folder)}


def test_without_one_nothing_is_said(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert read(environ) == {}
    assert [says(key.name, environ) for key in KEYS] == [None] * len(KEYS)
    assert path_of(environ) == str(tmp_path / "gofigure/config.toml")


def test_what_it_may_say(tmp_path: Path) -> None:
    environ = _environ(tmp_path, 'jobs = 4\ncolor = "never"\nnotify = false\nallow_contexts = ["a"]\n')
    assert read(environ) == {"jobs": 4, "color": "never", "notify": False, "allow_contexts": ("a",)}
    assert says("jobs", environ) == 4
    assert says("protected_contexts", environ) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("jobs = 0", "jobs: expected a whole number from 1"),
        ("jobs = true", "jobs: expected a whole number from 1"),
        ('color = "red"', 'color: expected one of "auto", "always" and "never"'),
        ('notify = "no"', "notify: expected true or false"),
        ('run = "rm -rf /"', "run: unknown key, expected jobs, color, notify, allow_contexts or protected_contexts"),
        ('[stages.x]\nrun = "true"', "stages: unknown key"),
        ("jobs = [", "config.toml: "),
    ],
)
def test_what_it_may_not(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(GofigureError) as error:
        read(_environ(tmp_path, text))
    assert said in str(error.value)


def test_what_others_can_write_is_nobodys(tmp_path: Path) -> None:
    environ = _environ(tmp_path, "jobs = 4\n")
    (tmp_path / "gofigure/config.toml").chmod(0o666)
    with pytest.raises(GofigureError, match="can be written by others"):
        says("jobs", environ)
