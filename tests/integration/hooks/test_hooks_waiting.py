"""Two at once in one working tree: whoever waits is told for whom, and takes nobody for a part of itself."""

from __future__ import annotations

from support.repo import Repo
from support.rig import Rig, said


def test_the_hooks_other_jobs_run_although_somebody_waits_between_them(repo: Repo, rig: Rig) -> None:
    """Between two jobs the lock is free for a moment, and still held the words of the first."""
    gate = rig.gate()
    repo.config(
        '[jobs.a]\non = ["pre-commit"]\nstages = ["s"]\n[jobs.b]\non = ["pre-commit"]\nstages = ["t"]\n'
        f"[stages.s]\nrun = '''{gate.sh}'''\ninputs = ['f.txt']\n"
        "[stages.t]\nrun = '! grep bad f.txt'\ninputs = ['f.txt']\n"
    )
    repo.write("f.txt", "bad\n")
    assert repo.gofigure("install-hooks").returncode == 0
    repo.git("add", "-A")
    for _ in range(5):
        committing = rig.start_program(["git", "commit", "-q", "-m", "x"], repo.root, repo.env)
        gate.arrive()
        waiting = rig.start(repo, "run", "b")
        waiting.until_says(b"waiting for ")
        gate.open()
        assert committing.finish() != 0, committing.output.decode()
        assert waiting.finish() == 1, waiting.output.decode()
        assert b"is not started again" not in committing.output + waiting.output
        repo.write("f.txt", f"bad {_}\n")  # the first job is to run once more
        repo.git("add", "-A")
    assert "under way" not in said(repo.gofigure("status"))
