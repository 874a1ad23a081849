"""`background = true`: git goes on at once, the run goes on by itself, and what came of it is told."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.repo import Repo
from support.rig import Gate, Rig, alive, lines, said, until

from gofigure.triggers.background import folder_of, git_dir_of, is_taken
from gofigure.triggers.outcome import outcome_of

CONFIG = """
[jobs.after]
on = ["post-commit"]
background = true
stages = ["s"]
[stages.s]
run = "echo ran >> $(git rev-parse --path-format=absolute --git-common-dir)/../../ran; LINE! grep -q BROKEN a"
inputs = ["a"]
"""

Settled = Callable[..., Any]


@pytest.fixture
def configured(repo: Repo) -> Repo:
    repo.config(CONFIG.replace("LINE", ""))
    repo.write("a", "1\n")
    assert repo.gofigure("install-hooks").returncode == 0
    return repo


def _gated(repo: Repo, gate: Gate) -> None:
    repo.config(CONFIG.replace("LINE", gate.sh.replace('"', '\\"') + "; "))
    repo.write("a", "1\n")
    assert repo.gofigure("install-hooks").returncode == 0


def _git_dir(repo: Repo) -> str:
    git_dir = git_dir_of(str(repo.root), {})
    assert git_dir is not None
    return git_dir


def _settle(repo: Repo, hook: str = "post-commit") -> Any:
    """What `status` says of the hook's newest run, once nobody runs or waits any more."""
    folder = folder_of(_git_dir(repo), hook)
    until(
        lambda: (
            os.path.exists(os.path.join(folder, "outcome"))
            and not is_taken(folder, "waiting")
            and not is_taken(folder, "running")
        ),
        what="the run in the background was over",
    )
    return _status(repo, hook)


def _status(repo: Repo, hook: str = "post-commit") -> Any:
    (found,) = [one for one in repo.json("status")["background"] if one["hook"] == hook]
    return found


def _commit(repo: Repo, text: str, *args: str, env: dict[str, str] | None = None) -> str:
    """Git's output; ours is nowhere in it."""
    repo.write("a", f"{text}\n")
    repo.git("add", "-A")
    done = repo.try_git("commit", "-q", "-m", text, *args, env=env or {})
    assert done.returncode == 0, said(done)
    return said(done)


def _runs(repo: Repo) -> list[Any]:
    """Oldest first."""
    runs: list[Any] = repo.json("history", "-n", "100")["runs"]
    return runs[::-1]


def test_git_goes_on_while_it_runs_and_then_status_tells(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    _gated(repo, gate)
    assert _commit(repo, "BROKEN") == "", "this returns while the stage is held, and with every pipe closed"
    gate.arrive()
    head = repo.git("rev-parse", "HEAD").decode()[:10]
    assert f"background: post-commit check of commit {head} is under way" in said(repo.gofigure("status"))
    gate.open()
    found = _settle(repo)
    assert (found["state"], found["about"], found["failed"]) == ("failed", f"commit {head}", ["s"])
    told = said(repo.gofigure("status"))
    assert f"background: post-commit check of commit {head} failed, " in told
    assert f": s (gofigure logs {found['runs'][0]})" in told
    assert [(run["trigger"], run["verdict"]) for run in _runs(repo)] == [("post-commit", "failed")]


def test_it_makes_way_for_a_commit_and_is_made_up_for(repo: Repo, rig: Rig) -> None:
    """A person sits before git commit; what is checked behind the scenes can wait."""
    gate = rig.gate()
    _gated(repo, gate)
    before = '\n[jobs.before]\non = ["pre-commit"]\nstages = ["b"]\n[stages.b]\nrun = "true"\n'
    repo.config((repo.root / ".gofigure.toml").read_text() + before)
    assert repo.gofigure("install-hooks").returncode == 0
    _commit(repo, "one")
    gate.arrive()
    told = _commit(repo, "two")
    assert "of after (process" in told
    assert "makes way, and will be made up for" in told
    gate.open()
    gate.open()  # the first to have another turn may come to it between the hook and the commit
    found = _settle(repo)
    head = repo.git("rev-parse", "HEAD").decode()[:10]
    assert found["about"] == f"commit {head}"
    first, *others = [run["verdict"] for run in _runs(repo) if run["job"] == "after"]
    assert first == "interrupted"
    assert others in (["passed"], ["passed", "passed"], ["passed", "reused"])


def test_after_a_commit_that_is_refused_it_is_made_up_for_as_well(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    _gated(repo, gate)
    before = '\n[jobs.before]\non = ["pre-commit"]\nstages = ["b"]\n[stages.b]\nrun = "! grep two a"\n'
    repo.config((repo.root / ".gofigure.toml").read_text() + before)
    assert repo.gofigure("install-hooks").returncode == 0
    _commit(repo, "one")
    gate.arrive()
    repo.write("a", "two\n")
    assert repo.try_git("commit", "-q", "-am", "two").returncode != 0
    gate.open()
    assert _settle(repo)["state"] == "passed"


def test_who_only_waits_for_a_turn_is_not_asked_to_make_way(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    repo.config(
        CONFIG.replace("LINE", "")
        + '[jobs.before]\non = ["pre-commit"]\nstages = ["b"]\n[stages.b]\nrun = "true"\n'
        + f"[jobs.long]\nstages = ['l']\n[stages.l]\nrun = '''{gate.sh}'''\n"
    )
    repo.write("a", "1\n")
    assert repo.gofigure("install-hooks").returncode == 0
    _commit(repo, "one", "--no-verify", env={"GOFIGURE": "0"})
    by_hand = rig.start(repo, "run", "long")
    gate.arrive()
    repo.git("commit", "-q", "--no-verify", "--allow-empty", "-m", "checked behind the scenes")
    repo.write("a", "two\n")
    committing = rig.start_program(["git", "commit", "-q", "-am", "two"], repo.root, repo.env)
    committing.until_says(b"waiting for ")
    gate.open()
    assert (by_hand.finish(), committing.finish()) == (0, 0)
    assert _settle(repo)["state"] in ("passed", "reused")


def test_the_next_run_mentions_a_failure_once(configured: Repo) -> None:
    _commit(configured, "BROKEN")
    _settle(configured)
    head = configured.git("rev-parse", "HEAD").decode()[:10]
    words = f"post-commit check of commit {head} failed "
    done = configured.gofigure("run")
    assert words in said(done)
    assert "ago: gofigure logs 1" in said(done) or "just now: gofigure logs 1" in said(done)
    assert words not in said(configured.gofigure("run"))


def test_the_next_hook_mentions_it_too_and_a_pass_takes_it_back(configured: Repo) -> None:
    configured.config(
        CONFIG.replace("LINE", "") + '[jobs.before]\non = ["pre-commit"]\nstages = ["b"]\n[stages.b]\nrun = "true"\n'
    )
    assert configured.gofigure("install-hooks").returncode == 0
    _commit(configured, "BROKEN")
    _settle(configured)
    assert "post-commit check of commit" in _commit(configured, "BROKEN, still")
    assert _settle(configured)["state"] == "failed"
    (configured.root / "a").write_text("fine\n")
    configured.git("commit", "-q", "-a", "--no-verify", "-m", "mended")
    assert _settle(configured)["state"] == "passed"
    assert "check of" not in said(configured.gofigure("run"))


def test_while_one_runs_one_waits_and_takes_the_newest(repo: Repo, rig: Rig, tmp_path: Path) -> None:
    gate = rig.gate()
    _gated(repo, gate)
    _commit(repo, "one")
    gate.arrive()
    for text in ("two", "three", "four"):
        _commit(repo, text)
    head = repo.git("rev-parse", "HEAD").decode()[:10]
    gate.open()
    gate.arrive()
    gate.open()
    assert _settle(repo)["about"] == f"commit {head}"
    assert len(_runs(repo)) == lines(tmp_path / "ran") == 2, "two and three were never checked: they are not the newest"


def test_a_rebase_comes_to_one_run(configured: Repo, tmp_path: Path) -> None:
    _commit(configured, "base")
    configured.git("checkout", "-q", "-b", "topic")
    configured.git("config", "core.hooksPath", "/dev/null")
    for at in range(20):
        configured.write(f"f{at}", f"{at}\n")
        _commit(configured, f"{at}")
    configured.git("checkout", "-q", "main")
    configured.write("c", "c\n")
    _commit(configured, "moved on")
    configured.git("checkout", "-q", "topic")
    configured.git("config", "--unset", "core.hooksPath")
    _settle(configured)
    before = len(_runs(configured))
    done = configured.try_git("rebase", "-q", "-X", "theirs", "main")
    assert done.returncode == 0, said(done)
    head = configured.git("rev-parse", "HEAD").decode()[:10]
    until(lambda: _settle(configured)["about"] == f"commit {head}", what="the last commit was checked")
    made = _runs(configured)[before:]
    assert 1 <= len(made) <= 2, [run["content"] for run in made]


def test_post_rewrite_is_about_the_tip_and_reads_what_git_wrote(repo: Repo, tmp_path: Path) -> None:
    repo.config(
        '[jobs.after]\non = ["post-rewrite"]\nbackground = true\nstages = ["s"]\n'
        f'[stages.s]\nrun = """echo "$1" > {tmp_path}/handed; cat >> {tmp_path}/handed"""\n'
    )
    assert repo.gofigure("install-hooks").returncode == 0
    _commit(repo, "one")
    old = repo.git("rev-parse", "HEAD").decode().strip()
    _commit(repo, "two", "--amend")
    new = repo.git("rev-parse", "HEAD").decode().strip()
    found = _settle(repo, "post-rewrite")
    assert (found["state"], found["about"]) == ("passed", f"commit {new[:10]}")
    assert (tmp_path / "handed").read_text() == f"amend\n{old} {new}\n"


def test_only_the_job_that_says_so_is_put_off(configured: Repo) -> None:
    configured.config(
        CONFIG.replace("LINE", "") + '[jobs.now]\non = ["post-commit"]\nstages = ["n"]\n[stages.n]\nrun = "true"\n'
    )
    assert "now: passed" in _commit(configured, "one")
    _settle(configured)
    assert [run["job"] for run in _runs(configured)] == ["now", "after"]


def test_the_terminal_is_closed_and_the_run_goes_on(repo: Repo, rig: Rig) -> None:
    """F31 of the table of faults."""
    gate = rig.gate()
    _gated(repo, gate)
    repo.git("add", "-A")
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(repo.root)
        os.execve("/bin/sh", ["sh", "-c", "git commit -q -m one; read forever"], dict(repo.env))
    stage = gate.arrive()
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert os.WTERMSIG(status) == signal.SIGHUP or os.WIFEXITED(status)
    assert alive(stage)
    gate.open()
    assert _settle(repo)["state"] == "passed"
    assert [run["verdict"] for run in _runs(repo)] == ["passed"]


def test_one_that_was_killed_is_not_under_way(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    _gated(repo, gate)
    _commit(repo, "one")
    stage = gate.arrive()
    runner = int(Path(f"/proc/{stage}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(runner, signal.SIGKILL)
    found = _settle(repo)
    assert (found["state"], found["said"]) == ("interrupted", "it was killed")
    with contextlib.suppress(ProcessLookupError):
        os.kill(stage, signal.SIGKILL)
    repo.config(CONFIG.replace("LINE", ""))
    assert "was interrupted" in said(repo.gofigure("run"))
    assert "was interrupted" not in said(repo.gofigure("run"))


def test_one_that_died_before_it_began_is_told_too(configured: Repo) -> None:
    _commit(configured, "one")
    _settle(configured)
    folder = Path(folder_of(_git_dir(configured), "post-commit"))
    os.utime(folder / "outcome", (0, 0))  # older than what is asked for
    os.utime(folder / "request", (9, 9))  # and that not just now
    found = _status(configured)
    assert (found["state"], "gone before it began" in found["said"]) == ("interrupted", True)
    assert "gone before it began" in said(configured.gofigure("run"))
    assert "gone before it began" not in said(configured.gofigure("run"))


def test_what_could_not_begin_is_told_and_on_record(configured: Repo) -> None:
    configured.config(CONFIG.replace("LINE", "").replace("inputs", "input"))
    _commit(configured, "one")
    folder = folder_of(_git_dir(configured), "post-commit")
    until(lambda: os.path.exists(os.path.join(folder, "untold")), what="it was told")
    found = outcome_of(_git_dir(configured), "post-commit")
    assert found is not None
    assert found.state == "not begun"
    assert "stages.s.input: unknown key" in found.said
    configured.config(CONFIG.replace("LINE", ""))
    assert "post-commit check could not be made" in said(configured.gofigure("status"))
    (skip,) = configured.json("history")["skips"]
    assert "in the background" in skip["reason"]
    assert "post-commit check could not be made" in said(configured.gofigure("run"))


def test_what_is_not_allowed_runs_nothing_and_says_so(configured: Repo, tmp_path: Path) -> None:
    assert configured.gofigure("allow", "--revoke").returncode == 0
    _commit(configured, "one")
    folder = folder_of(_git_dir(configured), "post-commit")
    until(lambda: os.path.exists(os.path.join(folder, "untold")), what="it was told")
    found = outcome_of(_git_dir(configured), "post-commit")
    assert found is not None
    assert "has not been allowed" in found.said
    assert lines(tmp_path / "ran") == 0


def test_where_nothing_can_be_put_off_git_waits(configured: Repo) -> None:
    blocker = Path(_git_dir(configured)) / "gofigure" / "background"
    blocker.write_text("in the way")
    assert "after: passed" in _commit(configured, "one")


def test_inside_a_run_git_waits(configured: Repo, tmp_path: Path) -> None:
    assert "after: passed" in _commit(configured, "one", env={"GOFIGURE_INSIDE": "00ff:1"})
    assert lines(tmp_path / "ran") == 1


def test_switched_off(configured: Repo, tmp_path: Path) -> None:
    assert "GOFIGURE=0" in _commit(configured, "one", env={"GOFIGURE": "0"})
    assert configured.json("status")["background"] == []
    assert lines(tmp_path / "ran") == 0


def test_what_is_remembered_of_the_configuration_is_of_these_very_bytes(configured: Repo) -> None:
    for text in ("one", "two"):
        _commit(configured, text)
        _settle(configured)
    configured.write(".gofigure.local.toml", "[jobs.after]\nbackground = false\n")
    assert "after: passed" in _commit(configured, "three")
    (configured.root / ".gofigure.local.toml").unlink()
    assert _commit(configured, "four") == ""
    _settle(configured)
    configured.config(CONFIG.replace("LINE", "").replace("background = true", "background = false"))
    assert "after: passed" in _commit(configured, "five")


def test_a_linked_worktree_has_its_own(configured: Repo, tmp_path: Path) -> None:
    _commit(configured, "one")
    _settle(configured)
    configured.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    side = configured.at(tmp_path / "side")
    _commit(side, "BROKEN")
    assert _settle(side)["state"] == "failed"
    assert _status(configured)["state"] == "passed"


def test_the_hook_imports_nothing_of_a_run(configured: Repo) -> None:
    """What it needs is what it costs: the run itself is another process's, and the configuration is remembered."""
    for text in ("one", "two"):
        _commit(configured, text)
    script = str(configured.root / ".git" / "hooks" / "post-commit")
    done = subprocess.run(
        [sys.executable, "-I", "-X", "importtime", "-m", "gofigure.cli.hook", "post-commit", script],
        cwd=configured.root,
        env=configured.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "|" in line}
    assert "gofigure.triggers.background" in imported
    assert not imported & {"gofigure.pipeline", "gofigure.store.store", "sqlite3", "click", "json", "tomli"}
    _settle(configured)


@pytest.mark.skipif(sys.platform != "linux", reason="notify-send is Linux's")
def test_a_word_on_the_desktop_of_a_failure_and_of_its_mending(configured: Repo, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    fake = programs / "notify-send"
    fake.write_text(f'#!/bin/sh\nprintf "%s|" "$@" >> {tmp_path}/shown\necho >> {tmp_path}/shown\n')
    fake.chmod(0o755)
    env = {"DISPLAY": ":9", "PATH": f"{programs}:{configured.env['PATH']}"}
    heads = []
    for text in ("fine", "BROKEN", "mended", "fine again"):
        _commit(configured, text, env=env)
        heads.append(configured.git("rev-parse", "HEAD").decode()[:10])
        _settle(configured)
    until(lambda: lines(tmp_path / "shown") == 2, what="both words were shown")
    begin = "--app-name=gofigure|--|gofigure: post-commit check of commit"
    assert (tmp_path / "shown").read_text().splitlines() == [
        f"{begin} {heads[1]} failed|s (in repo)|",
        f"{begin} {heads[2]} passed|gofigure logs 3 (in repo)|",
    ]
