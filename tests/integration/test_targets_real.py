"""The test commands themselves, where they are installed."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import said, stages, verdicts


def _needs(name: str) -> pytest.MarkDecorator:
    """Where `.ci/run` installs it, its absence is a failure."""
    missing = shutil.which(name) is None and not os.environ.get("CI")
    return pytest.mark.skipif(missing, reason=f"{name} is not installed")


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


def _check(repo: Repo, bad: str, good: str, words: str, told: dict[str, str] | None = None) -> None:
    """One location fails; mended, both pass; then nothing is left to do. `told`: the one test that failed there."""
    done = repo.gofigure("run")
    assert done.returncode == 1, said(done)
    stage = stages(repo.json("history"))["unit"]
    assert [part["verdict"] for part in stage["parts"]] == ["passed", "failed"], said(done)
    assert words in Path(stage["parts"][1]["log"]).read_text()
    if told is not None:
        cases = repo.json("logs", "last", "unit")["stages"][0]["cases"]
        (failed,) = [case for case in cases if case["verdict"] == "failed"]
        assert {name: failed[name] for name in told} == told
        assert stage["tests"] == {
            "total": len(cases),
            "passed": len(cases) - 1,
            "failed": 1,
            "skipped": 0,
            "left_out": 0,
        }
        assert [case["location"] for case in cases if case["verdict"] == "passed"] == ["good"]
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
    _check(
        at,
        "bad/src/lib.rs",
        (repo.root / "good/src/lib.rs").read_text(),
        "assertion `left == right` failed",
        {"suite": "src/lib.rs", "name": "sum", "line": "assertion `left == right` failed", "location": "bad"},
    )


@_needs("go")
def test_go(repo: Repo) -> None:
    for name, sum_ in (("good", 2), ("bad", 3)):
        repo.write(f"{name}/go.mod", f"module example.com/{name}\n\ngo 1.20\n")
        test = f'if 1+1 != {sum_} {{\n\t\tt.Fatal("it is not {sum_}")\n\t}}'
        package = f'package {name}\n\nimport "testing"\n\nfunc TestSum(t *testing.T) {{\n\t{test}\n}}\n'
        repo.write(f"{name}/sum_test.go", package)
    _configure(repo, "go_test")
    mended = (repo.root / "good/sum_test.go").read_text().replace("package good", "package bad")
    told = {"suite": "example.com/bad", "name": "TestSum", "line": "sum_test.go:7: it is not 3", "location": "bad"}
    _check(repo, "bad/sum_test.go", mended, "it is not 3", told)


@_needs("go")
def test_the_log_of_go_is_what_go_prints(repo: Repo) -> None:
    repo.write("go.mod", "module example.com/x\n\ngo 1.19\n")
    repo.write("none/n.go", "package none\n")
    repo.write("broken/b_test.go", 'package broken\nimport "testing"\nfunc TestX(t *testing.T) { y }\n')
    repo.write("good/g_test.go", 'package good\nimport "testing"\nfunc TestX(t *testing.T) { t.Log("unseen") }\n')
    repo.write(
        "bad/b_test.go",
        'package bad\nimport ("testing"; "fmt")\n'
        'func TestOk(t *testing.T) { fmt.Println("printed"); t.Log("unseen") }\n'
        'func TestBad(t *testing.T) { t.Log("a log"); t.Run("in", func(t *testing.T) { t.Error("one\\ntwo") }) }\n'
        'func TestSkip(t *testing.T) { t.Skip("unseen") }\n',
    )
    repo.config('[jobs.check]\nstages = ["unit"]\n[stages.unit]\ntarget = "go_test"\n')
    assert repo.gofigure("allow").returncode == 0
    stage = stages(repo.json("run"))["unit"]
    plain = subprocess.run(["go", "test", "./..."], cwd=repo.root, env=repo.env, capture_output=True, check=False)
    assert stage["exit_code"] == plain.returncode
    printed = (plain.stderr + plain.stdout).decode()
    shown = Path(stage["log"]).read_text()
    assert "two" in shown
    assert "unseen" not in shown

    def comparable(text: str) -> list[str]:
        return sorted(
            re.sub(r"[\d.]+s\b|\(cached\)", "", line).rstrip() for line in text.splitlines() if line != "FAIL"
        )

    assert comparable(shown) == comparable(printed)
    assert [case["name"] for case in stage["failures"]] == ["TestBad/in", "TestBad", "[build failed]"]


@_needs("npm")
def test_npm_with_the_tests_of_node(repo: Repo) -> None:
    for name, sum_ in (("good", 2), ("bad", 3)):
        repo.write(f"{name}/package.json", '{"name": "x", "version": "1.0.0", "scripts": {"test": "node --test"}}')
        code = f"require('node:test')('sum', () => require('node:assert').strictEqual(1 + 1, {sum_}, 'it is not'))\n"
        repo.write(f"{name}/sum.test.js", code)
    _configure(repo, "npm_test")
    mended = (repo.root / "good/sum.test.js").read_text()
    _check(repo, "bad/sum.test.js", mended, "it is not", {"name": "sum", "line": "it is not", "location": "bad"})
