"""The test commands themselves, where they are installed."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import said, stages, verdicts


def _needs(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} is not installed")


CONFIG = """
[jobs.check]
stages = ["unit"]
[stages.unit]
target = "{target}"
locations = ["good", "bad"]
"""


def _configure(repo: Repo, target: str) -> None:
    repo.config(CONFIG.format(target=target))
    assert repo.gofigure("allow").returncode == 0


def _check(repo: Repo, bad: str, good: str, words: str) -> None:
    """One location fails; mended, both pass; then nothing is left to do."""
    done = repo.gofigure("run")
    assert done.returncode == 1, said(done)
    stage = stages(repo.json("history"))["unit"]
    assert [part["verdict"] for part in stage["parts"]] == ["passed", "failed"], said(done)
    assert words in Path(stage["parts"][1]["log"]).read_text()
    repo.write(bad, good)
    done = repo.gofigure("run")
    assert done.returncode == 0, said(done)
    assert verdicts(repo.json("run")) == {"unit": "reused"}


@_needs("npm")
def test_npm(repo: Repo) -> None:
    for name, code in (("good", 0), ("bad", 1)):
        script = f"node -p process.env.CI && node -e 'process.exit({code})'"
        repo.write(f"{name}/package.json", f'{{"name": "x", "version": "1.0.0", "scripts": {{"test": "{script}"}}}}')
    _configure(repo, "npm_test")
    mended = (repo.root / "good/package.json").read_text()
    _check(repo, "bad/package.json", mended, "true")


@_needs("cargo")
def test_cargo(repo: Repo, home: Path) -> None:
    toolchains = Path(pwd.getpwuid(os.getuid()).pw_dir) / ".rustup"
    at = Repo(repo.root, {**repo.env, **({"RUSTUP_HOME": str(toolchains)} if toolchains.exists() else {})})
    at.write(".gitignore", "target\nCargo.lock\n")
    for name, sum_ in (("good", 2), ("bad", 3)):
        at.write(f"{name}/Cargo.toml", f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n')
        at.write(f"{name}/src/lib.rs", f"#[test]\nfn sum() {{\n    assert_eq!(1 + 1, {sum_});\n}}\n")
    _configure(at, "cargo_test")
    _check(at, "bad/src/lib.rs", (repo.root / "good/src/lib.rs").read_text(), "assertion `left == right` failed")


@_needs("go")
def test_go(repo: Repo) -> None:
    for name, sum_ in (("good", 2), ("bad", 3)):
        repo.write(f"{name}/go.mod", f"module example.com/{name}\n\ngo 1.20\n")
        test = f'if 1+1 != {sum_} {{\n\t\tt.Fatal("it is not {sum_}")\n\t}}'
        package = f'package {name}\n\nimport "testing"\n\nfunc TestSum(t *testing.T) {{\n\t{test}\n}}\n'
        repo.write(f"{name}/sum_test.go", package)
    _configure(repo, "go_test")
    mended = (repo.root / "good/sum_test.go").read_text().replace("package good", "package bad")
    _check(repo, "bad/sum_test.go", mended, "it is not 3")
