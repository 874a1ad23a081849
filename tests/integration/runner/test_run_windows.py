"""Every run records what changed in the working tree while it ran: whoever started it, and however it ended."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from collections.abc import Iterator

import pytest
from support.pair import project_at
from support.repo import Repo
from support.rig import Rig, said

from gofigure.events import ignore
from gofigure.model import CHANGE, Trigger
from gofigure.project import load_config
from gofigure.queries import plans, reading
from gofigure.runner.disagreement import disagreement
from gofigure.runner.no_loops import Chain, Seen, after, decide
from gofigure.runner.plan import job_digest
from gofigure.runner.window import causes, chain_of, outside, ran
from gofigure.store.bounds import Bounds
from gofigure.store.ledger import NewRun
from gofigure.store.store import Store
from gofigure.store.windows import MOST_PATHS, Window
from gofigure.subject import Request


def _job(repo: Repo, run: str, more: str = "", on: str = "") -> None:
    """One job with one stage; a.py is tracked."""
    repo.config(f"[jobs.j]\non = [{on}]\nstages = ['s']\n[stages.s]\nrun = '''{run}'''\n{more}\n")
    repo.write(".gitignore", "*.log\n")
    repo.write("a.py", "x  \n")
    assert repo.commit("one").returncode == 0
    assert repo.gofigure("allow").returncode == 0


@contextlib.contextmanager
def _store(repo: Repo) -> Iterator[Store]:
    with reading(project_at(repo), ignore) as store:
        yield store


def _digest(repo: Repo) -> bytes:
    """The job's, on what stands in the working tree now."""
    project = project_at(repo)
    (plan,) = plans(project, load_config(project), Request(Trigger("manual"), repo.env, ("j",)), ignore)
    return job_digest(plan)


def _window(repo: Repo, run: int) -> Window | None:
    with _store(repo) as store:
        return store.windows.of_run(run)


def _roles(repo: Repo, run: int) -> dict[bytes, str]:
    window = _window(repo, run)
    return {one.path: one.role for one in window.paths} if window is not None else {}


def _chain(repo: Repo) -> Chain:
    with _store(repo) as store:
        return chain_of(store, "j", str(repo.root))


def _act(repo: Repo) -> str:
    """What the rule would have the engine do now, by what is on record."""
    return decide(_chain(repo), Seen(_digest(repo))).act


def test_a_run_that_changes_nothing_leaves_no_row(repo: Repo) -> None:
    _job(repo, "echo x > its.log")
    done = repo.json("run")["runs"][0]
    assert (done["verdict"], done["stale"]) == ("passed", [])
    assert _window(repo, 1) is None, "what git ignores is nothing that changed"
    assert _chain(repo).consumed == _digest(repo)
    assert repo.json("run")["runs"][0]["verdict"] == "reused"
    assert _chain(repo).consumed == _digest(repo)
    assert _act(repo) == "nothing"


def test_a_formatter(repo: Repo) -> None:
    _job(repo, "sed -i 's/ *$//' a.py")
    before = _digest(repo)
    done = repo.gofigure("run")
    assert done.returncode == 0, said(done)
    assert "while it ran, a.py changed" in said(done)
    assert "stale:" not in said(done), "that is said already"
    assert _roles(repo, 1) == {b"a.py": "stale"}
    chain = _chain(repo)
    assert chain.consumed == before
    assert chain.stale == {b"a.py"}
    assert _act(repo) == "follow up"
    assert repo.json("run")["runs"][0]["stale"] == []
    assert _act(repo) == "nothing"


def test_a_binary_that_is_born_and_born_again(repo: Repo) -> None:
    _job(repo, "cp a.py app")
    assert repo.json("run")["runs"][0]["stale"] == []
    assert _roles(repo, 1) == {b"app": "born"}
    assert _act(repo) == "nothing", "it is consumed with the tree that it left"
    repo.write("a.py", "y\n")
    assert repo.gofigure("run").returncode == 0
    assert _roles(repo, 2) == {b"app": "born"}, "written by runs only, since it was born"
    assert _act(repo) == "nothing"
    repo.write("app", "mine\n")
    assert repo.gofigure("run").returncode == 0
    assert _roles(repo, 3) == {b"app": "stale"}, "its user has written it before"
    repo.write("a.py", "z\n")
    assert repo.gofigure("run").returncode == 0
    assert _roles(repo, 4) == {b"app": "stale"}, "and it was not born since"


def test_what_git_tracks_is_never_born(repo: Repo) -> None:
    _job(repo, "cp a.py app && git add app")
    assert repo.json("run")["runs"][0]["stale"] == ["app"]


def test_many_that_are_born(repo: Repo) -> None:
    _job(repo, f"for i in $(seq {MOST_PATHS + 5}); do : > made$i; done; git add made999")
    assert repo.gofigure("run").returncode == 0
    window = _window(repo, 1)
    assert window is not None
    assert (window.total, len(window.paths)) == (MOST_PATHS + 5, MOST_PATHS)
    assert (window.paths[0].path, {one.role for one in window.paths}) == (b"made1", {"born", "stale"})
    assert _roles(repo, 1)[b"made999"] == "stale", "these are the last to be left out"


def test_a_declared_output(repo: Repo) -> None:
    _job(repo, "date +%N > dist/app", "outputs = ['dist/**']")
    repo.write("dist/app", "old\n")
    assert repo.commit("dist").returncode == 0
    assert repo.json("run")["runs"][0]["stale"] == []
    assert _roles(repo, 1) == {b"dist/app": "output"}
    assert _act(repo) == "nothing"


@pytest.mark.parametrize(("ends", "code"), [("true", 0), ("false", 1)])
def test_its_user_edits_under_it(repo: Repo, rig: Rig, ends: str, code: int) -> None:
    gate = rig.gate()
    _job(repo, f"{gate.sh.replace(chr(39), chr(34))}; {ends}", "inputs = ['a.py']")
    repo.write("README", "first\n")
    assert repo.commit("README").returncode == 0
    before = _digest(repo)
    running = rig.start(repo, "run")
    gate.arrive()
    repo.write("a.py", "mine\n")
    repo.write("README", "mine\n")
    gate.open()
    assert running.finish() == code, running.output
    told = running.output.decode()
    assert ("  stale: a.py changed while it ran\n" in told) is bool(code), "a pass says so beside its stage"
    assert "a.py changed" in told
    assert _roles(repo, 1) == {b"a.py": "stale", b"README": "other"}
    assert _chain(repo).consumed == before
    assert _act(repo) == "follow up"


def test_what_the_job_does_not_read_is_not_stale(repo: Repo) -> None:
    _job(repo, "echo y > b.py", "inputs = ['a.py']")
    repo.write("b.py", "x\n")
    assert repo.commit("b").returncode == 0
    assert repo.json("run")["runs"][0]["stale"] == []
    assert _roles(repo, 1) == {b"b.py": "other"}
    assert _act(repo) == "nothing"


def test_what_is_read_through_a_link_is_stale(repo: Repo) -> None:
    os.symlink("a.py", repo.root / "link")
    _job(repo, "echo y > a.py", "inputs = ['link']")
    assert repo.json("run")["runs"][0]["stale"] == ["a.py"]


@pytest.mark.parametrize(("more", "verdict"), [("", "passed"), ("cache = false", "passed"), ("", "failed")])
def test_a_run_looks_twice(repo: Repo, more: str, verdict: str) -> None:
    """Before it begins and when it has ended; not once more, however it ends."""
    _job(repo, "true" if verdict == "passed" else "false", more)
    trace = repo.root.parent / "trace"
    assert repo.json("run")["runs"][0]["verdict"] == verdict
    repo.write("a.py", "y\n")
    repo.gofigure("run", env={"GIT_TRACE": str(trace)})
    assert trace.read_text().count("built-in: git status ") == 2


def test_by_a_hook(repo: Repo) -> None:
    _job(repo, "sed -i 's/ *$//' a.py; cp a.py app", on="'pre-commit'")
    assert repo.gofigure("install-hooks").returncode == 0
    repo.write("a.py", "z  \n")
    repo.git("add", "-A")
    before = _digest(repo)
    repo.try_git("commit", "-q", "-m", "two")
    with _store(repo) as store:
        (window,) = store.windows.since(str(repo.root), 0)
        taken = ran(store, window.run)
    assert _roles(repo, window.run) == {b"a.py": "stale", b"app": "born"}
    assert (taken.digest, taken.consumed, taken.asked) == (before, before, True)
    assert after(Chain(), taken).stale == {b"a.py"}


def test_about_something_else_than_what_stands_here(repo: Repo) -> None:
    _job(repo, "cp a.py app", "workspace = 'in-place'")
    repo.write("a.py", "other\n")
    assert repo.gofigure("run", "--staged").returncode == 0
    with _store(repo) as store:
        assert ran(store, 1).digest == b""
    assert _roles(repo, 1) == {b"app": "born"}, "what it wrote is its own all the same"
    assert _chain(repo) == Chain()


def test_in_a_private_checkout_all_that_changes_here_is_its_users(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    _job(repo, gate.sh.replace("'", '"'), "workspace = 'private'")
    before = _digest(repo)
    running = rig.start(repo, "run")
    gate.arrive()
    repo.write("a.py", "mine\n")
    gate.open()
    assert running.finish() == 0, running.output
    assert _window(repo, 1) is None
    assert _chain(repo).consumed == before
    with _store(repo) as store:
        assert ran(store, 1).stale == frozenset()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_what_was_killed_consumes_nothing(repo: Repo, rig: Rig, number: int) -> None:
    gate = rig.gate()
    _job(repo, f"echo y > a.py; {gate.sh.replace(chr(39), chr(34))}")
    running = rig.start(repo, "run")
    gate.arrive()
    os.kill(running.pid, number)
    running.finish()
    assert _window(repo, 1) is None
    assert _chain(repo) == Chain()


def test_what_windows_explain(repo: Repo) -> None:
    _job(repo, "sed -i 's/ *$//' a.py")
    assert repo.gofigure("run").returncode == 0
    project = project_at(repo)

    def seen() -> set[bytes]:
        (plan,) = plans(project, load_config(project), Request(Trigger("manual"), repo.env), ignore)
        with _store(repo) as store:
            windows = store.windows.since(str(repo.root), 0)
            assert store.windows.last_tree(str(repo.root)) == (1, windows[0].after)
            found = outside(windows[0].before, plan.content.here.tree, windows, store.contents)
            assert found is not None
            assert outside(b"?" * 32, plan.content.here.tree, windows, store.contents) is None
            assert causes(windows[0].before, plan.content.here.tree, plan, store.contents)[:1] == [b"a.py"]
        return set(found)

    assert seen() == set()
    repo.write("b.py", "mine\n")
    assert seen() == {b"b.py"}
    repo.write("a.py", "mine\n")
    assert seen() == {b"a.py", b"b.py"}, "it is not what the run has made of it"


def test_two_tools_disagree(repo: Repo) -> None:
    _job(repo, "if grep -q ';' a.py; then sed -i 's/;//' a.py; else sed -i 's/$/;/' a.py; fi")
    repo.write("a.py", "one\ntwo\033[2J\n")
    digests = []
    for _ in range(2):
        digests.append(_digest(repo))
        assert repo.gofigure("run").returncode == 0
    assert _digest(repo) == digests[0]
    with _store(repo) as store:
        chain = Chain(digests[1], fresh=False, ran=frozenset(digests), stale=frozenset([b"a.py"]))
        assert decide(chain, Seen(digests[0])).act == "stop"
        state = project_at(repo).state_dir
        patch = disagreement(store, state, "j", str(repo.root), [b"a.py"], lambda text: text.replace("one", "***"))
        assert patch == [
            "--- a.py, after run 1",
            "+++ a.py, now",
            "@@ -1,2 +1,2 @@",
            "-***;",
            "-two;",
            "+***",
            "+two",
        ]
        assert disagreement(store, state, "j", str(repo.root), [b"other"]) == []
        assert disagreement(store, state, "k", str(repo.root), [b"a.py"]) == []


def test_a_hold_outlives_its_engine(repo: Repo) -> None:
    _job(repo, "date +%N > a.py")
    chain = Chain()
    for _ in range(3):
        assert repo.gofigure("run").returncode == 0
        with _store(repo) as store:
            (run,) = [row[0] for row in [store.windows.last_tree(str(repo.root))] if row]
            chain = after(chain, ran(store, run)._replace(asked=False))
    decision = decide(chain, Seen(_digest(repo)))
    assert decision.act == "hold"
    with _store(repo) as store:
        held = decision.chain
        store.windows.hold(3, held.held, held.held_at, held.suspects)
    assert _act(repo) == "held"
    assert _chain(repo).suspects == {b"a.py"}
    assert decide(_chain(repo), Seen(_digest(repo), frozenset([b"b.py"]))).act == "held", "it does not read that"
    repo.write("b.py", "mine\n")
    assert decide(_chain(repo), Seen(_digest(repo), frozenset([b"b.py"]))).act == "run"


def test_they_go_with_their_run(repo: Repo) -> None:
    _job(repo, "cp a.py app")
    assert repo.gofigure("run").returncode == 0
    with _store(repo) as store:
        new = NewRun("j", CHANGE, str(repo.root), "the working tree", b"t" * 32, "", 1, b"d", [b"a.py", b"b.py"])
        number = store.begin(new, [])
        store.windows.hold(1, "words", b"d", [b"app"])
        assert [one.path for one in store.windows.paths(number, "cause")] == [b"a.py", b"b.py"]
        store.ledger.settle([number])
        store.sweep(Bounds(most_run_paths=2), lambda *_: None, [])
        assert (len(store.windows.paths(1)), len(store.windows.paths(number))) == (0, 2), "the oldest go first"
        store.windows.hold(1, "words", b"d", [b"app"])
        store.sweep(Bounds(newest_runs=0, run_days=-1), lambda *_: None, [str(repo.root)])
        assert store.windows.since(str(repo.root), 0) == []
        assert (store.windows.paths(1), store.windows.paths(number)) == ([], [])


def test_why_a_path(repo: Repo) -> None:
    _job(repo, "cp a.py app; echo x > dist/its.log; echo x > dist/out", "outputs = ['dist/**']")
    (repo.root / "dist").mkdir()
    assert repo.gofigure("run").returncode == 0
    with _store(repo) as store:
        new = NewRun("j", CHANGE, str(repo.root), "the working tree", b"t" * 32, "", 1, b"d", [b"a.py"])
        store.ledger.settle([store.begin(new, [])])
    told = repo.gofigure("why", "app").stdout.decode().splitlines()
    told = [re.sub(r"\d+ s ago", "just now", line) for line in told]
    assert "  it changed under run 1 of j, just now: born untracked under a run, so a run's own" in told
    told = re.sub(r"\d+ s ago", "just now", repo.gofigure("why", "a.py").stdout.decode()).splitlines()
    assert "  run 2 of j was started for it, just now" in told
    ignored = repo.json("why", "dist/its.log")
    assert ignored["ignored_by"] == {"file": ".gitignore", "line": 1, "pattern": "*.log"}
    assert ignored["made_by"] == ["s"]
    told = repo.gofigure("why", "dist/its.log").stdout.decode().splitlines()
    assert told[0].endswith("ignored by git (.gitignore, line 1: *.log); no stage depends on it")
    assert told[1] == "  an output of s"
    folder = repo.json("why", "dist")
    assert (folder["made_by"], folder["last_written"]["run"], folder["last_cause"]) == (["s"], 1, None)
    assert repo.json("why", ".gitignore")["last_written"] is None
