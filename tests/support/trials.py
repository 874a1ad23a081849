"""Random repository states, commands and ways to be stopped: what the never-lost property is tried on."""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from support.possessions import index_of
from support.repo import Repo

State = Callable[[Repo, random.Random], object]


def seed(repo: Repo) -> None:
    """One commit, with one of each kind, and an entry in the stash."""
    for name in ("a/file", "b/file", "c/file", "c/deep/file", "gone", "odd \t'name\xff"):
        repo.write(name.encode("latin-1"), f"{name} 1\n" * 20)
    repo.write("d/run.sh", "#!/bin/sh\n", mode=0o755)
    repo.write("binary", bytes(range(256)))
    repo.write(".gitignore", "*.ignored\n")
    (repo.root / "link").symlink_to("a/file")
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "one")
    repo.git("branch", "theirs")
    repo.write("c/file", "in the stash\n")
    repo.git("stash", "push", "-q")


def _text(chance: random.Random) -> str:
    return f"{chance.random()}\n" * chance.randrange(1, 30)


def _staged(repo: Repo, chance: random.Random) -> None:
    repo.write("a/file", _text(chance))
    repo.git("add", "a/file")


def _staged_and_edited(repo: Repo, chance: random.Random) -> None:
    _staged(repo, chance)
    repo.write("a/file", _text(chance))


def _removed(repo: Repo, chance: random.Random) -> None:
    """Here, in the index only, or in both."""
    way = chance.choice((["rm", "-q", "--cached"], ["rm", "-q", "-f"], []))
    if way:
        repo.try_git(*way, "--ignore-unmatch", "gone")
    else:
        (repo.root / "gone").unlink(missing_ok=True)


def _renamed(repo: Repo, chance: random.Random) -> None:
    if (repo.root / "d/run.sh").exists() and b"d/run.sh" in repo.git("ls-files"):
        repo.git("mv", "d/run.sh", f"d/run-{chance.randrange(1000)}.sh")


def _relinked(repo: Repo, chance: random.Random) -> None:
    (repo.root / "link").unlink(missing_ok=True)
    (repo.root / "link").symlink_to(chance.choice(("b/file", "nowhere", "c")))


def _mode(repo: Repo, chance: random.Random) -> None:
    (repo.root / "c/deep/file").chmod(chance.choice((0o644, 0o755, 0o600)))


def _intent(repo: Repo, chance: random.Random) -> None:
    name = f"later-{chance.randrange(1000)}"
    repo.write(name, _text(chance))
    repo.git("add", "-N", name)


def _hidden(repo: Repo, chance: random.Random) -> None:
    repo.git("update-index", chance.choice(("--assume-unchanged", "--skip-worktree")), "c/file")
    repo.write("c/file", _text(chance))


def _stashed(repo: Repo, _chance: random.Random) -> None:
    made = repo.try_git("stash", "create").stdout.strip()
    if made:  # git does not know how, with an intent to add
        repo.git("stash", "store", "-m", "one more", made)


def _old(repo: Repo, chance: random.Random) -> None:
    when = chance.randrange(10**9, 2 * 10**18)
    os.utime(repo.root / "b/file", ns=(when, when))


def _inner(repo: Repo, _chance: random.Random) -> None:
    """A repository of its own that this one does not know."""
    if not (repo.root / "inner").exists():
        inner = Repo.create(repo.root / "inner", repo.env)
        inner.write("file", "1\n")
        inner.commit("inner")


STATES: dict[str, State] = {
    "staged": _staged,
    "edited": lambda repo, chance: repo.write("b/file", _text(chance)),
    "staged and edited again": _staged_and_edited,
    "untracked": lambda repo, chance: repo.write(f"new/{chance.randrange(1000)}", _text(chance), mode=0o640),
    "odd untracked": lambda repo, chance: repo.write(b"-rf \n\xff", _text(chance)),
    "ignored": lambda repo, chance: repo.write("x.ignored", _text(chance)),
    "binary": lambda repo, chance: repo.write("binary", chance.randbytes(500)),
    "removed": _removed,
    "renamed": _renamed,
    "another link": _relinked,
    "mode": _mode,
    "intent to add": _intent,
    "hidden from git": _hidden,
    "stashed": _stashed,
    "a time long ago": _old,
    "an empty folder": lambda repo, _chance: (repo.root / "empty").mkdir(exist_ok=True),
    "an inner repository": _inner,
    "split index": lambda repo, _chance: repo.git("update-index", "--split-index"),
    "detached": lambda repo, _chance: repo.git("checkout", "-q", "--detach"),
}


def something_to_merge(repo: Repo, scratch: str, content: str) -> None:
    """Another commit on the branch `theirs`, without touching anything else."""
    env = {"GIT_INDEX_FILE": scratch}
    repo.git("read-tree", "theirs", env=env)
    oid = repo.git("hash-object", "-w", "--stdin", stdin=content.encode()).decode().strip()
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{oid},theirs", env=env)
    tree = repo.git("write-tree", env=env).decode().strip()
    made = repo.git("commit-tree", "-p", "theirs", "-m", "theirs", tree).decode().strip()
    repo.git("update-ref", "refs/heads/theirs", made)
    Path(scratch).unlink()


def without_half_a_merge(repo: Repo) -> None:
    """What git leaves of a merge when it is killed itself, put back by hand."""
    if repo.git("ls-tree", "HEAD", "theirs"):
        repo.git("checkout", "-q", "HEAD", "--", "theirs")
    else:
        repo.git("rm", "-q", "-f", "--ignore-unmatch", "theirs")
        (repo.root / "theirs").unlink(missing_ok=True)


class Expected(NamedTuple):
    """What git makes of a command that nobody stops."""

    tree: str | None = None  # of the new commit; None: there is none
    staged: dict[str, object] | None = None  # the index; None: it stays


class Command(NamedTuple):
    """`argv`: git, or None for gofigure's own. `may_change`: paths that are its own to change; a fixer's go here."""

    argv: tuple[str, ...]
    expect: Callable[[Repo, str], Expected]
    of_git: bool = True
    may_change: tuple[str, ...] = ()


def _same(_repo: Repo, _scratch: str) -> Expected:
    return Expected()


def _committing(*add: str, head: bool = False, real: bool = True) -> Callable[[Repo, str], Expected]:
    """The tree by an index beside the real one, which git is told to `add` to; `head`: it starts as HEAD's."""

    def expect(repo: Repo, scratch: str) -> Expected:
        env = {"GIT_INDEX_FILE": scratch}
        place = os.fsdecode(repo.git("rev-parse", "--path-format=absolute", "--git-path", "index").strip())
        index = None
        if real:
            shutil.copyfile(place, scratch)
            if add:
                repo.git("add", *add, env=env)
            index = index_of(repo, scratch)
        if head:
            repo.git("read-tree", "HEAD", env=env)
            repo.git("add", *add, env=env)
        tree = repo.git("write-tree", env=env).decode().strip()
        Path(scratch).unlink()
        return Expected(tree, index)

    return expect


_EMPTY = ("commit", "-q", "--allow-empty", "-m", "two")
COMMANDS: dict[str, Command] = {
    "commit": Command(_EMPTY, _committing()),
    "commit -a": Command((*_EMPTY, "-a"), _committing("-u")),
    "commit -- path": Command((*_EMPTY, "--", "b/file"), _committing("b/file", head=True)),
    "commit --include": Command((*_EMPTY, "--include", "b/file"), _committing("b/file")),
    "commit --amend": Command((*_EMPTY, "--amend"), _committing()),
    "commit --amend -a": Command((*_EMPTY, "--amend", "-a"), _committing("-u")),
    "merge": Command(("merge", "-q", "--no-ff", "--no-edit", "theirs"), _same, may_change=("theirs",)),
    "push": Command(("push", "-q", "-f", "origin", "HEAD:refs/heads/main"), _same),
    "run": Command(("run",), _same, of_git=False),
    "run --no-cache": Command(("run", "--no-cache"), _same, of_git=False),
    "run --staged": Command(("run", "--staged"), _same, of_git=False),
    "run --commit": Command(("run", "--commit", "HEAD"), _same, of_git=False),
}


class Stop(NamedTuple):
    """How, whom and when: at the moment that a stage is under way, or so many seconds after the manager's start."""

    number: int  # 0: nobody
    group: bool
    seconds: float | None  # None: at the gate

    def __str__(self) -> str:
        if not self.number:
            return "not stopped"
        whom = "the group" if self.group else "the manager"
        when = "at a stage" if self.seconds is None else f"after {self.seconds * 1000:.0f} ms"
        return f"{signal.Signals(self.number).name} to {whom} {when}"


def a_stop(chance: random.Random) -> Stop:
    number = chance.choice((0, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGKILL))
    seconds = None if chance.random() < 0.35 else chance.uniform(0, 0.4)
    return Stop(number, chance.random() < 0.5, seconds)


def a_state(repo: Repo, chance: random.Random) -> list[str]:
    """Some things happen in the repository; their names."""
    names = chance.sample(sorted(STATES), chance.randrange(1, 7))
    for name in names:
        STATES[name](repo, chance)
    return names
