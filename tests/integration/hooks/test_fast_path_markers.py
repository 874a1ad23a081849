"""When a tree gets its marker, when it never does, and what takes it away again."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support.alone import CONFIG, alone, hits, markers
from support.pair import project_at
from support.repo import Repo
from support.rig import Rig, said

from gofigure.events import ignore
from gofigure.project import open_store
from gofigure.store.bounds import Bounds
from gofigure.store.markers import forget, mark, open_folder, prune
from gofigure.trust import require_token

AGAIN = ("commit", "-q", "--allow-empty", "-m", "again")


def _installed(repo: Repo, config: str = CONFIG) -> Repo:
    repo.config(config)
    repo.write("a.txt", "1\n")
    assert repo.gofigure("install-hooks").returncode == 0
    return repo


@pytest.fixture
def proven(repo: Repo) -> Repo:
    done = _installed(repo).commit()
    assert done.returncode == 0, said(done)
    assert alone(repo)
    return repo


NEVER = {
    "a stage is never reused": CONFIG + "cache = false\n",
    "a stage depends on variables": CONFIG + 'pass_env = ["CI"]\n',
    "a stage has a PATH of its own": CONFIG + 'env = { PATH = "/usr/bin:/bin" }\n',
    "a stage may fail, and does": CONFIG.replace('run = "', 'run = "false; ') + "allow_failure = true\n",
    "a tool may be another one tomorrow": CONFIG + 'tools = ["cargo"]\n',
    "its inputs match no file": CONFIG + 'inputs = ["nothing/**"]\n',
    "a stage of a second job is never reused": CONFIG
    + '[jobs.two]\non = ["pre-commit"]\nstages = ["two"]\n[stages.two]\nrun = "true"\ncache = false\n',
    "what a stage needs is never reused": CONFIG + 'needs = ["two"]\n[stages.two]\nrun = "true"\ncache = false\n',
}


@pytest.mark.parametrize("config", NEVER.values(), ids=NEVER.keys())
def test_there_is_no_marker_where(repo: Repo, config: str, tmp_path: Path) -> None:
    cargo = tmp_path / "bin" / "cargo"
    cargo.parent.mkdir()
    cargo.write_text("#!/bin/sh\necho cargo 1\n")
    cargo.chmod(0o755)
    env = {**repo.env, "PATH": f"{cargo.parent}:{repo.env['PATH']}"}
    repo = _installed(Repo(repo.root, env), config)
    assert repo.commit().returncode == 0
    assert not alone(repo)
    assert not alone(repo)
    assert markers(repo) == []
    assert repo.json("status")["fast_path"]["pre-commit"], "it is said why"


def test_a_commit_that_failed_leaves_none(repo: Repo) -> None:
    _installed(repo)
    repo.write("a.txt", "BAD\n")
    assert repo.commit().returncode != 0
    assert markers(repo) == []


def test_a_stage_that_was_left_out_leaves_none(repo: Repo) -> None:
    _installed(repo)
    repo.git("add", "-A")
    repo.git(*AGAIN, env={"SKIP": "one"})
    assert markers(repo) == []


def test_a_run_by_hand_leaves_none(repo: Repo) -> None:
    _installed(repo)
    repo.git("add", "-A")
    assert repo.gofigure("run", "--staged").returncode == 0
    assert markers(repo) == []


@pytest.mark.parametrize("how", ["ignored", "edited and not added"])
def test_a_configuration_that_is_not_committed_covers_nothing(repo: Repo, how: str) -> None:
    _installed(repo)
    if how == "ignored":
        repo.write(".git/info/exclude", ".gofigure.toml\n")
    else:
        repo.git("add", "-A")
        repo.config(CONFIG + "timeout = 60\n")
    repo.git("add", "a.txt")
    repo.git(*AGAIN)
    assert markers(repo) == []
    assert not alone(repo)


def test_a_personal_layer_covers_nothing(repo: Repo) -> None:
    _installed(repo)
    repo.write(".git/info/exclude", ".gofigure.local.toml\n")
    repo.write(".gofigure.local.toml", "[stages.one]\ntimeout = 60\n")
    assert repo.commit().returncode == 0
    assert markers(repo) == []


def test_a_tool_that_changes_while_the_checks_run_leaves_none(repo: Repo, tmp_path: Path) -> None:
    tool = tmp_path / "bin" / "mytool"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\n[ -e ../changed ] || echo '# more' >> \"$0\"; touch ../changed\n")
    tool.chmod(0o755)
    env = {**repo.env, "PATH": f"{tool.parent}:{repo.env['PATH']}"}
    repo = _installed(Repo(repo.root, env), CONFIG.partition("run")[0] + 'run = "mytool"\n')
    assert repo.commit().returncode == 0
    assert markers(repo) == []
    assert not alone(repo)
    assert alone(repo)


def test_a_failure_on_what_was_proven_takes_the_marker_away(proven: Repo, tmp_path: Path) -> None:
    """The stage looks at something that is not part of its key."""
    (proven.root / ".git" / "info" / "exclude").write_text("*.log.txt\n")
    proven.write("x.log.txt", "BAD\n")
    assert alone(proven), "what git ignores is part of no key"
    assert proven.gofigure("run", "--no-cache").returncode == 1
    assert markers(proven) == []
    assert proven.try_git(*AGAIN).returncode != 0


def test_a_store_that_was_removed_takes_the_markers_along(proven: Repo) -> None:
    (proven.root / ".gofigure").unlink()
    assert not alone(proven), "nothing is proven any more"
    assert alone(proven)
    (proven.root / ".gofigure").unlink()
    assert proven.gofigure("history").returncode == 0
    assert not alone(proven), "the new store has proven nothing"


def test_a_store_that_is_damaged_takes_the_markers_along(proven: Repo) -> None:
    (proven.root / ".gofigure").write_bytes(b"nonsense" * 1000)
    proven.gofigure("history")
    assert markers(proven) == []


def test_permission_that_is_taken_back_counts_at_once(proven: Repo) -> None:
    assert proven.gofigure("allow", "--revoke").returncode == 0
    assert proven.try_git(*AGAIN).returncode != 0
    assert proven.gofigure("allow").returncode == 0
    assert alone(proven), "it is the same permission"


def test_who_looked_for_proofs_before_one_was_taken_back_writes_no_marker(tmp_path: Path) -> None:
    folder = open_folder(str(tmp_path))
    forget(str(tmp_path))
    with pytest.raises(FileNotFoundError):
        mark(folder, "pre-commit", "e", "t")
    os.close(folder)
    assert list(tmp_path.iterdir()) == []


def test_markers_are_pruned_by_age_and_number(tmp_path: Path) -> None:
    folder = open_folder(str(tmp_path))
    for number in range(6):
        mark(folder, "pre-commit", f"e{number % 2}", f"t{number}")
        os.utime(tmp_path / "ok" / "pre-commit" / f"e{number % 2}" / f"t{number}", ns=(number, number))
    os.close(folder)
    (tmp_path / "ok-gone-1-x").mkdir()
    assert prune(str(tmp_path), 2, 3, dry=True) == 3
    assert prune(str(tmp_path), 2, 3) == 3
    assert sorted(path.name for path in tmp_path.rglob("t*")) == ["t3", "t4", "t5"]
    assert not (tmp_path / "ok-gone-1-x").exists()
    assert prune(str(tmp_path), 99, 3) == 3
    assert list((tmp_path / "ok" / "pre-commit").iterdir()) == []


def test_proofs_that_are_swept_take_the_markers_along(proven: Repo) -> None:
    project = project_at(proven)
    bounds = Bounds(proof_days=0, newest_proofs=0, most_proofs=0, newest_runs=0, run_days=0)
    with open_store(project, require_token(project.trust), ignore) as store:
        store._db.execute("DELETE FROM stage_runs")  # nothing has used it
        assert store.sweep(bounds, lambda _label, _done: None, ()).proofs == 1
    assert markers(proven) == []


def test_what_is_added_while_the_checks_run_is_checked_too(repo: Repo, rig: Rig) -> None:
    """Git reads the index once more after the hook (dknauss/Sudo#472)."""
    gate = rig.gate()
    line = f"if grep -qs BAD *.txt; then exit 1; fi; {gate.sh}"
    _installed(repo, CONFIG.partition("run")[0] + f'run = """{line}"""\n')
    repo.git("add", "-A")
    commit = rig.start_program(["git", "commit", "-m", "one"], repo.root, repo.env)
    gate.arrive()
    repo.write("b.txt", "BAD\n")
    repo.git("add", "b.txt")
    gate.open()
    assert commit.finish() != 0, commit.output
    assert b"the index changed while the checks ran" in commit.output
    assert repo.try_git("rev-parse", "HEAD").returncode != 0
    assert markers(repo) == []


def test_what_a_stage_adds_to_the_commit_is_checked_too(repo: Repo) -> None:
    _installed(repo, CONFIG.replace('run = "', 'run = "echo new > new.txt; git add new.txt; '))
    assert repo.commit().returncode == 0
    assert repo.git("show", "HEAD:new.txt") == b"new\n"
    assert alone(repo), "what was committed is what was proven"


def test_an_index_that_never_stands_still_stops_the_commit(repo: Repo) -> None:
    _installed(repo, CONFIG.replace('run = "', 'run = "touch new.$$; git add new.$$; '))
    done = repo.commit()
    assert done.returncode != 0
    assert "the index changed each time" in said(done)
    assert "commit again" in said(done)


def test_after_a_failure_of_any_run_python_is_asked(repo: Repo) -> None:
    """A tool may have been exchanged in a way that sh cannot see: what Python has seen must count."""
    _installed(repo, CONFIG + "[stages.by-hand]\nrun = 'false'\n")
    assert repo.commit().returncode == 0
    assert alone(repo)
    assert repo.gofigure("run", "by-hand").returncode == 1
    assert not alone(repo)
    assert alone(repo), "and then it is proven again"


def test_git_status_meanwhile_is_no_change(repo: Repo, tmp_path: Path) -> None:
    """It writes the index anew, with the same in it."""
    line = f"echo ran >> {tmp_path}/ran; cp .git/index .git/i && mv .git/i .git/index; "
    _installed(repo, CONFIG.replace('run = "', f'run = "{line}'))
    done = repo.commit()
    assert done.returncode == 0
    assert "index changed" not in said(done)
    assert (tmp_path / "ran").read_text() == "ran\n"


def test_after_a_commit_it_is_said_that_it_was_not_checked(repo: Repo) -> None:
    _installed(repo, CONFIG.replace('["pre-commit"]', '["pre-commit", "post-commit"]'))
    assert "did not check" not in said(repo.commit())
    assert "did not check" not in said(repo.try_git(*AGAIN)), "it was let through, as it was checked before"
    repo.write("a.txt", "2\n")
    done = repo.commit("unchecked", "--no-verify")
    commit = repo.git("rev-parse", "HEAD").decode()[:10]
    assert f"commit {commit} holds what pre-commit did not check" in said(done)


def test_history_why_and_status_tell_of_it(proven: Repo) -> None:
    assert alone(proven)
    tree = proven.git("rev-parse", "HEAD^{tree}").decode().strip()
    proven.git(*AGAIN)
    assert hits(proven) == [tree] * 2
    told = proven.json("history")
    assert [(hit["hook"], hit["tree"], hit["times"], hit["run"]) for hit in told["hits"]] == [
        ("pre-commit", tree, 2, 1)
    ]
    assert len(told["runs"]) == 1
    assert hits(proven) == [], "it is in the store now"
    assert f"pre-commit let tree {tree[:10]} through by itself, 2 times: proven in run 1" in said(
        proven.gofigure("history")
    )
    assert "the pre-commit hook has let it through by itself 2 times" in said(proven.gofigure("why", "one"))
    assert proven.json("why", "one")["stages"][0]["answered"][0]["times"] == 2
    assert proven.json("history", "--trigger", "pre-push")["hits"] == []
    assert proven.json("history", "--verdict", "failed")["hits"] == []
    assert "pre-commit lets through by itself what is proven" in said(proven.gofigure("status"))
    assert proven.json("status")["fast_path"] == {"pre-commit": ""}


def test_why_tells_only_of_what_the_hook_stood_for(proven: Repo) -> None:
    proven.write("a.txt", "2\n")
    assert proven.commit().returncode == 0
    assert proven.json("why", "one")["stages"][0]["answered"] == []


def test_status_says_why_not(repo: Repo) -> None:
    _installed(repo)
    assert "nothing was proven by a commit" in repo.json("status")["fast_path"]["pre-commit"]
    repo.write(".git/hooks/pre-commit.before-gofigure", "#!/bin/sh\n", mode=0o755)
    assert "runs first" in repo.json("status")["fast_path"]["pre-commit"]
    assert "pre-commit does not let through by itself what is proven" in said(repo.gofigure("status"))


def test_a_hook_that_was_here_before_still_runs_first_each_time(repo: Repo, tmp_path: Path) -> None:
    repo.write(".git/hooks/pre-commit", f"#!/bin/sh\necho ran >> {tmp_path}/foreign\n", mode=0o755)
    _installed(repo)
    assert repo.commit().returncode == 0
    assert not alone(repo)
    assert (tmp_path / "foreign").read_text() == "ran\n" * 2


def test_hits_that_make_no_sense_are_left_out(proven: Repo) -> None:
    place = proven.root / ".git" / "gofigure" / "hits"
    place.write_bytes(b"pre-commit x\n\xff\n" + b"0" * 100 + b"\npre-commit " + b"0" * 40 + b"\npre-commit 12")
    told = proven.json("history")["hits"]
    assert [(hit["tree"], hit["run"]) for hit in told] == [("0" * 40, None)]
    assert not list(place.parent.glob("hits*"))


def test_many_at_once_lose_no_hit(proven: Repo) -> None:
    script = [str(proven.root / ".git" / "hooks" / "pre-commit")]
    running = []
    for number in range(20):
        index = shutil.copy(proven.root / ".git" / "index", proven.root / ".git" / f"index-{number}")  # each has a lock
        running.append(subprocess.Popen(script, cwd=proven.root, env={**proven.env, "GIT_INDEX_FILE": str(index)}))
    assert [one.wait() for one in running] == [0] * 20
    told = proven.json("history")["hits"]
    assert sum(hit["times"] for hit in told) == 21


def test_uninstalled_and_installed_again(proven: Repo) -> None:
    assert proven.gofigure("uninstall-hooks").returncode == 0
    assert proven.gofigure("install-hooks").returncode == 0
    assert alone(proven)
    shutil.rmtree(proven.root / ".git" / "gofigure" / "ok")
    assert not alone(proven)
