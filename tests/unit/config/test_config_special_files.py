"""A configuration that is not a plain file, and words that no shell could split."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import ceiling, said

from gofigure.config.toml_file import read
from gofigure.errors import ConfigError, GofigureError


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / ".gofigure.toml"
    os.mkfifo(path)
    with ceiling(10), pytest.raises(GofigureError, match=r"is not a regular file$"):
        read(str(path))


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_bytes(b"x")
    (tmp_path / "further.toml").symlink_to("real.toml")
    (tmp_path / ".gofigure.toml").symlink_to(tmp_path / "further.toml")
    assert read(str(tmp_path / ".gofigure.toml")) == b"x"


def test_a_link_to_nothing_or_to_itself(tmp_path: Path) -> None:
    path = tmp_path / ".gofigure.toml"
    path.symlink_to("nothing")
    with pytest.raises(GofigureError, match=f"^{path} is a link to nothing, and nothing is there$"):
        read(str(path))
    path.unlink()
    path.symlink_to(".gofigure.toml")
    with pytest.raises(GofigureError, match=r"^cannot read "):
        read(str(path))


def test_a_file_beyond_all_measure(tmp_path: Path) -> None:
    path = tmp_path / ".gofigure.toml"
    path.touch()
    os.truncate(path, 1 << 40)
    with pytest.raises(ConfigError, match="found more than 1048576 bytes"):
        read(str(path))


def test_words_that_cannot_be_split_are_a_problem_with_a_line(repo: Repo) -> None:
    repo.config(
        '[jobs.j]\nstages = ["a", "b", "c"]\n'
        '[stages.a]\ntarget = "pytest"\nrun = "-k \'unbalanced"\n'
        "[stages.b]\ntarget = \"make\"\nrun = 'one \\'\n"
        '[stages.c]\nrun = "echo \'unbalanced"\n'
    )
    done = repo.gofigure("validate")
    assert done.returncode == 2, said(done)
    assert '.gofigure.toml:5: stages.a.run: found "-k \'unbalanced" (string), ' in said(done)
    assert ".gofigure.toml:8: stages.b.run: " in said(done)
    assert "stages.c" not in said(done)
    assert repo.gofigure("allow").returncode == 2
    problems = repo.gofigure("validate", "--json")
    assert b'"line": 5' in problems.stdout
