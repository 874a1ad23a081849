"""Folders that cannot be written, disks that are full, many processes at once."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.repo import Repo, clean_environment
from support.rig import Rig, lines, said

CONFIG = '[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "echo it ran"\ninputs = ["src/**"]\n'
NOBODY = 65534


@pytest.fixture
def of_nobody() -> Iterator[Repo]:
    """A repository of an ordinary user, allowed, in a folder that the user can reach; permissions hold for it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        home = Path(folder) / "home"
        home.mkdir()
        env = clean_environment(home)
        repo = Repo.create(Path(folder) / "repo", env)
        repo.config(CONFIG)
        repo.write("src/a", "1\n")
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", folder], check=True)
            drop = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
            repo = Repo(repo.root, env, (*drop, *repo.command))
            if repo.gofigure("--version").returncode != 0:
                pytest.skip("an ordinary user cannot run this installation")
        assert repo.gofigure("allow").returncode == 0
        try:
            yield repo
        finally:
            subprocess.run(["chmod", "-R", "u+rwX", folder], check=True)


def _make_read_only(repo: Repo) -> None:
    subprocess.run(["chmod", "-R", "a-w", repo.root], check=True)


def _nothing_is_written(repo: Repo) -> set[str]:
    return {str(path) for path in repo.root.rglob("*")}


def test_in_a_folder_that_was_never_writable_the_run_goes_on_without_memory(of_nobody: Repo) -> None:
    _make_read_only(of_nobody)
    done = of_nobody.gofigure("run")
    assert done.returncode == 0, said(done)
    assert "nothing will be remembered" in said(done)


def test_in_a_folder_that_cannot_be_written_the_run_goes_on_without_memory(of_nobody: Repo) -> None:
    """F5: pre-commit has tests for a read-only store too."""
    of_nobody.gofigure("run")
    (of_nobody.root / ".gofigure").unlink()
    _make_read_only(of_nobody)
    before = _nothing_is_written(of_nobody)
    for _ in range(2):
        done = of_nobody.gofigure("run")
        assert done.returncode == 0, said(done)
        assert "nothing will be remembered" in said(done)
        assert "j: passed (1 passed)" in said(done)
        assert "bug" not in said(done)
    assert _nothing_is_written(of_nobody) == before
    for command in ("status", "history"):
        assert of_nobody.gofigure(command).returncode == 0


def test_a_failure_is_told_there_as_well(of_nobody: Repo) -> None:
    of_nobody.gofigure("run")
    of_nobody.config(CONFIG.replace("echo it ran", "false"))
    _make_read_only(of_nobody)
    done = of_nobody.gofigure("run")
    assert done.returncode == 1, said(done)


def test_a_store_from_better_times_in_a_folder_that_cannot_be_written_now(of_nobody: Repo) -> None:
    assert of_nobody.gofigure("run").returncode == 0
    _make_read_only(of_nobody)
    for command in ("run", "status", "history"):
        done = of_nobody.gofigure(command)
        assert done.returncode == 0, said(done)
        assert "bug" not in said(done)
        if command == "run":
            assert "nothing new will be remembered" in said(done)
            assert "j: reused (1 reused)" in said(done), "what was proven before still counts"
        if command == "history":
            assert "j  passed" in said(done)
    of_nobody.root.chmod(0o755)


def test_a_store_that_may_be_read_in_a_folder_where_no_journal_can_be_made(of_nobody: Repo) -> None:
    assert of_nobody.gofigure("run").returncode == 0
    (of_nobody.root / ".gofigure-journal").unlink(missing_ok=True)
    of_nobody.root.chmod(0o555)
    done = of_nobody.gofigure("run")
    assert done.returncode == 0, said(done)


FULL = r"""
set -e
mount -t tmpfs -o size=1500k tmpfs "$1"
cd "$1"
git init -q .
mkdir src; echo 1 > src/a
printf '%s' "$CONFIG" > .gofigure.toml
$GOFIGURE allow > /dev/null
$GOFIGURE run > /dev/null
set +e
for left in 0 1 2 3 4 6 8 10 12 16 20 24; do
    rm -f filler reserve
    dd if=/dev/zero of=reserve bs=4k count=$left 2> /dev/null
    dd if=/dev/zero of=filler bs=4k 2> /dev/null
    rm -f reserve
    $GOFIGURE run --no-cache > ../said 2>&1; echo "full $? $(grep -c . ../said)"; cat ../said
    $GOFIGURE status > ../said 2>&1; echo "status $?"; cat ../said
done
rm filler
$GOFIGURE run > ../said 2>&1; echo "after $?"; cat ../said
"""


def test_on_a_full_disk_it_says_so_and_afterwards_all_is_well(tmp_path: Path, environment: dict[str, str]) -> None:
    """F4, G5."""
    (tmp_path / "disk").mkdir()
    script = tmp_path / "full.sh"
    script.write_text(FULL)
    own_mounts = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    if subprocess.run([*own_mounts, "mount", "-t", "tmpfs", "x", tmp_path / "disk"], check=False).returncode != 0:
        pytest.skip("no mount namespace of our own can be had here")
    done = subprocess.run(
        [*own_mounts, "sh", script, tmp_path / "disk"],
        env={**environment, "CONFIG": CONFIG, "GOFIGURE": "1"} | {"GOFIGURE": f"{sys.executable} -m gofigure"},
        capture_output=True,
        check=False,
    )
    words = said(done)
    assert done.returncode == 0, words
    codes = [line.split()[1] for line in words.splitlines() if line.startswith("full ")]
    assert len(codes) == 12
    assert set(codes) <= {"0", "2"}, words
    assert codes[0] == "2", words
    complaints = [line for line in words.splitlines() if line.startswith("gofigure: ")]
    assert all(re.search("disk is full|diskspace|No space left", line) for line in complaints), words
    assert any(".gofigure: the disk is full" in line for line in complaints), words
    assert "Traceback" not in words
    assert "bug" not in words
    assert "after 0\n" in words
    assert "set-aside" not in words


WRITER = """
import sys
from gofigure.store.ledger import NewRun
from gofigure.store.store import Store
path, number = sys.argv[1:]
store, notice = Store.open(path, b"token")
assert not notice, notice
with store:
    for turn in range(50):
        run = store.begin(NewRun("job", "manual", number, "c", bytes(32), "main", 1), [("s", "why", bytes(32))])
        store.record(run, started=["s"])
        with store._db.writing():  # read first, then write: it needs the lock from the beginning
            store._db.execute("SELECT count(*) FROM runs").fetchone()
            store._db.execute("UPDATE runs SET content = 'd' WHERE id = ?", (run,))
print("done")
"""


def test_many_writers_at_once_never_see_a_lock(tmp_path: Path, rig: Rig, environment: dict[str, str]) -> None:
    """F7, G6: BEGIN IMMEDIATE; a deferred transaction would fail at once. They also create the file together."""
    place = tmp_path / ".gofigure"
    argv = [sys.executable, "-c", WRITER, str(place)]
    started = [rig.start_program([*argv, str(number)], tmp_path, environment) for number in range(8)]
    codes = [running.finish() for running in started]
    assert codes == [0] * 8, b"\n".join(running.output for running in started).decode()
    import sqlite3

    database = sqlite3.connect(place)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("SELECT count(*) FROM runs").fetchone() == (400,)
    assert database.execute("SELECT worktree, count(*) FROM runs GROUP BY 1").fetchall() == [
        (str(number), 50) for number in range(8)
    ]
    assert database.execute("SELECT count(*) FROM stage_runs WHERE state = 'running'").fetchone() == (400,)
    database.close()


HOLDER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_store_that_another_program_keeps_locked_is_told_after_some_seconds(repo: Repo) -> None:
    """F7: a clear message in the end, and never a hook that hangs."""
    repo.config(CONFIG)
    repo.gofigure("allow")
    assert repo.gofigure("run").returncode == 0
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, repo.root / ".gofigure"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        done = repo.gofigure("run", "--no-cache")
        holder.communicate()
    assert done.returncode == 2
    assert "has been locked by another process for 10 s" in said(done)
    assert lines(repo.root / "nothing") == 0
    assert repo.gofigure("run").returncode == 0
