"""The hooks of a repository that is pushed to, bare or not: what arrives is looked at before it is let in.

Stages run in a private checkout of what arrives.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from support.repo import Done, Repo
from support.rig import lines, said

from gofigure.model import RECEIVING

CONFIG = """
[jobs.j]
on = [HOOKS]
stages = ["s"]
EACH
[stages.s]
inputs = ["nothing"]
run = '''RUN'''
"""
SAY = 'echo "$GOFIGURE_HOOK|$GOFIGURE_REFS|${GOFIGURE_FROM_REF-}|$GOFIGURE_TO_REF" >> ../saw'
EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def _gate(bare: Repo, run: str, *hooks: str, each: bool = False) -> None:
    """The owner writes the configuration into the repository, and installs."""
    text = CONFIG.replace("HOOKS", ", ".join(f'"{hook}"' for hook in hooks)).replace(
        "RUN", run.replace("../", f"{bare.root.parent}/")
    )
    bare.config(text.replace("EACH", "each_commit = true" if each else ""))
    done = bare.gofigure("install-hooks")
    assert done.returncode == 0, said(done)


@pytest.fixture
def bare(tmp_path: Path, environment: dict[str, str]) -> Repo:
    return Repo.create(tmp_path / "bare.git", environment, "--bare")


@pytest.fixture
def mine(bare: Repo, tmp_path: Path, environment: dict[str, str]) -> Repo:
    """A clone with a commit that is not pushed yet."""
    repo = Repo.create(tmp_path / "mine", environment)
    repo.git("remote", "add", "origin", str(bare.root))
    _commit(repo, "one")
    return repo


def _commit(repo: Repo, text: str) -> str:
    repo.write("file", f"{text}\n")
    repo.commit(text)
    return _id(repo)


def _id(repo: Repo, revision: str = "HEAD") -> str:
    return repo.git("rev-parse", revision).decode().strip()


def _push(repo: Repo, *args: str) -> Done:
    return repo.try_git("push", "-q", "origin", *args)


def _saw(bare: Repo) -> list[list[str]]:
    return [line.split("|") for line in (bare.root.parent / "saw").read_text().splitlines()]


def _runs(repo: Repo) -> list[Any]:
    """Oldest first."""
    runs: list[Any] = repo.json("history", "-n", "100")["runs"]
    return runs[::-1]


def test_every_hook_of_a_push_in_a_bare_repository(bare: Repo, mine: Repo) -> None:
    hooks = [hook for hook in RECEIVING if hook != "push-to-checkout"]
    _gate(bare, SAY, *hooks)
    done = _push(mine, "main")
    assert done.returncode == 0, said(done)
    one = _id(mine)
    assert _saw(bare) == [
        ["pre-receive", "refs/heads/main", EMPTY, one],
        ["update", "refs/heads/main", EMPTY, one],
        ["post-receive", "refs/heads/main", EMPTY, one],
        ["post-update", "refs/heads/main", "", one],
    ]
    assert [(run["trigger"], run["verdict"], run["content"]) for run in _runs(bare)] == [
        (hook, "passed", f"commit {one[:10]}") for hook in hooks
    ]


def test_git_says_the_same_to_a_stage_as_to_any_hook(bare: Repo, mine: Repo, tmp_path: Path) -> None:
    """Arguments and input, beside a hook that stood there before."""
    hooks = [hook for hook in RECEIVING if hook != "push-to-checkout"]
    for hook in hooks:
        script = bare.write(
            f"hooks/{hook}", f"#!/bin/sh\n{{ printf '[%s]' \"$@\"; echo; cat; }} >> '{tmp_path}/git {hook}'\n"
        )
        script.chmod(0o755)
    _gate(bare, f"""{{ printf "[%s]" "$@"; echo; cat; }} >> "{tmp_path}/stage $GOFIGURE_HOOK\"""", *hooks)
    for args in (["main"], ["main:other"], [":other"]):
        done = _push(mine, *args)
        assert done.returncode == 0, said(done)
    for hook in hooks:
        git = (tmp_path / f"git {hook}").read_text()
        stage = (tmp_path / f"stage {hook}").read_text()
        assert git.startswith(stage), hook
        assert stage.count("refs/heads/") == 2, "a deletion alone has no content"
        assert git.count("refs/heads/") == 3


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
def test_a_failure_keeps_the_push_out(bare: Repo, mine: Repo, hook: str) -> None:
    """t5516, t5401: nothing of it arrives, and the pusher is told why. In `update` the others may pass."""
    _gate(bare, 'test "$GOFIGURE_REFS" = refs/heads/good', hook)
    done = _push(mine, "main:good", "main:bad")
    assert done.returncode != 0
    assert b"remote:   s  failed" in done.stderr
    assert b"declined" in done.stderr
    there = bare.git("for-each-ref", "--format=%(refname)").decode().split()
    assert there == (["refs/heads/good"] if hook == "update" else [])


@pytest.mark.parametrize("hook", ["post-receive", "post-update"])
def test_afterwards_nothing_can_be_stopped(bare: Repo, mine: Repo, hook: str) -> None:
    _gate(bare, "false", hook)
    done = _push(mine, "main")
    assert done.returncode == 0, said(done)
    assert b"s  failed" in done.stderr
    assert _runs(bare)[-1]["verdict"] == "failed"
    assert bare.gofigure("hook", hook, "refs/heads/main").returncode == 0


@pytest.mark.parametrize("hook", ["pre-receive", "update", "post-receive"])
def test_what_nobody_has_checked_out_runs_in_a_checkout_of_our_own(bare: Repo, mine: Repo, hook: str) -> None:
    bare.config(f'[jobs.j]\non = ["{hook}"]\nstages = ["s"]\n[stages.s]\nrun = "true"\n')
    bare.gofigure("install-hooks")
    _push(mine, "main")
    (run,) = _runs(bare)
    assert (run["stages"][0]["proven"], run["stages"][0]["place"]) == (True, "private")
    assert run["tree"] == mine.digest("--commit", "HEAD"), "read where git keeps it until the hooks agree"


def test_a_push_cannot_change_what_it_is_checked_by(bare: Repo, mine: Repo) -> None:
    """The configuration is the one that lies in the repository, not one that is in its content."""
    _gate(bare, "false", "pre-receive")
    mine.config(CONFIG.replace("HOOKS", '"pre-receive"').replace("RUN", "true").replace("EACH", ""))
    _commit(mine, "two")
    done = _push(mine, "main")
    assert done.returncode != 0
    assert bare.git("for-each-ref") == b""


def test_stages_do_not_write_where_git_keeps_what_arrives(bare: Repo, mine: Repo, tmp_path: Path) -> None:
    """Quarantine: a stage that makes a repository of its own would lose its objects there, or leave them."""
    other = tmp_path / "other"
    _gate(
        bare,
        f"env | sed -n /^GIT_/p > '{tmp_path}/git-variables'; git init -q '{other}'; cd '{other}';"
        " git -c user.name=x -c user.email=x commit -q --allow-empty -m x",
        "pre-receive",
    )
    done = _push(mine, "main")
    assert done.returncode == 0, said(done)
    assert (tmp_path / "git-variables").read_bytes() == b""
    assert bare.at(other).git("fsck", "--strict") is not None
    assert len(bare.git("rev-list", "--all").split()) == 1


def test_in_update_a_stage_may_ask_git_for_the_history(bare: Repo, mine: Repo) -> None:
    """By then the objects are in their place: a policy such as no merges, or no commit without a sign-off."""
    _gate(bare, 'git rev-list "$GOFIGURE_FROM_REF..$GOFIGURE_TO_REF" > ../list', "update")
    _push(mine, "main")
    two, three = _commit(mine, "two"), _commit(mine, "three")
    done = _push(mine, "main")
    assert done.returncode == 0, said(done)
    assert (bare.root.parent / "list").read_text().split() == [three, two]


@pytest.mark.parametrize("hook", ["pre-receive", "update", "post-receive"])
def test_each_commit_that_arrives(bare: Repo, mine: Repo, hook: str) -> None:
    _gate(bare, SAY, hook, each=True)
    one, two, three = _id(mine), _commit(mine, "two"), _commit(mine, "three")
    for refs in (["main~1:refs/heads/main"], ["main", "main:other"]):
        done = _push(mine, *refs)
        assert done.returncode == 0, said(done)
    saw = [words[1:] for words in _saw(bare)]
    assert saw[:2] == [["refs/heads/main", EMPTY, one], ["refs/heads/main", EMPTY, two]]
    if hook == "update":  # it asks for each ref on its own, and main has it by then
        assert saw[2:] == [["refs/heads/main", two, three], ["refs/heads/other", three, three]]
    else:
        assert saw[2:] == [["refs/heads/main refs/heads/other", two, three]]


def test_a_forced_push_and_a_tag_of_a_blob(bare: Repo, mine: Repo) -> None:
    _gate(bare, SAY, "pre-receive")
    one = _id(mine)
    _commit(mine, "two")
    _push(mine, "main")
    mine.git("reset", "-q", "--hard", one)
    other = _commit(mine, "other two")
    done = _push(mine, "--force", "main")
    assert done.returncode == 0, said(done)
    assert _saw(bare)[-1][1:] == ["refs/heads/main", one, other]
    blob = mine.git("hash-object", "-w", "--stdin", stdin=b"a key\n").decode().strip()
    mine.git("tag", "key", blob)
    done = _push(mine, "key")
    assert done.returncode == 0, said(done)
    assert b"has no content to check" in done.stderr


def test_many_refs_at_once(bare: Repo, mine: Repo) -> None:
    """t5571, t5516: more than a pipe holds, by a stage that reads none of it."""
    _gate(bare, 'echo "$GOFIGURE_REFS" | wc -w >> ../saw', "pre-receive")
    head, many = _id(mine), 1500
    creations = "".join(f"create refs/heads/branch-{number:04} {head}\n" for number in range(many))
    mine.git("update-ref", "--stdin", stdin=creations.encode())
    done = _push(mine, "refs/heads/branch-*")
    assert done.returncode == 0, said(done)
    assert (bare.root.parent / "saw").read_text().split() == [str(many)]


def test_the_commands_in_a_bare_repository(bare: Repo, mine: Repo) -> None:
    """Its own configuration, store and hooks; the content is the commit of its HEAD."""
    _gate(bare, "true", "pre-receive")
    assert b"no commit yet" in bare.gofigure("status").stdout
    done = bare.gofigure("run")
    assert done.returncode == 2
    assert b"HEAD names no commit yet" in done.stderr
    assert bare.gofigure("digest").returncode == 2
    done = _push(mine, "main")
    assert done.returncode == 0, said(done)
    assert f"on commit {_id(mine)[:10]} (a bare repository), branch main" in said(bare.gofigure("status"))
    assert bare.json("status")["hooks"] == ["pre-receive"]
    assert bare.digest() == mine.digest("--commit", "HEAD")
    for command in ("validate", "history", "allow", "doctor", "gc"):
        done = bare.gofigure(command)
        assert done.returncode == 0, said(done)
    assert bare.gofigure("run", "--staged").returncode == 2
    assert b"bare repository" in bare.gofigure("init", "--print").stderr
    before = {hook for hook in os.listdir(bare.root / "hooks") if not hook.endswith(".sample")}
    assert before == {"pre-receive"}
    assert bare.gofigure("uninstall-hooks").returncode == 0
    assert "pre-receive" not in os.listdir(bare.root / "hooks")


def test_a_bare_repository_needs_a_yes_and_its_owner_may_edit(bare: Repo, mine: Repo, tmp_path: Path) -> None:
    bare.config(CONFIG.replace("HOOKS", '"pre-receive"').replace("RUN", "true").replace("EACH", ""))
    assert b"not been allowed" in bare.gofigure("run").stderr
    bare.gofigure("install-hooks")
    _gate_text = (
        CONFIG.replace("HOOKS", '"pre-receive"')
        .replace("RUN", f"echo edited >> {bare.root.parent}/ran")
        .replace("EACH", "")
    )
    bare.config(_gate_text)
    done = _push(mine, "main")
    assert done.returncode == 0, said(done)
    assert lines(tmp_path / "ran") == 1


def test_a_bare_repository_that_came_with_another_one(repo: Repo) -> None:
    """t0035, embedded bare repositories: what lies in a working tree may be anybody's, so each change needs a yes."""
    inner = Repo.create(repo.root / "inner", repo.env, "--bare")
    inner.config('[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "true"\n')
    assert b"not been allowed" in inner.gofigure("run").stderr
    inner.gofigure("allow")
    assert b"no commit yet" in inner.gofigure("run").stderr
    inner.config('[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "touch canary"\n')
    done = inner.gofigure("run")
    assert done.returncode == 2
    assert b"this bare repository lies in" in done.stderr


def test_without_its_configuration_the_gate_stays_shut(bare: Repo, mine: Repo) -> None:
    """No branch can take it away there, as it can in a working tree."""
    _gate(bare, "true", "pre-receive", "post-receive")
    (bare.root / ".gofigure.toml").unlink()
    done = _push(mine, "main")
    assert done.returncode != 0
    assert b"is gone, so nothing says what may be pushed" in done.stderr
    bare.gofigure("uninstall-hooks")
    done = _push(mine, "main")
    assert done.returncode == 0, said(done)


def test_told_to_run_nothing(bare: Repo, mine: Repo) -> None:
    """The owner's switch: whoever pushes over a network cannot set it."""
    _gate(bare, "false", "pre-receive")
    done = mine.try_git("push", "-q", "origin", "main", env={"GOFIGURE": "0"})
    assert done.returncode == 0, said(done)
    (skip,) = bare.json("history")["skips"]
    assert (skip["hook"], skip["reason"]) == ("pre-receive", "GOFIGURE=0")
