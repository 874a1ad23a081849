"""What git hands to a hook is what a stage gets: the same arguments and input as another hook beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import said

from gofigure.model import HANDS_NOTHING, HOOKS, RECEIVING

HERE = tuple(hook for hook in HOOKS if hook not in (*RECEIVING, "sendemail-validate"))  # all others: test_hooks_receive
HANDED = tuple(hook for hook in HERE if hook not in HANDS_NOTHING)


def _configured(repo: Repo, folder: Path) -> Repo:
    """A stage, and before it a foreign hook, write down what they see; the foreign ones of all hooks are kept."""
    hooks = ", ".join(f'"{hook}"' for hook in HOOKS)
    repo.config(
        f'[jobs.j]\non = [{hooks}]\nstages = ["saw"]\n[stages.saw]\n'
        f"""run = '''{{ printf '[%s]' "$@"; echo; cat; }} >> "{folder}/stage ${{GOFIGURE_HOOK:-none}}"'''\n"""
    )
    place = repo.root / repo.git("rev-parse", "--git-path", "hooks").decode().strip()
    place.mkdir(parents=True, exist_ok=True)
    for hook in HOOKS:
        script = place / hook
        script.write_text(f"#!/bin/sh\n{{ printf '[%s]' \"$@\"; echo; cat; }} >> '{folder}/git {hook}'\n")
        script.chmod(0o755)
    done = repo.gofigure("install-hooks")
    assert done.returncode == 0, said(done)
    return repo


def _linked(tmp_path: Path, environment: dict[str, str]) -> Repo:
    main = Repo.create(tmp_path / "main", environment)
    main.git("commit", "-q", "--allow-empty", "-m", "root")
    main.git("worktree", "add", "-q", "-b", "linked", str(tmp_path / "linked"))
    return main.at(tmp_path / "linked")


def _submodule(tmp_path: Path, environment: dict[str, str]) -> Repo:
    origin = Repo.create(tmp_path / "origin", environment)
    origin.git("commit", "-q", "--allow-empty", "-m", "root")
    around = Repo.create(tmp_path / "around", environment)
    around.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(origin.root), "inner")
    return around.at(around.root / "inner")


def _sha256(tmp_path: Path, environment: dict[str, str]) -> Repo:
    return Repo.create(tmp_path / "repo", environment, "--object-format=sha256")


def _everything(repo: Repo, tmp_path: Path) -> None:
    """Each way in which git calls one of the hooks that it hands something to."""
    repo.write("a", "1\n")
    repo.commit("one")
    repo.write("a", "2\n")
    repo.git("commit", "-q", "-a", "-F", "-", stdin=b"two\n")
    repo.git("commit", "-q", "--amend", "-m", "two, better")
    base = repo.git("rev-parse", "--abbrev-ref", "HEAD").decode().strip()
    repo.git("checkout", "-q", "-b", "other", "HEAD~1")
    repo.write("b", "b\n")
    repo.commit("b")
    repo.git("checkout", "-q", base)
    repo.git("merge", "-q", "--no-edit", "other")
    repo.write("a", "3\n")
    repo.git("checkout", "-q", "--", "a")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.git("rebase", "-q", "other")
    repo.git("reset", "-q", "--hard", "ORIG_HEAD")
    repo.git("rebase", "-q", "--apply", "other")
    repo.git("revert", "--no-edit", "HEAD")
    repo.git("merge", "-q", "--squash", "other")
    patch = repo.git("format-patch", "--stdout", "-1", "other")
    repo.git("reset", "-q", "--hard", "other~1")
    repo.git("am", "-q", "--keep-cr", stdin=patch)
    repo.git("repack", "-q")
    repo.git("commit", "-q", "--allow-empty", "-m", "for a second pack")
    repo.git("repack", "-q")
    repo.git("-c", "gc.auto=6700", "-c", "gc.autoPackLimit=1", "-c", "gc.autoDetach=false", "gc", "--auto", "-q")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.git("init", "-q", "--bare", str(tmp_path / "remote"))
    repo.git("push", "-q", str(tmp_path / "remote"), "HEAD:refs/heads/one", "HEAD:refs/heads/two")
    repo.git("push", "-q", str(tmp_path / "remote"), ":two", "HEAD:refs/heads/three")


def _saw_the_same(repo: Repo, tmp_path: Path, *hooks: str) -> None:
    for hook in hooks:
        git = (tmp_path / f"git {hook}").read_text()
        # Relative to the top of the working tree is nothing to a stage in a folder of its own.
        git = git.replace("[.git/", f"[{repo.root}/.git/")
        assert git, hook
        assert (tmp_path / f"stage {hook}").read_text() == git, hook
    assert not (tmp_path / "stage none").exists(), "where nothing is handed over it is left out"


def test_a_stage_gets_what_any_hook_gets(repo: Repo, tmp_path: Path) -> None:
    _everything(_configured(repo, tmp_path), tmp_path)
    _saw_the_same(repo, tmp_path, *HANDED)
    assert "[rebase]\n" in (tmp_path / "stage post-rewrite").read_text()
    assert (tmp_path / "stage post-rewrite").read_text().count("\n") > 4, "the commits that were rewritten"
    assert "(delete)" in (tmp_path / "stage pre-push").read_text()
    triggers = {run["trigger"] for run in repo.json("history", "-n", "500")["runs"]}
    assert triggers == set(HERE)


@pytest.mark.parametrize("create", [_linked, _submodule, _sha256])
def test_in_every_kind_of_repository(
    create: Callable[[Path, dict[str, str]], Repo], tmp_path: Path, environment: dict[str, str]
) -> None:
    repo = _configured(create(tmp_path, environment), tmp_path)
    repo.write("a", "1\n")
    done = repo.commit("one")
    assert done.returncode == 0, said(done)
    repo.git("commit", "-q", "--amend", "-m", "better")
    repo.git("checkout", "-q", "-b", "other")
    _saw_the_same(repo, tmp_path, "prepare-commit-msg", "commit-msg", "post-rewrite", "post-checkout")


def test_other_stages_get_nothing(repo: Repo, tmp_path: Path) -> None:
    """Neither arguments, nor input, nor a variable: a result that hangs on content alone stays one."""
    repo.config(
        '[jobs.j]\non = ["post-rewrite"]\nstages = ["plain"]\n[stages.plain]\n'
        f"""run = '''{{ cat; env | sed -n /GOFIGURE_HOOK/p; awk "{{print \\$1}}"; }} > "{tmp_path}/saw"'''\n"""
    )
    repo.gofigure("install-hooks")
    repo.commit("one")
    repo.git("commit", "-q", "--amend", "-m", "better")
    assert (tmp_path / "saw").read_bytes() == b""
    (stage,) = repo.json("history")["runs"][0]["stages"]
    assert (stage["verdict"], stage["proven"]) == ("passed", 1)


def test_every_command_of_a_stage_reads_the_input_from_its_beginning(repo: Repo, tmp_path: Path) -> None:
    """Once per location, each with more than a pipe holds, and a path that every folder understands."""
    repo.config(
        '[jobs.j]\non = ["pre-push", "commit-msg"]\nstages = ["count"]\n[stages.count]\n'
        'locations = ["x", "y"]\nretries = 1\n'
        f"""run = '''test $# = 2 || {{ grep -q one "$1" && echo "$PWD" >> "{tmp_path}/folders"; exit; }}
wc -l >> "{tmp_path}/counts"'''\n"""
    )
    for name in ("x/1", "y/1"):
        repo.write(name, "1\n")
    repo.gofigure("install-hooks")
    done = repo.commit("one")
    assert done.returncode == 0, said(done)
    assert (tmp_path / "folders").read_text() == f"{repo.root}/x\n{repo.root}/y\n"
    repo.git("init", "-q", "--bare", str(tmp_path / "remote"))
    many = 1200
    head = repo.git("rev-parse", "HEAD").decode().strip()
    repo.git(
        "update-ref",
        "--stdin",
        stdin="".join(f"create refs/heads/branch-{number:04} {head}\n" for number in range(many)).encode(),
    )
    done = repo.try_git("push", "-q", str(tmp_path / "remote"), "refs/heads/branch-*")
    assert done.returncode == 0, said(done)
    assert (tmp_path / "counts").read_text().split() == [str(many)] * 2


def test_it_is_never_reused_and_proves_nothing(repo: Repo, tmp_path: Path) -> None:
    """Nor does what needs it: what it left behind is of that message. A run by hand has another key."""
    repo.config(
        '[jobs.j]\non = ["commit-msg"]\nstages = ["copy", "look", "apart"]\n'
        f"[stages.copy]\nrun = '''cat \"${{1:-/dev/null}}\" > {tmp_path}/copy'''\n"
        f"[stages.look]\nneeds = ['copy']\nrun = 'cat {tmp_path}/copy >> {tmp_path}/seen'\n"
        f"[stages.apart]\nrun = 'echo ran >> {tmp_path}/apart'\n"
    )
    repo.gofigure("install-hooks")
    for message in ("one", "two", "three"):
        assert repo.commit(message, "--allow-empty").returncode == 0
    assert (tmp_path / "seen").read_text() == "one\ntwo\nthree\n"
    assert (tmp_path / "apart").read_text() == "ran\n" * 3  # it might read the message as well
    run = repo.json("history")["runs"][0]
    by_name = {stage["stage"]: stage for stage in run["stages"]}
    assert by_name["copy"]["reason"] == "never reused (it reads what git hands to commit-msg)"
    assert by_name["copy"]["note"] == "not proven: it reads what git hands to commit-msg"
    assert by_name["look"]["reason"] == "never reused (it needs copy, which reads what git hands to commit-msg)"
    assert [by_name[name]["proven"] for name in ("copy", "look", "apart")] == [False, False, False]

    by_hand = {stage["stage"]: stage for stage in repo.json("run")["runs"][0]["stages"]}
    assert by_hand["copy"]["verdict"] == "passed"
    assert by_hand["copy"]["key"] != by_name["copy"]["key"]
    assert repo.json("run")["runs"][0]["verdict"] == "reused", "without arguments it is a function of content again"
    assert repo.commit("four", "--allow-empty").returncode == 0
    assert (tmp_path / "seen").read_text().endswith("\nfour\n")


def test_by_hand_it_is_left_out_and_says_how_to_run_it(repo: Repo, tmp_path: Path) -> None:
    repo.config(
        '[jobs.j]\non = ["pre-commit", "commit-msg"]\nstages = ["message", "content"]\n'
        "[stages.message]\nrun = 'grep -q ^FIX \"$1\"'\n[stages.content]\nrun = 'true'\n"
    )
    repo.gofigure("install-hooks")
    for names in ([], ["message"], ["j"]):
        answer = repo.json("run", *names)
        stage = answer["runs"][0]["stages"][0]
        assert (stage["stage"], stage["verdict"], stage["proven"]) == ("message", "skipped", False)
        assert "by hand there is none; try: gofigure hook commit-msg" in stage["reason"]
    assert b"message  left out" in repo.gofigure("status").stdout
    assert b"message: left out: it reads" in repo.gofigure("why", "message").stdout
    done = repo.commit("nothing")
    assert done.returncode != 0
    assert b"pre-commit hands over nothing" in done.stderr
    done = repo.commit("FIX it")
    assert done.returncode == 0, said(done)
    (tmp_path / "message").write_text("no\n")
    assert repo.gofigure("hook", "commit-msg", "../message").returncode == 1


def test_a_line_that_reads_arguments_runs_by_hand_where_no_hook_hands_it_any(repo: Repo) -> None:
    """It did so before, and must not stop to without a word."""
    repo.config(
        '[jobs.j]\non = ["pre-commit", "post-commit"]\nstages = ["s"]\n[stages.s]\nrun = \'test -z "$1$2$*"\'\n'
    )
    repo.gofigure("install-hooks")
    assert repo.json("run")["runs"][0]["verdict"] == "passed"
    assert repo.commit("one").returncode == 0
    assert [run["verdict"] for run in repo.json("history")["runs"]] == ["reused", "reused", "passed"]
