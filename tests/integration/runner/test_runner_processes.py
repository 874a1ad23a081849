"""What a stage gets, what becomes of its output, and that nothing of it outlives the run."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import Rig, alive, lines, said, stages, until, verdicts


def _one(repo: Repo, run: str, *more: str) -> None:
    quoted = json.dumps(run)
    repo.config('[jobs.j]\nstages = ["s"]\n[stages.s]\n' + "\n".join((f"run = {quoted}", *more)) + "\n")
    assert repo.gofigure("allow").returncode == 0


def _log(repo: Repo) -> bytes:
    path = repo.json("history")["runs"][0]["stages"][0]["log"]
    return Path(path).read_bytes() if path else b""


def test_the_environment_is_a_short_list_and_what_is_declared(repo: Repo, tmp_path: Path) -> None:
    """T16, mise#9053: nothing secret is inherited by chance. A golden list."""
    _one(
        repo,
        "env > ../env",
        'env = { SET = "by us", PASSED = "overruled" }',
        'pass_env = ["DATABASE_URL", "PASSED", "UNSET"]',
    )
    path = repo.env["PATH"]
    env = {
        "AWS_SECRET_ACCESS_KEY": "no", "GITHUB_TOKEN": "no", "GIT_DIR": str(repo.root / ".git"), "PYTHONPATH": "/no",
        "LD_PRELOAD": "", "BASH_ENV": "/no", "ENV": "/no", "GOFIGURE": "1", "DATABASE_URL": "postgres://x",
        "PASSED": "theirs",
        "LANG": "C.UTF-8", "TERM": "dumb", "TZ": "UTC", "XDG_CACHE_HOME": "/cache", "HTTPS_PROXY": "http://proxy",
    }  # fmt: skip
    done = repo.gofigure("run", env=env)
    assert done.returncode == 0, said(done)
    got = dict(line.split("=", 1) for line in (tmp_path / "env").read_text().splitlines())
    marker, part = got.pop("GOFIGURE_RUN"), got.pop("GOFIGURE_RUN_PART")
    assert got.pop("GOFIGURE_INSIDE") == marker
    assert marker.endswith(":1")
    assert part
    for shell_made in ("PWD", "OLDPWD", "SHLVL", "_"):
        got.pop(shell_made, None)
    kept = {name: os.environ[name] for name in ("TMPDIR", "SSL_CERT_FILE") if name in os.environ}
    kept |= {name: repo.env[name] for name in ("SSL_CERT_FILE", "TMPDIR") if name in repo.env}
    assert got == {
        **kept,
        "PATH": path,
        "HOME": repo.env["HOME"],
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "TZ": "UTC",
        "XDG_CACHE_HOME": "/cache",
        "HTTPS_PROXY": "http://proxy",
        "SET": "by us",
        "PASSED": "overruled",
        "DATABASE_URL": "postgres://x",
    }


def test_standard_input_is_empty(repo: Repo) -> None:
    _one(repo, "cat | wc -c; test ! -t 0")
    done = repo.gofigure("run")
    assert done.returncode == 0, said(done)
    assert _log(repo).split() == [b"0"]


def test_a_stage_without_a_location_runs_at_the_root_even_from_a_subfolder(repo: Repo) -> None:
    repo.write("deep/er/file", "x")
    _one(repo, "pwd")
    assert repo.gofigure("run", cwd=repo.root / "deep/er").returncode == 0
    assert _log(repo).decode().strip() == os.path.realpath(repo.root)


def test_locations_are_the_folders_that_it_runs_in_one_after_another(repo: Repo) -> None:
    for name in ("a", "b"):
        repo.write(f"{name}/file", "x")
    _one(repo, "pwd >> ../../where", 'locations = ["a", "b"]')
    assert repo.gofigure("run").returncode == 0
    where = (repo.root.parent / "where").read_text().split()
    assert [Path(place).name for place in where] == ["a", "b"]


def test_a_broken_pipe_is_silent_as_in_any_shell(repo: Repo) -> None:
    """Python ignores SIGPIPE and would hand that down: `yes | head` would complain."""
    _one(repo, "yes | head -n 1; awk '/SigIgn/ {print $2}' /proc/self/status")
    done = repo.gofigure("run")
    assert done.returncode == 0, said(done)
    said_lines = _log(repo).split()
    assert said_lines[0] == b"y"
    assert b"Broken pipe" not in _log(repo)
    ignored = int(said_lines[-1], 16)
    assert not ignored & (1 << signal.SIGPIPE - 1)


def test_a_background_child_that_holds_the_output_does_not_hold_the_run(repo: Repo, rig: Rig) -> None:
    """F17, G8; gptme#3756, goreleaser#7093: pre-commit, prek and lefthook waited for all of its four seconds."""
    gate = rig.gate()
    _one(repo, f"echo before; ( {gate.sh} ) & echo after", 'inputs = ["a"]')
    running = rig.start(repo, "run")
    pid = gate.arrive()
    assert running.finish() == 0, "though nobody opened the gate"
    assert _log(repo) in (b"before\nafter\n", b"after\nbefore\n")
    until(lambda: not alive(pid), what="the child was ended")
    assert b"left 1 process" in running.output or b"process(es) running; they were ended" in running.output


def test_the_log_is_the_output_byte_for_byte(repo: Repo, tmp_path: Path) -> None:
    noise = bytes(range(256)) * 300 + b"\r\n\x1b[31mred\x1b[0m no end of line"
    (tmp_path / "noise").write_bytes(noise)
    _one(repo, "cat ../noise; cat ../noise >&2")
    assert repo.gofigure("run").returncode == 0
    assert _log(repo) == noise * 2


def test_a_megabyte_without_a_single_line_end(repo: Repo) -> None:
    """F18, small."""
    _one(repo, "head -c 3000000 /dev/zero; exit 1")
    done = repo.gofigure("run")
    assert done.returncode == 1
    assert len(_log(repo)) == 3_000_000
    assert len(done.stdout) < 10_000


def test_the_lines_that_tell_are_shown(repo: Repo) -> None:
    _one(repo, "seq 1 500; echo 'src/a.py:3: error: it is undefined'; seq 501 1000; exit 1")
    done = repo.gofigure("run")
    shown = [line for line in said(done).splitlines() if "| " in line]
    assert any("src/a.py:3: error: it is undefined" in line for line in shown[:3])
    assert len(shown) <= 8
    assert "src/a.py:3: error: it is undefined" in stages(repo.json("run"))["s"]["excerpt"]


def test_or_else_the_last_lines(repo: Repo) -> None:
    _one(repo, "seq 1 500; exit 1")
    assert stages(repo.json("run"))["s"]["excerpt"] == [str(number) for number in range(493, 501)]


def test_output_cannot_play_tricks_on_the_terminal(repo: Repo) -> None:
    """T13; git CVE-2024-52005: window titles, the clipboard, a cleared screen, a line that is overwritten."""
    tricks = "printf 'fatal: \\033]0;owned\\007\\033]52;c;AAAA\\007\\033[2J\\rhidden \\233 end\\n'; exit 1"
    _one(repo, tricks)
    done = repo.gofigure("run")
    assert not set(done.stdout + done.stderr) & {0x1B, 0x07, 0x0D, 0x9B}
    assert "hidden" in said(done)


def test_nor_with_the_control_characters_of_unicode(repo: Repo) -> None:
    """U+009B is what ESC [ is."""
    _one(repo, "printf 'fatal: \\302\\2332Jcleared\\n'; exit 1")
    done = repo.gofigure("run")
    assert "\x9b" not in said(done)


# Orphaned, in a session of its own, without our mark in its environment.
DEAF = "( setsid env -i sh -c 'trap \"\" INT TERM HUP; {gate}' & );"
POLITE = "( setsid env -i sh -c 'trap exit INT; {gate}' & );"


@pytest.mark.parametrize(
    ("number", "line"),
    [(signal.SIGINT, DEAF), (signal.SIGTERM, POLITE), (signal.SIGHUP, POLITE)],
    ids=["INT", "TERM", "HUP"],
)
def test_a_request_to_stop_ends_everything_and_is_recorded(
    repo: Repo, rig: Rig, number: signal.Signals, line: str
) -> None:
    """F16, F30, G7; pre-commit#3619: hooks lived on. Here one has left everything, and is deaf."""
    stage, stray = rig.gate("stage"), rig.gate("stray")
    run = json.dumps(f"{line.format(gate=stray.sh)} {stage.sh}")
    repo.config(
        '[jobs.j]\nstages = ["first", "held", "never"]\nstrict_dependency = true\n'
        '[stages.first]\nrun = "echo first >> ../first"\ninputs = ["a"]\n'
        f'[stages.held]\nrun = {run}\ninputs = ["a"]\n[stages.never]\nrun = "touch ../never"\n'
    )
    repo.write("a", "1\n")
    repo.gofigure("allow")
    running = rig.start(repo, "run")
    pids = stray.arrive(), stage.arrive()
    os.kill(running.pid, number)
    assert running.finish() == 130
    assert b"j: interrupted" in running.output
    assert not any(map(alive, pids))
    assert not (repo.root.parent / "never").exists()
    run_row = repo.json("history")["runs"][0]
    assert run_row["verdict"] == "interrupted"
    ran = {row["stage"]: row for row in run_row["stages"]}
    assert {name: row["verdict"] for name, row in ran.items()} == {
        "first": "passed",
        "held": "interrupted",
        "never": "skipped",
    }
    assert ran["first"]["proven"] == 1
    assert ran["held"]["proven"] == 0
    assert ran["held"]["note"] == number.name
    assert {row["stage"]: row["proven"] for row in repo.json("status")["jobs"][0]["stages"]} == {
        "first": True,
        "held": False,
        "never": False,
    }


def test_ctrl_c_at_a_commit_leaves_index_and_files_as_they_were(repo: Repo, rig: Rig) -> None:
    """G9. Ctrl-C reaches git, the script and gofigure at once: the whole group."""
    gate = rig.gate()
    _one(repo, gate.sh, 'inputs = ["a"]')
    repo.config((repo.root / ".gofigure.toml").read_text().replace("[jobs.j]", '[jobs.j]\non = ["pre-commit"]'))
    repo.gofigure("install-hooks")
    repo.write("a", "1\n")
    repo.git("add", "-A")
    repo.write("a", "2\n")
    before = repo.git("status", "--porcelain=v2"), repo.git("ls-files", "-s"), (repo.root / "a").read_bytes()
    running = rig.start_program(["git", "commit", "-m", "one"], repo.root, repo.env)
    pid = gate.arrive()
    os.killpg(running.pid, signal.SIGINT)
    assert running.finish() != 0
    until(lambda: not alive(pid), what="the stage is gone")
    after = repo.git("status", "--porcelain=v2"), repo.git("ls-files", "-s"), (repo.root / "a").read_bytes()
    assert after == before
    assert not (repo.root / ".git/index.lock").exists()
    assert repo.try_git("rev-parse", "HEAD").returncode != 0
    until(lambda: repo.json("history")["runs"][0]["verdict"] == "interrupted", what="it is recorded")


def test_ten_thousand_lines_from_two_stages_at_once_are_not_mixed(repo: Repo) -> None:
    repo.config('[jobs.j]\nstages = ["a", "b"]\n[stages.a]\nrun = "seq 1 20000"\n[stages.b]\nrun = "seq 20001 40000"\n')
    repo.gofigure("allow")
    ran = stages(repo.json("run", "-j", "2"))
    for name, first in (("a", 1), ("b", 20001)):
        assert Path(ran[name]["log"]).read_text().split() == [str(number) for number in range(first, first + 20000)]


def test_stages_whose_names_are_no_file_names(repo: Repo) -> None:
    repo.config(
        '[jobs.j]\nstages = ["../../../escape", "a b", "ü/é"]\n'
        '[stages."../../../escape"]\nrun = "echo 1"\n[stages."a b"]\nrun = "echo 2"\n[stages."ü/é"]\nrun = "echo 3"\n'
    )
    if repo.gofigure("allow").returncode == 2:
        return  # refused by the configuration, which is as good
    ran = stages(repo.json("run"))
    state = repo.root / ".git/gofigure/runs"
    assert all(Path(stage["log"]).resolve().is_relative_to(state.resolve()) for stage in ran.values())
    assert len({stage["log"] for stage in ran.values()}) == 3
    assert verdicts(repo.json("run"))["a b"] == "reused"
    assert lines(repo.root.parent / "nothing") == 0
