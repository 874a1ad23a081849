"""What git hands over by name: to the stages that ask for it, by the hook that has it, and to no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.repo import Repo
from support.rig import said, stages

from gofigure.model import HANDED_VARIABLES

_SHOW = "; ".join(f'echo "{name}=${{{name}-unset}}"' for name in HANDED_VARIABLES)


def _configured(repo: Repo, hook: str, stage: str) -> Repo:
    repo.config(f'[jobs.j]\non = ["{hook}"]\nstages = ["s"]\n[stages.s]\n{stage}\n')
    done = repo.gofigure("install-hooks")
    assert done.returncode == 0, said(done)
    return repo


def _shown(repo: Repo) -> dict[str, str]:
    """What the stage saw when it ran last."""
    text = (repo.root.parent / "saw").read_text()
    found = dict(line.split("=", 1) for line in text.splitlines())
    return {name: value for name, value in found.items() if value != "unset"}


def _id(repo: Repo, revision: str = "HEAD") -> str:
    return repo.git("rev-parse", revision).decode().strip()


@pytest.fixture
def based(repo: Repo) -> Repo:
    repo.write(".gitignore", ".gofigure.toml\n")
    repo.write("a", "1\n")
    repo.commit("one")
    repo.write("a", "2\n")
    repo.commit("two")
    return repo


def _of(repo: Repo, hook: str) -> Repo:
    return _configured(repo, hook, f"run = '''{{ {_SHOW}; }} > ../saw'''")


def test_of_a_message(based: Repo) -> None:
    message = f"{based.root}/.git/COMMIT_EDITMSG"
    _of(based, "commit-msg").git("commit", "-q", "--allow-empty", "-m", "x")
    assert _shown(based) == {"GOFIGURE_HOOK": "commit-msg", "GOFIGURE_MESSAGE_FILE": message}
    _of(based, "prepare-commit-msg").git("commit", "-q", "--allow-empty", "-m", "x")
    assert _shown(based)["GOFIGURE_MESSAGE_SOURCE"] == "message"
    based.git("commit", "-q", "--amend", "--allow-empty", "-C", "HEAD")
    assert _shown(based) == {
        "GOFIGURE_HOOK": "prepare-commit-msg",
        "GOFIGURE_MESSAGE_FILE": message,
        "GOFIGURE_MESSAGE_SOURCE": "commit",
    }


def test_of_an_email(based: Repo, tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("Subject: x\n")
    _of(based, "sendemail-validate").git("hook", "run", "sendemail-validate", "--", "../mail")
    assert _shown(based) == {
        "GOFIGURE_HOOK": "sendemail-validate",
        "GOFIGURE_MESSAGE_FILE": f"{based.root}/../mail",
    }


def test_of_a_checkout(based: Repo) -> None:
    one, two = _id(based, "HEAD~1"), _id(based)
    _of(based, "post-checkout").git("checkout", "-q", "-b", "other", "HEAD~1")
    assert _shown(based) == {
        "GOFIGURE_HOOK": "post-checkout",
        "GOFIGURE_FROM_REF": two,
        "GOFIGURE_TO_REF": one,
        "GOFIGURE_CHECKOUT_TYPE": "branch",
    }
    based.git("checkout", "-q", "--", "a")
    assert _shown(based)["GOFIGURE_CHECKOUT_TYPE"] == "files"


def test_of_a_rebase_a_rewrite_and_a_merge(based: Repo) -> None:
    based.git("checkout", "-q", "-b", "other", "HEAD~1")
    based.write("b", "1\n")
    based.commit("b")
    _of(based, "pre-rebase").git("rebase", "-q", "main")
    assert _shown(based) == {"GOFIGURE_HOOK": "pre-rebase", "GOFIGURE_UPSTREAM": "main"}
    based.git("rebase", "-q", "-f", "main", "other")
    assert _shown(based)["GOFIGURE_BRANCH"] == "other"
    _of(based, "post-rewrite").git("commit", "-q", "--amend", "-m", "better")
    assert _shown(based) == {"GOFIGURE_HOOK": "post-rewrite", "GOFIGURE_REWRITE": "amend"}
    based.git("checkout", "-q", "main")
    _of(based, "post-merge").git("merge", "-q", "--squash", "other")
    assert _shown(based) == {"GOFIGURE_HOOK": "post-merge", "GOFIGURE_SQUASH": "true"}


def test_of_a_push(based: Repo, tmp_path: Path) -> None:
    based.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    based.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    _of(based, "pre-push").git("push", "-q", "origin", "HEAD:refs/heads/x")
    assert _shown(based) == {
        "GOFIGURE_HOOK": "pre-push",
        "GOFIGURE_REMOTE_NAME": "origin",
        "GOFIGURE_REMOTE_URL": str(tmp_path / "remote.git"),
        "GOFIGURE_REFS": "refs/heads/x",
        "GOFIGURE_FROM_REF": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        "GOFIGURE_TO_REF": _id(based),
    }


def test_who_asks_for_one_gets_no_other(based: Repo) -> None:
    """And proves nothing, as what git hands over is no content."""
    _configured(based, "pre-push", "run = '''test -n \"$GOFIGURE_REMOTE_URL\"; env > ../saw'''")
    based.git("push", "-q", str(based.root), "HEAD:refs/heads/x")
    names = {line.partition("=")[0] for line in (based.root.parent / "saw").read_text().splitlines()}
    assert names.intersection(HANDED_VARIABLES) == {"GOFIGURE_HOOK", "GOFIGURE_REMOTE_URL"}
    stage = stages(based.json("history"))["s"]
    assert (stage["proven"], stage["note"]) == (False, "not proven: it reads what git hands to pre-push")


def test_who_asks_for_none_gets_none_and_is_proven(based: Repo, tmp_path: Path) -> None:
    _configured(based, "pre-push", "run = 'env > ../saw'")
    based.git("push", "-q", str(based.root), "HEAD:refs/heads/x")
    names = {line.partition("=")[0] for line in (tmp_path / "saw").read_text().splitlines()}
    assert not names.intersection(HANDED_VARIABLES)
    assert stages(based.json("history"))["s"]["proven"]


def test_a_program_asks_by_pass_env(based: Repo, tmp_path: Path) -> None:
    """Any target: what reads it is a program. By hand it is the user's own variable, and part of the key."""
    based.write("Makefile", f"all:\n\techo \"$$GOFIGURE_REFS\" >> '{tmp_path}/saw'\n")
    based.commit("make")
    _configured(based, "pre-push", 'target = "make"\npass_env = ["GOFIGURE_REFS"]')
    for _ in range(2):
        done = based.try_git("push", "-q", str(based.root), "HEAD:refs/heads/x", "HEAD:refs/heads/y")
        assert done.returncode == 0, said(done)
        based.git("branch", "-q", "-D", "x", "y")
    assert (tmp_path / "saw").read_text() == "refs/heads/x refs/heads/y\n" * 2
    assert not stages(based.json("history"))["s"]["proven"]
    for value, verdict in (("mine", "passed"), ("mine", "reused"), ("other", "passed")):
        done = based.gofigure("run", "--json", env={"GOFIGURE_REFS": value})
        assert f'"verdict": "{verdict}"' in said(done)


def test_a_stage_for_each_file_asks_as_well(based: Repo, tmp_path: Path) -> None:
    """Its arguments stay its files, all of them each time."""
    _configured(based, "pre-push", """files = '^a$'\nrun = 'echo "$GOFIGURE_REFS $*" >> ../saw'""")
    for _ in range(2):
        based.git("push", "-q", str(based.root), "HEAD:refs/heads/x")
        based.git("branch", "-q", "-D", "x")
    assert (tmp_path / "saw").read_text() == "refs/heads/x a\n" * 2


def test_by_hand_who_cannot_do_without_is_left_out(based: Repo) -> None:
    _configured(based, "pre-push", "run = 'test -n \"$GOFIGURE_REFS\"'")
    stage = stages(based.json("run"))["s"]
    assert (stage["verdict"], "gofigure hook pre-push" in stage["reason"]) == ("skipped", True)
    _configured(based, "pre-push", "run = 'test -z \"${GOFIGURE_REFS-}\"'")
    assert stages(based.json("run"))["s"]["verdict"] == "passed"


def test_every_hook_has_a_name(repo: Repo) -> None:
    """Also one that hands over nothing else, of a job that others start, too."""
    repo.config(
        '[jobs.j]\non = ["pre-commit", "pre-push"]\nstages = ["s"]\n'
        "[stages.s]\nrun = 'echo $GOFIGURE_HOOK; ! grep -q BAD *.txt'\n"
    )
    repo.write("a.txt", "BAD\n")
    assert repo.gofigure("install-hooks").returncode == 0
    assert repo.commit("bad").returncode != 0
    repo.write("a.txt", "good\n")
    assert repo.commit("good").returncode == 0
    assert repo.gofigure("logs").stdout.endswith(b"pre-commit\n")
