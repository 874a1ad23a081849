"""Hook managers beside one another: how each is put into a repository with one hook of ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent


# Held to what was tried; the second needs Node 20.
_NPM = {"husky": "9.1.7", "lint-staged": "16.4.0"}


class NotHere(Exception):  # noqa: N818 - not an error: it is left out
    """A tool cannot be had."""


class Manager(NamedTuple):
    """`config` writes the configuration: what to run, and whether with the names of the staged files."""

    name: str
    program: str
    version: str
    config: Callable[[Path, str, bool], None]
    install: tuple[str, ...]


def _pre_commit(root: Path, program: str, names: bool) -> None:
    hook = {"id": "hook", "name": "hook", "entry": program, "language": "system", "always_run": not names}
    hook["pass_filenames"] = names
    (root / ".pre-commit-config.yaml").write_text(json.dumps({"repos": [{"repo": "local", "hooks": [hook]}]}))


def _lefthook(root: Path, program: str, names: bool) -> None:
    line = f"{program} {{staged_files}}" if names else program
    (root / "lefthook.yml").write_text(json.dumps({"pre-commit": {"commands": {"hook": {"run": line}}}}))


def _gofigure(root: Path, program: str, names: bool) -> None:
    job = '[jobs.check]\non = ["pre-commit"]\nstages = ["hook"]\n[stages.hook]\ncache = false\n'
    line = f"run = '''{program} \"$@\"'''\nfiles = '.'\n" if names else f"run = '''{program}'''\n"
    (root / ".gofigure.toml").write_text(job + line)


def managers(folder: Path, gofigure: Path) -> list[Manager]:
    """gofigure as it was installed, and the newest of its peers, in an environment of their own."""
    peers = folder / "peers"
    venv.create(peers, with_pip=False, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(peers / "bin" / "python")]
    subprocess.run([*pip, "install", "--quiet", "--group", f"{CHECKOUT}/pyproject.toml:bench"], check=True)
    at = peers / "bin"
    return [
        Manager("pre-commit", str(at / "pre-commit"), _version(at / "pre-commit"), _pre_commit, ("install",)),
        Manager("prek", str(at / "prek"), _version(at / "prek"), _pre_commit, ("install",)),
        Manager("lefthook", str(at / "lefthook"), _version(at / "lefthook", "version"), _lefthook, ("install",)),
        Manager("gofigure", str(gofigure), "", _gofigure, ("install-hooks",)),
    ]


def install(manager: Manager, root: Path, env: Mapping[str, str]) -> None:
    subprocess.run([manager.program, *manager.install], cwd=root, env=dict(env), check=True, capture_output=True)


def _version(program: Path, ask: str = "--version") -> str:
    said = subprocess.run([program, ask], capture_output=True, text=True, check=True).stdout
    return next((word for word in said.split() if word[0].isdigit()), "")


def husky(folder: Path) -> Manager:
    """husky with lint-staged, from npm, in a folder of their own. Raises NotHere where there is no npm."""
    npm = shutil.which("npm")
    if npm is None:
        raise NotHere("npm")
    home = folder / "npm"
    home.mkdir()
    (home / "package.json").write_text(json.dumps({"private": True, "devDependencies": _NPM}))
    argv = [npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--cache", str(home / "cache")]
    done = subprocess.run(argv, cwd=home, capture_output=True, check=False)
    if done.returncode != 0:
        raise NotHere(f"husky with lint-staged: {done.stderr.decode(errors='replace').strip()}")
    modules = home / "node_modules"

    def config(root: Path, program: str, names: bool) -> None:
        line = program if names else f"sh -c '{program}'"  # it adds the names of the staged files
        (root / "package.json").write_text(json.dumps({"private": True, "lint-staged": {"*": line}}))
        (root / ".husky").mkdir()
        (root / ".husky" / "pre-commit").write_text("npx lint-staged\n")
        os.symlink(modules, root / "node_modules")
        exclude = root / ".git" / "info" / "exclude"
        exclude.parent.mkdir(exist_ok=True)
        exclude.write_text("node_modules\n")

    version = ", ".join(_NPM.values())
    return Manager("husky, lint-staged", str(modules / ".bin" / "husky"), version, config, ())
