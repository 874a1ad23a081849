"""What is proven is reused; everything that decides a result makes it run again, and `why` names the thing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from support.repo import Repo
from support.rig import Rig, lines, said, stages, verdicts

CONFIG = """
[jobs.j]
stages = ["s"]
[stages.s]
run = "echo ran >> ../ran"
inputs = ["src/**"]
"""


def _configure(repo: Repo, text: str) -> None:
    repo.config(text)
    assert repo.gofigure("allow").returncode == 0


def _proven(repo: Repo, text: str = CONFIG) -> None:
    _configure(repo, text)
    repo.write("src/a.py", "1\n")
    repo.write("src/b.py", "1\n")
    assert set(verdicts(repo.json("run")).values()) == {"passed"}
    assert set(verdicts(repo.json("run")).values()) == {"reused"}


def _reason(repo: Repo, stage: str = "s") -> str:
    """What `why` says now; the next run has to say the same, and run it."""
    (told,) = [one for one in repo.json("why", stage)["stages"] if one["stage"] == stage]
    assert not told["now"]["proven"]
    ran = stages(repo.json("run"))[stage]
    assert ran["verdict"] == "passed"
    assert ran["reason"] == told["now"]["reason"]
    reason: str = ran["reason"]
    return reason


def test_what_is_written_down_is_true_later_too(repo: Repo) -> None:
    """How long ago it was proven is not."""
    _proven(repo)
    _configure(repo, CONFIG.replace('["s"]', '["s", "new"]') + '[stages.new]\nrun = "true"\n')
    assert verdicts(repo.json("run")) == {"s": "reused", "new": "passed"}
    shown = [{one["stage"]: one["reason"] for one in run["stages"]} for run in repo.json("history")["runs"]]
    assert [one["s"] for one in shown[:2]] == ["proven in run 1", "proven in run 1"]  # beside one that ran, and alone


def test_a_change_of_an_input(repo: Repo) -> None:
    _proven(repo)
    repo.write("src/a.py", "2\n")
    assert _reason(repo) == "src/a.py changed"
    repo.write("src/c.py", "1\n")
    assert _reason(repo) == "src/c.py added"
    (repo.root / "src/c.py").unlink()
    assert verdicts(repo.json("run")) == {"s": "reused"}, "as it was two runs ago"
    (repo.root / "src/b.py").unlink()
    assert _reason(repo) == "src/b.py removed"
    (repo.root / "src/a.py").chmod(0o755)
    assert _reason(repo) == "src/a.py changed"
    repo.write("elsewhere", "x")
    assert verdicts(repo.json("run")) == {"s": "reused"}


def test_a_folder_that_is_new_or_gone(repo: Repo) -> None:
    _proven(repo)
    repo.write("src/deep/er/c.py", "1\n")
    assert _reason(repo) == "src/deep/er/c.py added"


def test_the_same_size_in_the_same_tick(repo: Repo) -> None:
    """F11; git's racy entries (t0010)."""
    _proven(repo)
    place = repo.root / "src/a.py"
    before = place.stat()
    place.write_text("2\n")
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert _reason(repo) == "src/a.py changed"


def test_a_touch_is_no_change(repo: Repo) -> None:
    _proven(repo)
    (repo.root / "src/a.py").touch()
    assert verdicts(repo.json("run")) == {"s": "reused"}


def test_a_change_of_the_command(repo: Repo) -> None:
    _proven(repo)
    repo.config(CONFIG.replace("echo ran", "echo   ran"))
    assert _reason(repo) == "its command changed"


def test_a_new_name_for_the_same_is_no_change(repo: Repo) -> None:
    _proven(repo)
    repo.config(CONFIG.replace('["s"]', '["t"]').replace("stages.s", "stages.t") + "# a comment\n")
    assert verdicts(repo.json("run")) == {"t": "reused"}


def test_a_change_of_the_declared_environment(repo: Repo) -> None:
    _proven(repo)
    repo.config(CONFIG + 'env = { CI = "1" }\n')
    assert _reason(repo) == "env CI added"
    repo.config(CONFIG + 'env = { CI = "2" }\n')
    assert _reason(repo) == "env CI changed"
    repo.config(CONFIG)
    assert verdicts(repo.json("run")) == {"s": "reused"}


def test_a_change_of_a_variable_that_is_passed_on_is_told_without_its_value(repo: Repo) -> None:
    _proven(repo, CONFIG + 'pass_env = ["SECRET"]\n')
    for value in ("hunter2", "hunter3"):
        done = repo.gofigure("run", "--json", env={"SECRET": value})
        assert stages(json.loads(done.stdout))["s"]["verdict"] == "passed"
    assert stages(json.loads(done.stdout))["s"]["reason"] in ("env SECRET changed", "env SECRET added")
    assert b"hunter" not in (repo.root / ".gofigure").read_bytes(), "it may be a secret"
    assert repo.gofigure("run", env={"OTHER": "x"}).stdout.count(b"reused") > 0


@pytest.fixture
def tool(repo: Repo, tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    place = folder / "my-python"
    _release(place, "python 3.11")
    return place


def _release(place: Path, version: str) -> None:
    new = place.with_name("new")
    new.write_text(f'#!/bin/sh\nif [ "$1" = --version ]; then echo "{version}"; exit; fi\necho ran >> ../ran\n')
    new.chmod(0o755)
    new.rename(place)


def test_another_version_of_a_tool(repo: Repo, tool: Path) -> None:
    """An upgrade must not leave old proofs standing."""
    at = Repo(repo.root, {**repo.env, "PATH": f"{tool.parent}:{repo.env['PATH']}"})
    _proven(at, CONFIG + 'tools = ["my-python"]\n')
    _release(tool, "python 3.12")
    assert _reason(at) == "my-python python 3.11 → python 3.12"
    _release(tool, "python 3.11")
    assert verdicts(at.json("run")) == {"s": "reused"}


def test_another_program_of_the_same_version(repo: Repo, tool: Path) -> None:
    at = Repo(repo.root, {**repo.env, "PATH": f"{tool.parent}:{repo.env['PATH']}"})
    _proven(at, CONFIG + 'tools = ["my-python"]\n')
    tool.write_text(tool.read_text() + "# built again\n")
    reason = _reason(at)
    assert reason.startswith("my-python")
    assert "→" in reason


def test_the_program_that_the_line_starts_with_is_a_tool_and_is_never_asked_for_its_version(
    repo: Repo, tool: Path, tmp_path: Path
) -> None:
    at = Repo(repo.root, {**repo.env, "PATH": f"{tool.parent}:{repo.env['PATH']}"})
    tool.write_text('#!/bin/sh\necho "called with $*" >> ../calls\n')
    _proven(at, CONFIG.replace('"echo ran >> ../ran"', '"my-python deploy"'))
    tool.write_text('#!/bin/sh\n# better\necho "called with $*" >> ../calls\n')
    assert _reason(at).startswith("my-python ")
    assert set((tmp_path / "calls").read_text().splitlines()) == {"called with deploy"}


def test_a_tool_that_comes_first_on_the_path_now(repo: Repo, tool: Path, tmp_path: Path) -> None:
    at = Repo(repo.root, {**repo.env, "PATH": f"{tool.parent}:{repo.env['PATH']}"})
    _proven(at, CONFIG + 'tools = ["my-python"]\n')
    (tmp_path / "newer").mkdir()
    _release(tmp_path / "newer" / "my-python", "python 3.13")
    at = Repo(repo.root, {**at.env, "PATH": f"{tmp_path / 'newer'}:{at.env['PATH']}"})
    assert _reason(at) == "my-python python 3.11 → python 3.13"


UPSTREAM = """
[jobs.j]
stages = ["s", "t"]
[stages.s]
run = "echo ran >> ../ran"
inputs = ["src/a.py"]
[stages.t]
run = "echo t"
inputs = ["src/b.py"]
needs = ["s"]
"""


def test_a_change_of_what_it_needs(repo: Repo) -> None:
    _proven(repo, UPSTREAM)
    repo.write("src/a.py", "2\n")
    ran = stages(repo.json("run"))
    assert (ran["s"]["verdict"], ran["s"]["reason"]) == ("passed", "src/a.py changed")
    assert (ran["t"]["verdict"], ran["t"]["reason"]) == ("passed", "s, which it needs, changed")


def test_order_alone_is_no_upstream(repo: Repo) -> None:
    """strict_dependency only orders: the same stage has the same key in every job."""
    _proven(repo, UPSTREAM.replace('needs = ["s"]\n', "").replace("[stages.s]", "strict_dependency = true\n[stages.s]"))
    repo.write("src/a.py", "2\n")
    assert verdicts(repo.json("run")) == {"s": "passed", "t": "reused"}


@pytest.mark.parametrize(("line", "why"), [("cache = false", "cache = false"), ('type = "deploy"', "a deploy")])
def test_what_is_never_reused(repo: Repo, line: str, why: str) -> None:
    _configure(repo, CONFIG + line + "\n")
    repo.write("src/a.py", "1\n")
    for count in (1, 2, 3):
        ran = stages(repo.json("run"))["s"]
        assert (ran["verdict"], ran["reason"], ran["proven"]) == ("passed", f"never reused ({why})", False)
        assert ran["note"] == "not proven: its result is never reused"
        assert lines(repo.root.parent / "ran") == count


def test_no_cache_runs_what_is_proven_and_proves_it_again(repo: Repo) -> None:
    _proven(repo)
    ran = stages(repo.json("run", "--no-cache"))["s"]
    assert (ran["verdict"], ran["reason"], ran["proven"]) == ("passed", "asked to (--no-cache)", True)


def test_a_failure_is_not_remembered_as_anything(repo: Repo) -> None:
    _configure(repo, CONFIG.replace("echo ran >> ../ran", "echo ran >> ../ran; false"))
    for count in (1, 2):
        assert verdicts(repo.json("run")) == {"s": "failed"}
        assert lines(repo.root.parent / "ran") == count


def test_a_stage_that_edits_its_own_inputs_is_not_proven(repo: Repo) -> None:
    """Design decision 5: a fixer. What it made is a new content, and that is proven by the next run."""
    _configure(repo, CONFIG.replace("echo ran >> ../ran", "sed -i s/bad/good/ src/a.py"))
    repo.write("src/a.py", "bad\n")
    done = repo.gofigure("run")
    assert done.returncode == 0, said(done)
    assert "not proven: while it ran, src/a.py changed" in said(done)
    (row,) = repo.json("history")["runs"][0]["stages"]
    assert (row["verdict"], row["proven"]) == ("passed", 0)
    assert stages(repo.json("run"))["s"]["proven"]
    assert verdicts(repo.json("run")) == {"s": "reused"}
    repo.write("src/a.py", "bad\n")
    assert verdicts(repo.json("run")) == {"s": "passed"}


def test_inputs_that_the_user_edits_while_it_runs_are_not_proven(repo: Repo, rig: Rig) -> None:
    """The classic race of every cache: the result belongs to neither content."""
    gate = rig.gate()
    _configure(repo, '[jobs.j]\nstages = ["s"]\n' + f'[stages.s]\nrun = """{gate.sh}"""\ninputs = ["src/**"]\n')
    repo.write("src/a.py", "1\n")
    running = rig.start(repo, "run")
    gate.arrive()
    repo.write("src/a.py", "2\n")
    gate.open()
    assert running.finish() == 0
    assert b"not proven: while it ran, src/a.py changed" in running.output
    for content in ("2\n", "1\n"):
        repo.write("src/a.py", content)
        (step,) = repo.json("status")["jobs"][0]["stages"]
        assert not step["proven"]


def test_edits_elsewhere_while_it_runs_are_no_matter(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    _configure(repo, '[jobs.j]\nstages = ["s"]\n' + f'[stages.s]\nrun = """{gate.sh}"""\ninputs = ["src/**"]\n')
    repo.write("src/a.py", "1\n")
    running = rig.start(repo, "run")
    gate.arrive()
    repo.write("docs/a.md", "2\n")
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "meanwhile")
    gate.open()
    assert running.finish() == 0
    assert verdicts(repo.json("run")) == {"s": "reused"}


FILES = r"""
[jobs.j]
stages = ["f"]
[stages.f]
run = 'for f in "$@"; do printf "%s\n" "$f" >> ../handed; done; ! grep -l BROKEN -- "$@"'
files = '\.py$'
"""


def _handed(repo: Repo) -> list[str]:
    place = repo.root.parent / "handed"
    names = place.read_text().splitlines() if place.exists() else []
    place.unlink(missing_ok=True)
    return sorted(names)


def test_only_files_without_a_proof_are_handed_over(repo: Repo) -> None:
    _configure(repo, FILES)
    for name in ("a.py", "b.py", "c.txt"):
        repo.write(name, f"{name}\n")
    assert repo.gofigure("run").returncode == 0
    assert _handed(repo) == ["a.py", "b.py"]
    repo.write("b.py", "new\n")
    repo.write("d.py", "d\n")
    ran = stages(repo.json("run"))["f"]
    assert _handed(repo) == ["b.py", "d.py"]
    assert ran["reason"] == "2 of 3 files without a proof: b.py, d.py"
    (repo.root / "a.py").unlink()
    assert stages(repo.json("run"))["f"]["reason"] == "all 2 files proven"
    assert _handed(repo) == []


def test_a_failure_proves_none_of_the_files(repo: Repo) -> None:
    _configure(repo, FILES)
    repo.write("good.py", "x\n")
    repo.write("bad.py", "BROKEN\n")
    assert repo.gofigure("run").returncode == 1
    repo.write("bad.py", "mended\n")
    _handed(repo)
    assert repo.gofigure("run").returncode == 0
    assert _handed(repo) == ["bad.py", "good.py"]


def test_no_file_matches(repo: Repo) -> None:
    _configure(repo, FILES)
    ran = stages(repo.json("run"))["f"]
    assert (ran["verdict"], ran["reason"]) == ("reused", "no file matches")
    assert _handed(repo) == []


def test_a_file_that_only_changed_its_place_is_another_one(repo: Repo) -> None:
    _configure(repo, FILES)
    repo.write("a.py", "x\n")
    repo.gofigure("run")
    _handed(repo)
    (repo.root / "a.py").rename(repo.root / "b.py")
    assert repo.gofigure("run").returncode == 0
    assert _handed(repo) == ["b.py"]


def test_the_configuration_decides_about_all_files(repo: Repo) -> None:
    _configure(repo, FILES)
    repo.write("a.py", "x\n")
    repo.write("b.py", "x\n")
    repo.gofigure("run")
    _handed(repo)
    repo.config(FILES.replace("BROKEN", "WRONG"))
    ran = stages(repo.json("run"))["f"]
    assert _handed(repo) == ["a.py", "b.py"]
    assert ran["reason"] == "its command changed; 2 of 2 files without a proof: a.py, b.py"


def test_names_reach_the_command_whole_whatever_is_in_them(repo: Repo) -> None:
    """T5, T6: never pasted into the text, and none is taken for an option (pre-commit#1287, prek#2023)."""
    _configure(repo, FILES.replace(r'printf "%s\n"', r'printf "%s\0"'))
    names = [b"-x.py", b"--fix.py", b"a b.py", b"$(touch canary).py", b"`id`.py", b"n\nl.py", b"\xff.py", b"'\".py"]
    for name in names:
        repo.write(name, b"x\n")
    done = repo.gofigure("run")
    assert done.returncode == 0, said(done)
    handed = (repo.root.parent / "handed").read_bytes().split(b"\0")[:-1]
    assert sorted(handed) == sorted(b"./" + name if name.startswith(b"-") else name for name in names)
    assert not list(repo.root.parent.rglob("canary"))


def test_thirty_thousand_files_are_split_to_fit(repo: Repo) -> None:
    """pre-commit xargs_test; the limit is the kernel's, for arguments and environment together."""
    count = 30_000
    _configure(repo, '[jobs.j]\nstages = ["f"]\n[stages.f]\nrun = "echo $# >> ../calls"\nfiles = "[.]py$"\n')
    folder = "a-long-name-of-a-folder-" * 6
    (repo.root / folder).mkdir()
    for number in range(count):
        (repo.root / folder / f"{number:05}-{'x' * 60}.py").touch()
    done = repo.gofigure("run")
    assert done.returncode == 0, said(done)
    calls = [int(line) for line in (repo.root.parent / "calls").read_text().split()]
    assert sum(calls) == count
    assert len(calls) > 1
    repo.write(f"{folder}/one more.py", "x")
    assert repo.gofigure("run").returncode == 0
    calls = [int(line) for line in (repo.root.parent / "calls").read_text().split()]
    assert calls[-1] == 1


def _content(repo: Repo) -> Any:
    return repo.json("history")["runs"][0]["content"]


def test_one_content_one_proof_whatever_asked_for_it(repo: Repo, tmp_path: Path) -> None:
    """Working tree, index, commit, another worktree: the same digest, the same key, one execution."""
    _configure(repo, CONFIG)
    repo.write("src/a.py", "1\n")
    assert verdicts(repo.json("run")) == {"s": "passed"}
    repo.git("add", "-A")
    assert verdicts(repo.json("run", "--staged")) == {"s": "reused"}
    assert _content(repo) == "what is being committed"
    repo.git("commit", "-q", "-m", "one")
    assert verdicts(repo.json("run", "--commit", "HEAD")) == {"s": "reused"}
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    assert verdicts(repo.at(tmp_path / "linked").json("run")) == {"s": "reused"}
    repo.git("gc", "-q")
    assert verdicts(repo.json("run")) == {"s": "reused"}
    assert lines(tmp_path / "ran") == 1


def test_branches_and_back(repo: Repo) -> None:
    _proven(repo)
    repo.commit("one")
    repo.git("checkout", "-q", "-b", "other")
    repo.write("src/a.py", "2\n")
    repo.commit("two")
    assert verdicts(repo.json("run")) == {"s": "passed"}
    repo.git("checkout", "-q", "main")
    assert verdicts(repo.json("run")) == {"s": "reused"}
