"""What a run's page says besides logs: files to be saved, tests that are flaky, all that differs from the last pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.page import Served
from support.repo import Repo
from support.rig import Rig

_MAKES = r"""
[jobs.j]
stages = ["s", "t"]
[stages.s]
run = "mkdir -p dist/empty; seq 1 20000 > 'dist/a <b>.txt'; printf x > dist/z; ln -sf z dist/link"
inputs = ["*.py"]
outputs = ["dist/**"]
[stages.t]
run = "true"
"""


@pytest.fixture
def kept(repo: Repo, rig: Rig) -> Served:
    repo.config(_MAKES)
    repo.write("a.py", "")
    repo.write(".gitignore", "dist\n")
    served = Served(rig, repo)
    assert repo.gofigure("run").returncode == 0
    return served


def _files(served: Served, run: int = 1) -> dict[str, int]:
    items = served.get(f"/runs/{run}?stage=s")["artifact"]["items"]
    return {one["path"]: at for at, one in enumerate(items)}


def test_kept_files_are_saved_and_never_shown(kept: Served) -> None:
    files = _files(kept)
    whole = (kept.repo.root / "dist/a <b>.txt").read_bytes()
    at = files["dist/a <b>.txt"]
    answer = kept.ask("GET", f"/api/v1/runs/1/kept/0/{at}")
    assert answer.body == whole
    assert int(answer.headers["content-length"]) == len(whole)
    assert answer.headers["content-disposition"] == 'attachment; filename="a__b_.txt"'
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert kept.ask("GET", f"/api/v1/runs/1/kept/0/{files['dist/z']}").body == b"x"
    text = kept.ask("GET", "/runs/1?stage=s").text
    assert f'href="/api/v1/runs/1/kept/0/{at}"' in text
    assert "a &lt;b&gt;.txt" in text
    assert kept.repo.gofigure("run").returncode == 0  # reused: they are its files as well
    assert kept.ask("GET", f"/api/v1/runs/2/kept/0/{_files(kept, 2)['dist/z']}").body == b"x"


def test_no_other_file_is_kept(kept: Served) -> None:
    link = _files(kept)["dist/link"]
    for number in ("0/999", f"0/{link}", "1/0", "9/0", "-1/0", "0/../0", "0/x", f"0/{'9' * 40}"):
        answer = kept.ask("GET", f"/api/v1/runs/1/kept/{number}")
        assert answer.status in (400, 404), number
        assert "disposition" not in str(answer.headers)


def test_a_damaged_file_is_no_file(kept: Served) -> None:
    at = _files(kept)["dist/a <b>.txt"]
    blobs = kept.repo.root / ".git/gofigure/artifacts/blobs"
    packed = max((file for file in blobs.rglob("*") if file.is_file()), key=lambda file: file.stat().st_size)
    good = packed.read_bytes()
    for bad in (good[:-20], good[:200] + bytes([good[200] ^ 1]) + good[201:], b""):
        packed.chmod(0o600)
        packed.write_bytes(bad)
        answer = kept.ask("GET", f"/api/v1/runs/1/kept/0/{at}")
        assert answer.status == 404, len(bad)
        assert "gone, or damaged" in answer.json["error"]
    packed.write_bytes(good)
    assert kept.ask("GET", f"/api/v1/runs/1/kept/0/{at}").status == 200
    packed.unlink()
    assert kept.ask("GET", f"/api/v1/runs/1/kept/0/{at}").status == 404


_PYTEST = """#!/bin/sh
[ "$1" != --version ] || exec echo pytest 9.2.1
file=${1#--junitxml=}
test -e ../bad && bad='<failure message="no"/>'
cat > "$file" <<EOF
<testsuites><testsuite><testcase classname="t" name="shy" time="0.5">$bad</testcase>
<testcase classname="t" name="good" time="0.5"/></testsuite></testsuites>
EOF
test ! -e ../bad
"""


def test_a_flaky_test_is_called_so_where_it_passed(repo: Repo, rig: Rig, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "pytest"
    program.parent.mkdir()
    program.write_text(_PYTEST)
    program.chmod(0o755)
    repo.config('[jobs.check]\nstages = ["unit"]\n[stages.unit]\ntarget = "pytest"\n')
    repo.write("test_a.py", "")
    served = Served(rig, repo)
    env = {"PATH": f"{program.parent}:{repo.env['PATH']}"}
    (repo.root.parent / "bad").touch()
    assert repo.gofigure("run", env=env).returncode == 1
    assert served.get("/runs/1")["stages"][0]["flaky"] == 0
    assert ">flaky</em>" not in served.ask("GET", "/runs/1").text
    (repo.root.parent / "bad").unlink()
    repo.gofigure("run", "--no-cache", env=env)
    found = served.get("/runs/2")
    assert found["stages"][0]["flaky"] == 1
    assert {case["name"]: case["flaky"] for case in found["cases"]["shown"]} == {"shy": 1, "good": 0}
    text = served.ask("GET", "/runs/2").text
    assert "passed and failed on the very same content" in text
    assert "gofigure history --tests unit --flaky" in text
    repo.gofigure("history", "--tests", "--forget-flaky")
    assert served.get("/runs/2")["stages"][0]["flaky"] == 0


def test_all_that_differs_from_the_last_pass(repo: Repo, rig: Rig) -> None:
    config = "[jobs.j]\nstages = ['s', 'u']\n[stages.s]\nrun = 'test ! -e c.py'\ninputs = ['*.py']\nenv = { A = '1' }\n"
    config += "[stages.u]\nrun = 'true'\ninputs = ['*.md']\n"
    repo.config(config)
    for name in ("a.py", "b.py", "d/e.txt"):
        repo.write(name, "1\n")
    served = Served(rig, repo)
    assert repo.gofigure("run").returncode == 0
    assert served.get("/runs/1")["green"] is None
    repo.config(config.replace("A = '1'", "A = '2', B = '1'"))
    repo.gofigure("allow", "--yes")
    repo.write("a.py", "2\n")
    repo.write("d/f.txt", "2\n")
    (repo.root / "b.py").unlink()
    assert repo.gofigure("run").returncode == 0
    green = served.get("/runs/2")["green"]
    assert green["run"] == 1
    stages = {row["stage"]: row for row in green["stages"]}
    assert stages["s"]["differs"] == ["env A changed", "env B added"]
    assert {one["path"]: one["what"] for one in green["files"]} == {
        ".gofigure.toml": "changed", "a.py": "changed", "b.py": "gone", "d/f.txt": "new",
    }  # fmt: skip
    repo.write("c.py", "3\n")
    assert repo.gofigure("run").returncode == 1  # what has failed is compared by its files all the same
    green = served.get("/runs/3")["green"]
    assert [one["path"] for one in green["files"]] == ["c.py"]
    assert "c.py" in served.ask("GET", "/runs/3").text
