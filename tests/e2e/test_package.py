"""What is given away: the same bytes from the same files, all that is needed and nothing else, however installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest
from support.install import CHECKOUT

import gofigure

BIN = Path(sys.executable).parent


def copy_checkout(to: Path) -> Path:
    """The files that git tracks or would, as they are now."""
    listed = subprocess.run(
        ["git", "-C", CHECKOUT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=True,
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (CHECKOUT / name).exists():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CHECKOUT / name, to / name)
    return to


def build(checkout: Path, out: Path, kind: str, umask: int = 0o022) -> Path:
    argv = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(out)]
    subprocess.run(argv, cwd=checkout, umask=umask, check=True, capture_output=True)
    (made,) = out.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return made


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel and the sdist."""
    folder = tmp_path_factory.mktemp("built")
    checkout = copy_checkout(folder / "checkout")
    return build(checkout, folder / "dist", "wheel"), build(checkout, folder / "dist", "sdist")


def test_they_are_the_same_bytes_elsewhere_and_later(built: tuple[Path, Path], tmp_path: Path) -> None:
    other = copy_checkout(tmp_path / "a folder of another name")
    for place in other.rglob("*"):
        os.utime(place, (1_900_000_000, 1_900_000_000))
        if place.is_file():
            place.chmod(0o755 if os.access(place, os.X_OK) else 0o600)  # another umask's
    (other / "gofigure" / "__pycache__").mkdir(exist_ok=True)
    (other / "gofigure" / "__pycache__" / "left.pyc").write_bytes(b"left over")
    (other / ".gofigure").write_bytes(b"a store")
    for before, kind in zip(built, ("wheel", "sdist"), strict=True):
        again = build(other, tmp_path / kind, kind, umask=0o077)
        assert again.name == before.name
        assert again.read_bytes() == before.read_bytes(), kind


def test_the_date_in_them_may_be_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    wheel = build(copy_checkout(tmp_path / "checkout"), tmp_path / "dist", "wheel")
    assert {one.date_time for one in zipfile.ZipFile(wheel).infolist()} == {(2023, 11, 14, 22, 13, 20)}


def test_the_wheel_of_the_sdist_is_that_of_the_checkout(built: tuple[Path, Path], tmp_path: Path) -> None:
    wheel, sdist = built
    with tarfile.open(sdist) as tar:
        tar.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    assert build(unpacked, tmp_path / "dist", "wheel").read_bytes() == wheel.read_bytes()


def test_what_they_hold(built: tuple[Path, Path]) -> None:
    wheel, sdist = built
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"gofigure", f"gofigure_ci-{gofigure.__version__}.dist-info"}
    package = {name for name in names if name.startswith("gofigure/")}
    assert {"gofigure/py.typed", "gofigure/hooks/gofigure-hook"} <= package
    ours = {str(one.relative_to(CHECKOUT)) for one in (CHECKOUT / "gofigure").rglob("*") if one.is_file()}
    assert {one for one in ours if "__pycache__" not in one} <= package  # templates, static files, recipes
    with tarfile.open(sdist) as tar:
        inside = {name.partition("/")[2] for name in tar.getnames()}
        assert not [one for one in tar.getmembers() if one.uid or one.gid or one.uname or one.gname]
    wanted = "README.md LICENSE CHANGELOG.md CONTRIBUTING.md Makefile Dockerfile .dockerignore pyproject.toml .ci/run"
    assert {*wanted.split(), "docs/api.md", "tests/conftest.py", "hooks/gofigure-hook"} <= inside
    unwanted = (".pyc", ".gofigure"), ("wheels", "dist", ".venv")
    assert not [name for name in inside if name.endswith(unwanted[0]) or name.startswith(unwanted[1])]


def test_what_it_says_of_itself(built: tuple[Path, Path]) -> None:
    wheel = zipfile.ZipFile(built[0])
    folder = f"gofigure_ci-{gofigure.__version__}.dist-info"
    said = HeaderParser().parsestr(wheel.read(f"{folder}/METADATA").decode())
    assert (said["Name"], said["Version"]) == ("gofigure-ci", gofigure.__version__)
    assert said["License-Expression"] == "MIT"
    assert said["Requires-Python"] == ">=3.11"
    assert said["Description-Content-Type"] == "text/markdown"
    assert all(re.search(r">=\d", one) for one in said.get_all("Requires-Dist") or [])
    assert f"{folder}/licenses/LICENSE" in wheel.namelist()


@pytest.fixture(scope="module")
def wheels(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, and all that it needs: from here on no index is asked."""
    folder = tmp_path_factory.mktemp("wheels")
    argv = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--only-binary",
        ":all:",
        "-d",
        str(folder),
        str(built[0]),
        "pip",
    ]
    subprocess.run(argv, check=True, capture_output=True)
    return folder


def version_of(program: Path) -> str:
    env = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    return subprocess.run([program, "--version"], env=env, capture_output=True, text=True, check=True).stdout.strip()


SAID = f"gofigure, version {gofigure.__version__}"


def test_pip(wheels: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    pip = [sys.executable, "-m", "pip", "--python", f"{tmp_path}/venv/bin/python", "install", "--quiet"]
    subprocess.run([*pip, "--no-index", "--find-links", str(wheels), "gofigure-ci"], check=True, capture_output=True)
    assert version_of(tmp_path / "venv" / "bin" / "gofigure") == SAID


def test_uv_tool(wheels: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    env = {**environment, "UV_TOOL_DIR": f"{tmp_path}/tools", "UV_TOOL_BIN_DIR": f"{tmp_path}/bin"}
    argv = [str(BIN / "uv"), "tool", "install", "--offline", "--no-index", "--find-links", str(wheels)]
    done = subprocess.run(
        [*argv, "--python", sys.executable, "gofigure-ci"], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert version_of(tmp_path / "bin" / "gofigure") == SAID


def test_pipx(wheels: Path, built: tuple[Path, Path], tmp_path: Path, environment: dict[str, str]) -> None:
    env = {
        **environment,
        "PIPX_HOME": f"{tmp_path}/pipx",
        "PIPX_BIN_DIR": f"{tmp_path}/bin",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
    }
    argv = [sys.executable, "-m", "pipx", "install", "--python", sys.executable, str(built[0])]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert version_of(tmp_path / "bin" / "gofigure") == SAID
