"""gofigure as a user has it: a wheel, in a virtual environment of its own, far from any checkout."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from support.install import CHECKOUT, install_wheel
from support.page import Served
from support.repo import Repo
from support.rig import Rig, ceiling

from gofigure.cli.main import _COMMANDS

CONFIG = r"""
[jobs.check]
on = ["pre-commit", "post-commit", "pre-push"]
stages = ["unit"]
[stages.unit]
run = "test ! -e broken"
"""


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_wheel(tmp_path_factory.mktemp("installed") / "venv")


@pytest.fixture
def installed(repo: Repo, venv: Path) -> Repo:
    return replace(repo, command=(str(venv / "bin" / "gofigure"),))


def test_no_path_into_the_checkout_survives(venv: Path) -> None:
    holders = [
        file
        for file in venv.rglob("*")
        if file.is_file()
        and ("gofigure" in str(file.relative_to(venv)))
        and str(CHECKOUT).encode() in file.read_bytes()
        and file.name != "direct_url.json"  # pip's own record of where the wheel came from
    ]
    assert holders == []
    assert (next(venv.glob("lib/python*/site-packages")) / "gofigure" / "hooks" / "gofigure-hook").is_file()


def test_from_install_hooks_to_a_proven_commit(installed: Repo) -> None:
    installed.config(CONFIG)
    assert installed.gofigure("install-hooks").returncode == 0
    hook = (installed.root / ".git" / "hooks" / "pre-commit").read_text()
    assert str(CHECKOUT) not in hook

    first = installed.commit("one")
    assert first.returncode == 0, first.stderr
    assert b"check: passed" in first.stderr
    assert b"check: reused" in first.stderr  # post-commit: the same content

    installed.write("broken")
    assert installed.commit("two").returncode != 0


def test_from_init_to_a_proven_commit(installed: Repo) -> None:
    assert installed.gofigure("init").returncode == 0
    assert installed.gofigure("install-hooks").returncode == 0
    assert b"check: passed" in installed.commit("one").stderr


def test_the_demo_needs_nothing_but_the_package_and_git(installed: Repo) -> None:
    done = installed.gofigure("demo")
    assert done.returncode == 0, done.stdout
    assert b"That was gofigure." in done.stdout


def test_the_page_has_all_of_its_files(installed: Repo, tmp_path: Path) -> None:
    installed.config(CONFIG)
    with ceiling(60), contextlib.closing(Rig(tmp_path)) as rig:
        served = Served(rig, installed)
        page = served.ask("GET", "/")
        assert page.status == 200
        for name in re.findall(r'"(/static/[^"]+)"', page.text):
            assert served.ask("GET", name).status == 200, name
        docs = served.ask("GET", "/docs").text
        for words in ("In your own repository", 'id="stages.reset"', 'id="gofigure-run"', "url = &#34;https://"):
            assert words in docs, words


def test_help_and_version_work(installed: Repo) -> None:
    assert b"gofigure, version" in installed.gofigure("--version").stdout
    assert b"install-hooks" in installed.gofigure("--help").stdout
    for name in _COMMANDS:
        done = installed.gofigure(name, "--help")
        assert done.returncode == 0, done.stderr
        assert len(done.stdout.splitlines()) > 3


def test_an_unknown_command_and_option_are_the_users_to_mend(installed: Repo) -> None:
    assert installed.gofigure("runn").returncode == 2
    assert installed.gofigure("run", "--nope").returncode == 2


def test_the_wheel_holds_the_package_and_nothing_else(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, CHECKOUT],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "gofigure/hooks/gofigure-hook" in names
    assert not [name for name in names if name.startswith(("tests/", "hooks/"))]
