"""Never lost: whatever is done to gofigure at whatever moment, what is the user's stays as it was (G1, G9, F30).

Stories of some trials each: a random state, a random command, stopped in a random way at a random moment; then the
same command again, which must come out right. GOFIGURE_TRIALS says how many trials (50; nightly 1,000 or more),
GOFIGURE_SEED where the seeds begin. The seed is in the test's name: GOFIGURE_SEED=SEED GOFIGURE_TRIALS=1 replays it.
"""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import time
from pathlib import Path

import pytest
from support import possessions
from support.facts import Looker, tree
from support.possessions import Possessions, differences
from support.processes import command_line
from support.repo import Repo
from support.rig import Gate, Rig, Running, bearers
from support.trials import (
    COMMANDS,
    Command,
    Expected,
    Stop,
    a_state,
    a_stop,
    seed,
    something_to_merge,
    without_half_a_merge,
)

from gofigure.process import family

PER_STORY = 5
TRIALS = int(os.environ.get("GOFIGURE_TRIALS", "50"))
FIRST = int(os.environ.get("GOFIGURE_SEED", "2026"))
ORPHANS_MAY_TAKE = 2.0

CONFIG = """
[jobs.check]
on = ["pre-commit", "pre-merge-commit", "pre-push"]
stages = ["look", "held"]
[stages.look]
cache = false
workspace = "WORKSPACE"
run = '''LOOK'''
[stages.held]
cache = false
workspace = "WORKSPACE"
run = '''
if test -e FLAGS/gate; then GATE; fi
if test -e FLAGS/slow; then sleep 0.15; fi
if test -e FLAGS/left; then sleep 30 & fi
if test -e FLAGS/nested; then (cd $(mktemp -d) && git init -q && git commit -q --allow-empty -m nested); fi
test ! -e FLAGS/fails
'''
"""


class Scene:
    """A repository with hooks, its stages, and what they wrote down."""

    def __init__(self, repo: Repo, folder: Path, rig: Rig, chance: random.Random, extra: str = "") -> None:
        self.main, self.rig, self.chance = repo, rig, chance
        self.gate: Gate = rig.gate()
        self.flags = folder / "flags"
        self.flags.mkdir()
        self.scratch = str(folder / "scratch index")
        self.looker = Looker(folder / "facts")
        seed(repo)
        workspace = chance.choice(("auto", "auto", "private"))
        text = CONFIG.replace("WORKSPACE", workspace).replace("FLAGS", str(self.flags))
        repo.config(text.replace("LOOK", self.looker.line + extra).replace("GATE", self.gate.sh))
        repo.git("add", "-A")
        repo.git("commit", "-q", "-m", "the configuration")
        assert repo.gofigure("install-hooks").returncode == 0
        repo.git("clone", "-q", "--bare", str(repo.root), str(folder / "remote.git"))
        repo.git("remote", "add", "origin", str(folder / "remote.git"))
        self.repo = repo
        if chance.random() < 0.25:
            self.repo = repo.at(folder / "linked")
            repo.git("worktree", "add", "-q", "-b", "other", str(self.repo.root))

    def set(self, *names: str) -> None:
        """These flags, and no others."""
        for path in self.flags.iterdir():
            path.unlink()
        for name in names:
            (self.flags / name).touch()

    def owned(self) -> list[Possessions]:
        """The user's, in the working tree that the trial is in, and in the main one."""
        return [possessions.of(self.main.at(root)) for root in dict.fromkeys((self.repo.root, self.main.root))]

    def begin(self, command: Command) -> Running:
        start = ["git"] if command.of_git else list(self.repo.command)
        return self.rig.start_program([*start, *command.argv], self.repo.root, self.repo.env)


def _manager(running: Running, command: Command) -> int | None:
    """The gofigure that git has started; None once git is gone."""
    if not command.of_git:
        return running.pid
    while running.process.poll() is None:
        for pid in (one.pid for one in family.table().values() if one.parent == running.pid):
            if b"gofigure" in command_line(pid):
                return pid
    return None


def _strike(scene: Scene, running: Running, command: Command, stop: Stop) -> bool:
    """Stop it as told; False where it had ended before."""
    if stop.seconds is None:
        ready, _, _ = select.select([scene.gate.fd, os.pidfd_open(running.pid)], [], [], 30)
        if scene.gate.fd not in ready:
            return False  # it came to an end without a stage: there was nothing to merge, say
        held = scene.gate.arrive()
        one = family.one(held)
        manager = one.parent if one is not None else None
    else:
        manager = _manager(running, command)
        select.select([], [], [], stop.seconds)  # a moment of no meaning: that is the point
    if running.process.poll() is not None or manager is None:
        return False
    try:
        os.killpg(running.pid, stop.number) if stop.group else os.kill(manager, stop.number)
    except ProcessLookupError:
        return False
    return True


def _nobody_is_left(scene: Scene) -> None:
    begun = time.monotonic()
    ours = f"HOME={scene.repo.env['HOME']}".encode()
    while left := bearers(ours):
        assert time.monotonic() - begun < ORPHANS_MAY_TAKE, [command_line(pid) for pid in left]
        select.select([], [], [], 0.02)


def _compare(before: list[Possessions], after: list[Possessions], command: Command, moved: Expected | None) -> None:
    """`moved`: what git makes of a command that comes to its end; None: it did not."""
    to_move: tuple[str, ...] = ()
    if moved is not None:  # HEAD and its branch go on, and what is known of a remote repository
        branch = os.fsdecode(before[0].refs["HEAD"]).removeprefix("ref: ").strip()
        to_move = ("HEAD", "refs/remotes/", branch)
    logs_to_move = [f"{where}/{name}" for where in ("common", "own") for name in to_move]
    for old, new in zip(before, after, strict=True):
        assert differences(old.files, new.files, command.may_change) == []
        assert differences(old.places, new.places) == []
        assert differences(old.refs, new.refs, to_move) == []
        assert differences(old.logs, new.logs, logs_to_move) == []
        assert all(new.logs[name].startswith(log) for name, log in old.logs.items()), "a log only grows"
    index = before[0].staged if moved is None or moved.staged is None else moved.staged
    if not command.may_change:
        assert differences(index, after[0].staged) == []
    for old, new in zip(before[1:], after[1:], strict=True):
        assert differences(old.staged, new.staged) == []


def _check(
    scene: Scene, command: Command, before: list[Possessions], expected: Expected, heads: tuple[bytes, bytes]
) -> None:
    """What a command has done where it came to its end: one commit, of just that tree, which the stages have seen."""
    old, new = heads
    if expected.tree is not None:
        assert new != old or "--amend" in command.argv, "amended by the same, it is the same"
        made = scene.repo.git("rev-parse", f"{new.decode()}^{{tree}}").decode().strip()
        assert made == expected.tree
        parents = scene.repo.git("rev-list", "--parents", "-n", "1", new.decode()).split()[1:]
        was = scene.repo.git("rev-list", "--parents", "-n", "1", old.decode()).split()[1:]
        assert parents == (was if "--amend" in command.argv else [old])
    if command.of_git and new != old:
        seen = {path: what for path, what in scene.looker.seen[-1].files.items() if not path.endswith(".ignored")}
        assert seen == tree(scene.repo), "what the stages saw is what was committed"


def _index(repo: Repo) -> bytes:
    place = repo.git("rev-parse", "--path-format=absolute", "--git-path", "index").strip()
    return Path(os.fsdecode(place)).read_bytes()


def _head(repo: Repo) -> bytes:
    return repo.git("rev-parse", "HEAD").strip()


def _after_a_kill_of_git(scene: Scene, *, killed: bool) -> None:
    """Git's own locks stay where git itself was killed, and nowhere else. A person removes them, and so do we."""
    left = possessions.locks(scene.main)
    assert killed or left == []
    for path in left:
        path.unlink()


def _trial(scene: Scene, command: Command, stop: Stop, flags: list[str]) -> None:
    waits = ["gate"] if stop.number and stop.seconds is None else ["slow"]
    scene.set(*waits, *flags)
    scene.repo.try_git("update-index", "-q", "--refresh")
    before, head, index = scene.owned(), _head(scene.repo), _index(scene.repo)
    expected = command.expect(scene.repo, scene.scratch)
    running = scene.begin(command)
    struck = bool(stop.number) and _strike(scene, running, command, stop)
    if not struck and "gate" in waits:
        scene.gate.open()
    code = running.finish()
    print(f"  {'struck' if struck else 'came to its end'}, exit code {code}")
    _nobody_is_left(scene)
    of_git = struck and stop.group and command.of_git
    _after_a_kill_of_git(scene, killed=of_git and stop.number == signal.SIGKILL)
    now = _head(scene.repo)
    after = scene.owned()
    assert command.of_git or _index(scene.repo) == index, "git may refresh it; we write nothing"
    if code == 0 or (of_git and now != head):
        moved = expected if command.of_git else None
        if of_git and stop.number == signal.SIGKILL and after[0].staged == before[0].staged:
            moved = expected._replace(staged=None)  # killed between its two last steps
        _compare(before, after, command, moved)
        _check(scene, command, before, expected, (head, now))
        assert "fails" not in flags, running.output
    else:
        _compare(before, after, command, expected._replace(staged=None) if "push" in command.argv else None)


def _merging(repo: Repo) -> bool:
    return repo.try_git("rev-parse", "-q", "--verify", "MERGE_HEAD").returncode == 0


def _and_then_it_works(scene: Scene, command: Command) -> None:
    """The same again, with nobody in its way."""
    scene.set()
    if _merging(scene.repo):
        command = Command(("commit", "-q", "--no-edit"), lambda _repo, _scratch: Expected(), may_change=("theirs",))
    before, head = scene.owned(), _head(scene.repo)
    expected = command.expect(scene.repo, scene.scratch)
    running = scene.begin(command)
    assert running.finish() == 0, running.output.decode(errors="replace")
    _compare(before, scene.owned(), command, expected)
    _check(scene, command, before, expected, (head, _head(scene.repo)))
    assert possessions.locks(scene.main) == []


def _choose(scene: Scene, chance: random.Random) -> str:
    """A command that git would not refuse here."""
    name = chance.choice(sorted(COMMANDS))
    if name == "merge":
        status = scene.repo.git("status", "--porcelain", "-z", "--no-renames", "-uno").split(b"\0")
        if any(entry[:1] != b" " or entry[1:2] == b"A" for entry in status[:-1]):
            return "commit"
        something_to_merge(scene.repo, scene.scratch, f"{chance.random()}\n")
    elif name == "push":
        scene.repo.git("commit", "-q", "--no-verify", "--allow-empty", "-m", "to be pushed")
    return name


@pytest.mark.parametrize("story", range(FIRST, FIRST + max(1, TRIALS // PER_STORY)))
def test_what_is_the_users_is_as_it_was(repo: Repo, rig: Rig, tmp_path: Path, story: int) -> None:
    chance = random.Random(story)
    scene = Scene(repo, tmp_path, rig, chance)
    for number in range(PER_STORY):
        happened = a_state(scene.repo, chance)
        name = _choose(scene, chance)
        stop = a_stop(chance)
        flags = [flag for flag, odds in (("fails", 0.15), ("left", 0.2), ("nested", 0.2)) if chance.random() < odds]
        print(f"story {story}, trial {number}: {happened}; {name}; {stop}; {flags}")
        _trial(scene, COMMANDS[name], stop, flags)
        if name == "merge" and not _merging(scene.repo):
            without_half_a_merge(scene.repo)
        _and_then_it_works(scene, COMMANDS[name])


HARMS = {
    "none": "true",
    "a stash": "cd ROOT && git stash -q",
    "a stash and back": "cd ROOT && git stash -q && git stash pop -q",
    "files removed": "rm ROOT/new/file",
    "files written anew": "cp ROOT/b/file ROOT/x && mv ROOT/x ROOT/b/file",
    "a mode": "chmod 600 ROOT/b/file",
    "the index": "cd ROOT && git update-index --assume-unchanged c/file",
    "a branch": "cd ROOT && git branch made-by-a-stage",
    "HEAD": "cd ROOT && git checkout -q --detach",
    "the configuration": "cd ROOT && git config user.name Nobody",
    "a lock that stays": "touch ROOT/.git/index.lock",
    "a process that stays": "cd / && setsid env -u GOFIGURE_RUN sleep 20 &",
    "another tree": "cd ROOT && git add b/file",
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS.keys())
def test_the_property_is_one_that_can_fail(repo: Repo, rig: Rig, tmp_path: Path, harm: str) -> None:
    """The negative control: a stage that does what the peers do, and worse."""
    scene = Scene(repo, tmp_path, rig, random.Random(1), extra=f"; ({harm.replace('ROOT', str(repo.root))})")
    scene.repo = scene.main
    repo.write("a/file", "staged\n")
    repo.git("add", "a/file")
    repo.write("b/file", "edited\n")
    repo.write("new/file", "untracked\n")
    with contextlib.nullcontext() if harm == "true" else pytest.raises(AssertionError):
        _trial(scene, COMMANDS["commit"], Stop(0, group=False, seconds=0.0), [])
