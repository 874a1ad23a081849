"""`gofigure demo` comes out as told on any machine that has git, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from support.eye import everything
from support.repo import Repo
from support.rig import said

STORY = [
    "$ gofigure init",
    "$ gofigure install-hooks",
    "$ git commit --quiet -m 'Greet'",
    "  greets  passed",
    "$ git commit --quiet --all -m 'Greet otherwise'",
    "  greets  failed",
    "AssertionError: Ada is not in 'hello, name'",
    "$ git commit --quiet --all -m 'Greet with a bow'",
    "  greets  passed",
    "$ gofigure run",
    "  greets  reused                proven in run 3",
    "$ gofigure history",
    "$ gofigure why greets",
    "executed last in run 3: passed",
    "That was gofigure.",
]


@pytest.fixture
def somewhere(repo: Repo, tmp_path: Path) -> Repo:
    """A repository that the demo is started in; the demo's own goes to `tmp`."""
    (tmp_path / "tmp").mkdir()
    return replace(repo, env={**repo.env, "TMPDIR": str(tmp_path / "tmp")})


def _left(repo: Repo) -> list[Path]:
    return list((repo.root.parent / "tmp").iterdir())


def _is_told_in_order(text: str) -> None:
    at = 0
    for words in STORY:
        assert words in text[at:], f"no {words!r} in what follows {text[:at][-200:]!r}: {text[at:]}"
        at = text.index(words, at) + len(words)


def test_the_story_comes_out_as_told(somewhere: Repo, home: Path) -> None:
    before = everything(somewhere.root), sorted(home.rglob("*"))
    done = somewhere.gofigure("demo")
    assert done.returncode == 0, said(done)
    assert done.stderr == b""  # in the order that a file or a pipe gets it
    _is_told_in_order(done.stdout.decode())
    assert _left(somewhere) == []
    assert (everything(somewhere.root), sorted(home.rglob("*"))) == before


HOSTILE = """
[commit]
    gpgsign = true
    template = /no/such
[core]
    hooksPath = /no/such
    editor = false
    fsmonitor = false
[init]
    templateDir = {templates}
    defaultBranch = a strange..name
[gpg]
    program = false
[alias]
    commit = !false
"""


def test_whatever_git_is_told_outside(somewhere: Repo, home: Path, tmp_path: Path) -> None:
    hooks = tmp_path / "templates/hooks"
    hooks.mkdir(parents=True)
    (hooks / "pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "pre-commit").chmod(0o755)
    (home / ".gitconfig").write_text(HOSTILE.format(templates=tmp_path / "templates"))
    hostile = {
        "GIT_TEMPLATE_DIR": str(tmp_path / "templates"),
        "GIT_DIR": str(somewhere.root / ".git"),
        "GIT_INDEX_FILE": "/no/such",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.hooksPath",
        "GIT_CONFIG_VALUE_0": "/no/such",
        "GOFIGURE": "0",
        "GOFIGURE_DATA": "/no/such",
        "GOFIGURE_INSIDE": "x:1",
        "XDG_DATA_HOME": "/no/such",
    }
    done = somewhere.gofigure("demo", env=hostile)
    assert done.returncode == 0, said(done)
    _is_told_in_order(said(done))


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("FORCE_COLOR", "1", "\n\x1b[1mOnce\x1b[0m\n"),
        ("FORCE_COLOR", "", "\n== Once\n"),
        ("TERM", "xterm", "\n== Once\n"),
    ],
)
def test_headings_are_bold_by_the_rule_of_all_screens(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
    told: str,
) -> None:
    from gofigure.cli.demo import _Story

    monkeypatch.setenv(variable, value)
    _Story(str(tmp_path), {}).say("Once")
    assert capsys.readouterr().out == told


def test_without_a_home_or_an_identity(somewhere: Repo) -> None:
    env = {name: somewhere.env[name] for name in ("PATH", "TMPDIR")}
    done = replace(somewhere, env=env).gofigure("demo")
    assert done.returncode == 0, said(done)


def test_keep_leaves_a_repository_to_go_on_with(somewhere: Repo) -> None:
    done = somewhere.gofigure("demo", "--keep")
    assert done.returncode == 0, said(done)
    (folder,) = _left(somewhere)
    assert f"kept: {folder / 'greeting'}" in said(done)
    assert os.listdir(folder / "greeting/.git/hooks") == ["pre-commit"]  # and nothing of a template's
    assert somewhere.at(folder / "greeting").git("log", "--oneline").count(b"\n") == 2


def test_without_git_it_says_so(somewhere: Repo, tmp_path: Path) -> None:
    done = somewhere.gofigure("demo", env={"PATH": str(tmp_path)})
    assert done.returncode == 2
    assert "git is not on PATH" in said(done)
    assert _left(somewhere) == []


@pytest.mark.parametrize("words", ["commit) exit 0", "commit) exit 1", "log) exit 0", "init) exit 1"])
def test_a_story_that_comes_out_otherwise_is_a_failure(somewhere: Repo, tmp_path: Path, words: str) -> None:
    fake = tmp_path / "bin/git"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\ncase "$1" in {words};; esac\nexec {shutil.which("git")} "$@"\n')
    fake.chmod(0o755)
    done = somewhere.gofigure("demo", env={"PATH": f"{fake.parent}:{somewhere.env['PATH']}"})
    assert done.returncode == 1, said(done)
    assert "the demo did not come out as told: git " in said(done)
    assert _left(somewhere) == []


def test_there_must_be_a_place_for_it(somewhere: Repo) -> None:
    line = (
        "import sys, tempfile; tempfile.tempdir = '/nowhere'; sys.argv = ['gofigure', 'demo']; import gofigure.cli as c"
    )
    done = replace(somewhere, command=(somewhere.command[0], "-c", f"{line}; c.main()")).gofigure()
    assert done.returncode == 2, said(done)
    assert "TMPDIR=/some/folder gofigure demo" in said(done)


def test_a_reader_that_has_gone_ends_it(somewhere: Repo) -> None:
    line = f"{' '.join(somewhere.command)} demo | head -n 1 >/dev/null"
    done = subprocess.run(["sh", "-c", line], cwd=somewhere.root, env=somewhere.env, capture_output=True, check=False)
    assert said(done) == ""
    assert _left(somewhere) == []
