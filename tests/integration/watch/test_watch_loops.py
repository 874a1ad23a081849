"""The table of cases: how often a job runs, whatever it writes. Counts are those of the rule (docs/decisions/0027).

Where one differs from the research's table, which is about a longer rule, the test says why.
"""

from __future__ import annotations

import os
import signal

import pytest
from support.watcher import Watcher, Watching, ran
from support.repo import Repo
from support.rig import Rig, said

FORMATTER = "sed -i 's/ *$//' a.py"


def test_a_untracked_binary_three_edits(repo: Repo, watching: Watching) -> None:
    """Three runs; no confirmation later, as what is born under a run is its own at once."""
    watcher = watching("date +%s%N > app.bin")
    before = ran(repo)
    for edit in range(3):
        repo.write("a.py", f"edit {edit}\n")
        assert not watcher.rest().jobs[0].stale
    assert ran(repo) - before == 3


def test_a2_committed_output_that_nobody_has_declared(repo: Repo, watching: Watching) -> None:
    """Two runs for each edit: nothing is learned, so it is eight and not six; the second one changes nothing."""
    watcher = watching("cp a.py dist", files={"a.py": "one\n", "dist": "one\n"})
    before = ran(repo)
    for edit in range(4):
        repo.write("a.py", f"edit {edit}\n")
        assert watcher.rest().jobs[0].verdict == "passed"
    assert ran(repo) - before == 8


def test_a2_committed_output_declared(repo: Repo, watching: Watching) -> None:
    watcher = watching("cp a.py dist", files={"a.py": "one\n", "dist": "one\n"}, stage='outputs = ["dist"]')
    before = ran(repo)
    for edit in range(4):
        repo.write("a.py", f"edit {edit}\n")
        watcher.rest()
    assert ran(repo) - before == 4


def test_b_formatter_rewrites_what_was_edited(repo: Repo, watching: Watching) -> None:
    watcher = watching(FORMATTER)
    before = ran(repo)
    repo.write("a.py", "two   \n")
    job = watcher.rest().jobs[0]
    assert (repo.root / "a.py").read_text() == "two\n"
    assert (ran(repo) - before, job.verdict, job.stale) == (2, "passed", ())
    watcher.rest()
    assert ran(repo) - before == 2


def test_b2_formatter_without_a_fixpoint_rustfmt_1344(repo: Repo, watching: Watching) -> None:
    watcher = watching("tr ab ba < a.py > ../t; cat ../t > a.py", files={"a.py": "aa\n"})
    held = watcher.rest().jobs[0]
    assert ran(repo) == 2
    assert "two tools disagree on a.py" in held.held
    assert "-bb" in held.held
    assert "+aa" in held.held
    repo.write("a.py", "ab\n")
    watcher.rest()
    assert ran(repo) == 4


def test_c_generator_stamps_a_tracked_file(repo: Repo, watching: Watching) -> None:
    """Three runs and a notice, once; then one for each edit: what it was held for is known."""
    watcher = watching("date +%s%N > stamp", files={"a.py": "one\n", "stamp": "0\n"})
    job = watcher.rest().jobs[0]
    assert ran(repo) == 3
    assert "stamp" in job.held
    assert 'outputs = ["stamp"]' in job.held
    for edit in range(2):
        repo.write("a.py", f"edit {edit}\n")
        assert watcher.rest().jobs[0].stale == ("stamp",)
    assert ran(repo) == 5


def test_d_user_saves_another_file_under_a_run(repo: Repo, watching: Watching, rig: Rig) -> None:
    gate = rig.gate()
    watcher = watching(f"test ! -e ../gated || {{ {gate.sh}; }}", files={"a.py": "one\n", "b.py": "one\n"})
    before = ran(repo)
    (repo.root.parent / "gated").touch()
    repo.write("a.py", "two\n")
    gate.arrive()
    repo.write("b.py", "two\n")
    gate.open()
    gate.arrive()  # the follow-up
    assert watcher.job().stale == ("b.py",)
    gate.open()
    job = watcher.rest().jobs[0]
    assert (ran(repo) - before, job.verdict, job.stale) == (2, "passed", ())


@pytest.mark.parametrize("line", [":", "date +%s%N > app.bin"])
def test_e_manual_run_while_watching(repo: Repo, watching: Watching, line: str) -> None:
    watcher = watching(line)
    before = ran(repo)
    assert repo.gofigure("run", "--no-cache").returncode == 0
    watcher.rest()
    assert ran(repo) - before == 1


def test_e_manual_run_of_a_formatter(repo: Repo, watching: Watching, rig: Rig) -> None:
    """What it has changed is followed up by the watcher."""
    gate = rig.gate()
    watcher = watching(f"test ! -e ../gated || {{ {gate.sh}; }}; {FORMATTER}")
    before = ran(repo)
    watcher.kill(signal.SIGSTOP)
    repo.write("a.py", "two   \n")
    assert repo.gofigure("run").returncode == 0
    watcher.kill(signal.SIGCONT)
    job = watcher.rest().jobs[0]
    assert (ran(repo) - before, job.verdict) == (2, "passed")


def test_f_two_watchers_on_one_tree(repo: Repo, watching: Watching, rig: Rig) -> None:
    watcher = watching(":")
    viewer = rig.start(repo, "watch", "--json", "--no-notify")
    viewer.until_says(b'"ready": true')
    before = ran(repo)
    repo.write("a.py", "two\n")
    watcher.rest()
    assert ran(repo) - before == 1


def test_g_branch_switches(repo: Repo, watching: Watching) -> None:
    """One run for the branch never seen; main was proven when the watch began, so nothing else runs."""
    repo.write("a.py", "one\n")
    repo.config("settle = 0.05")
    repo.commit()
    repo.git("checkout", "-q", "-b", "feat")
    for number in range(500):
        repo.write(f"src/{number}.py", f"{number}\n")
    repo.commit()
    repo.git("checkout", "-q", "main")
    watcher = watching(":")
    repo.git("checkout", "-q", "feat")
    repo.git("merge", "-q", "main")
    watcher.rest()
    before = ran(repo)
    verdicts = []
    for branch in ("main", "feat", "main"):
        repo.git("checkout", "-q", branch)
        verdicts.append(watcher.rest().jobs[0].verdict)
    assert ran(repo) == before
    assert set(verdicts) == {"reused"}


def test_h_nothing_that_leaves_the_content_as_it_is(repo: Repo, watching: Watching) -> None:
    """entr, watchexec#204 and #367, watchfiles#227: asked for for nine years."""
    watcher = watching(":", files={"a.py": "one\n", "src/b.py": "two\n"})
    before = ran(repo)
    os.utime(repo.root / "a.py")
    watcher.rest()
    repo.write("a.py", "one\n")
    watcher.rest()
    (repo.root / "src").chmod(0o700)
    watcher.rest()
    text = (repo.root / "src/b.py").read_bytes()
    (repo.root / "src/b.py").unlink()
    repo.write("src/b.py", text)
    watcher.rest()
    repo.git("checkout", "-q", "-b", "other")
    repo.git("checkout", "-q", "main")
    watcher.rest()
    assert ran(repo) == before


def test_i_restart_after_a_kill(repo: Repo, watching: Watching, rig: Rig) -> None:
    watcher = watching(":")
    watcher.kill(signal.SIGKILL)
    watcher.ended()
    again = Watcher(rig, repo)
    again.rest()
    assert ran(repo) == 1
    again.kill(signal.SIGKILL)
    again.ended()
    repo.write("a.py", "while nobody watched\n")
    Watcher(rig, repo).rest()
    assert ran(repo) == 2


def test_i_a_full_queue_of_events_watchdog_654(repo: Repo, watching: Watching) -> None:
    watcher = watching(":")
    watcher.kill(signal.SIGSTOP)
    for number in range(20_000):
        os.close(os.open(repo.root / f"f{number}", os.O_CREAT | os.O_WRONLY))
    repo.write("a.py", "two\n")
    watcher.kill(signal.SIGCONT)
    state = watcher.rest()
    assert ran(repo) == 2
    newest = repo.json("history")["runs"][0]
    assert newest["tree"] == repo.digest(), said(repo.gofigure("history"))
    assert any("lost" in note for note in state.notes)


def test_a_commit_of_what_was_watched_is_proven(repo: Repo, watching: Watching) -> None:
    """With line ends that git converts, too: one digest domain."""
    watcher = watching(":", files={".gitattributes": "*.py text eol=crlf\n", "a.py": "one\r\n"})
    config = repo.root / ".gofigure.toml"
    config.write_text(config.read_text().replace("'change'", "'change', 'pre-commit'"))
    assert repo.gofigure("install-hooks").returncode == 0
    repo.commit("configuration")
    repo.write("a.py", "two\r\nthree\r\n")
    repo.write("new.py", "new\r\n")
    watcher.rest()
    before = ran(repo)
    assert repo.commit("what was watched").returncode == 0
    assert ran(repo) == before
    watcher.rest()
    assert ran(repo) == before
