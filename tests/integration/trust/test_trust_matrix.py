"""Only bytes that were approved, or written here, run: the matrix G15, its swaps, and a hundred random stories."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support.pair import Pair, config, project_at, refusal, say_yes, touch
from support.repo import Repo
from support.rig import lines, said

from gofigure import trust
from gofigure.errors import GofigureError, NotAllowedError
from gofigure.events import ignore
from gofigure.model import Trigger
from gofigure.pipeline import run
from gofigure.project import load_config
from gofigure.subject import Request
from gofigure.trust.provenance import why_not_ours

EVIL = "touch ../canary; echo"


@pytest.fixture
def pair(tmp_path: Path, environment: dict[str, str]) -> Pair:
    return Pair.create(tmp_path, environment)


def _canary(pair: Pair) -> list[Path]:
    return list(pair.remote.parent.rglob("canary*"))


def _evil(pair: Pair) -> None:
    """Their change, as a shell line that would leave a trace."""
    pair.they_push("evil", text=config().replace("echo a", EVIL))
    pair.mine.git("fetch", "-q")


def _edit(pair: Pair) -> Repo:
    pair.mine.config(config(2))
    return pair.mine


def _edit_evil(pair: Pair) -> Repo:
    _evil(pair)
    pair.mine.write(".gofigure.toml", pair.mine.git("show", "origin/evil:.gofigure.toml"))
    return pair.mine


def _move(pair: Pair) -> Repo:
    return pair.mine.at(pair.mine.root.rename(pair.mine.root.parent / "moved"))


def _copy(pair: Pair) -> Repo:
    return pair.mine.at(shutil.copytree(pair.mine.root, pair.mine.root.parent / "copy", symlinks=True))


def _switch(pair: Pair) -> Repo:
    pair.mine.git("checkout", "-q", "-b", "own")
    pair.i_commit(a=2)
    pair.mine.git("checkout", "-q", "main")
    return pair.mine


def _switch_evil(pair: Pair) -> Repo:
    _evil(pair)
    pair.mine.git("checkout", "-q", "evil")
    return pair.mine


def _symlink_swap(pair: Pair) -> Repo:
    (pair.mine.root / "evil.toml").write_text(config().replace("echo a", EVIL))
    (pair.mine.root / ".gofigure.toml").unlink()
    (pair.mine.root / ".gofigure.toml").symlink_to("evil.toml")
    return pair.mine


def _worktree(pair: Pair) -> Repo:
    return pair.worktree("-b", "linked")


def _worktree_evil(pair: Pair) -> Repo:
    _evil(pair)
    return pair.worktree("evil")


def _touched(pair: Pair) -> Repo:
    touch(pair.mine)
    return pair.mine


def _touched_evil(pair: Pair) -> Repo:
    _switch_evil(pair)
    touch(pair.mine)
    return pair.mine


MATRIX: dict[str, tuple[Callable[[Pair], Repo], bool]] = {
    "edit": (_edit, True),
    "edit to what is theirs": (_edit_evil, False),
    "move": (_move, False),
    "copy": (_copy, False),
    "branch switch": (_switch, True),
    "branch switch to theirs": (_switch_evil, False),
    "symlink swap": (_symlink_swap, False),
    "other worktree": (_worktree, True),
    "other worktree, of theirs": (_worktree_evil, False),
    "mtime only": (_touched, True),
    "mtime only, of theirs": (_touched_evil, False),
}
PLANNING = (("status",), ("why", "a"), ("run", "--no-cache", "--json"))


@pytest.mark.parametrize(("change", "runs"), MATRIX.values(), ids=MATRIX.keys())
def test_the_matrix(pair: Pair, change: Callable[[Pair], Repo], runs: bool) -> None:
    """G15."""
    repo = change(pair)
    done = repo.gofigure("run")
    assert done.returncode == (0 if runs else 2), said(done)
    assert runs or "gofigure allow" in said(done)
    assert _canary(pair) == []
    assert (lines(repo.root.parent / "ran") > 0) == runs


def test_a_further_layer_is_judged_by_its_own_bytes(pair: Pair) -> None:
    """G15, the included file: here a personal layer that somebody has put under version control."""
    project = project_at(pair.mine)
    base = load_config(project).layers[0]
    name = ".gofigure.local.toml"

    def present() -> trust.Layer:
        return trust.Layer(name, (pair.mine.root / name).read_bytes())

    pair.mine.write(name, "# of my own\n")
    trust.require(project.trust, [base, present()])
    pair.theirs.write(name, "# theirs\n")
    pair.they_commit()
    (pair.mine.root / name).unlink()
    pair.mine.git("pull", "-q")
    with pytest.raises(NotAllowedError, match=r"\.gofigure\.local\.toml is not what was allowed"):
        trust.require(project.trust, [base, present()])
    trust.require(project.trust, [base])
    with pytest.raises(NotAllowedError):
        trust.require(project.trust, [base._replace(name=name)])
    trust.allow(project.trust, [base, present()])
    trust.require(project.trust, [base, present()])


def test_the_bytes_that_are_judged_are_those_that_run(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """G15, a swap between the judgement and the run; and back again."""
    project, place = project_at(pair.mine), pair.mine.root / ".gofigure.toml"
    judge = trust.require

    def swap(*args: object) -> bytes:
        place.write_text(config().replace("echo a", EVIL))
        return judge(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(trust, "require", swap)
    request = Request(Trigger("manual"), pair.mine.env)
    run(project, request, ignore)
    assert _canary(pair) == []
    assert sorted((pair.mine.root.parent / "ran").read_text().splitlines()) == ["a 1", "b 1"]


def test_a_configuration_that_may_not_run_starts_no_program_at_all(pair: Pair) -> None:
    """Planning asks tools for their version, and git may call what its configuration names."""
    tool = pair.mine.write("../tool", "#!/bin/sh\ntouch ../canary-tool\n", mode=0o755)
    evil = config().replace("echo a", EVIL).replace("[stages.b]", f'tools = ["{tool}"]\n[stages.b]')
    pair.theirs.write(".gitattributes", "*.txt filter=planted diff=planted\n")
    pair.theirs.write("a.txt", "1\n")
    pair.they_push(text=evil)
    signs = pair.mine.write(
        ".git/signs.sh",
        "#!/bin/sh\ncat > /dev/null\nprintf '\\n[GNUPG:] SIG_CREATED \\n' >&2\necho signature\n",
        mode=0o755,
    )
    pair.mine.git("-c", f"gpg.program={signs}", "commit", "-q", "-S", "--allow-empty", "-m", "signed")
    pair.mine.git("pull", "-q", "--no-rebase", "--no-edit")
    script = pair.mine.write(".git/planted.sh", f"#!/bin/sh\ntouch {pair.remote.parent}/canary-git\ncat\n", mode=0o755)
    for name in (
        "core.fsmonitor", "core.pager", "diff.external", "diff.planted.textconv", "diff.planted.command",
        "filter.planted.clean", "filter.planted.process", "gpg.program", "gpg.ssh.program", "log.showSignature",
    ):  # fmt: skip
        pair.mine.git("config", name, "true" if name.startswith("log") else str(script))
    os.utime(pair.mine.root / "a.txt", (1, 1))
    for args in PLANNING:
        done = pair.mine.gofigure(*args)
        assert done.returncode == (0 if args[0] == "status" else 2), said(done)  # it shows the rest all the same
        assert "was not made here" in said(done)
    assert _canary(pair) == []


def test_a_hook_blocks_the_commit_and_says_why(pair: Pair) -> None:
    hooked = config().replace('stages = ["a", "b"]', 'on = ["pre-commit", "post-commit"]\nstages = ["a", "b"]')
    pair.mine.config(hooked)
    assert pair.mine.gofigure("install-hooks").returncode == 0
    assert pair.mine.commit("hooked").returncode == 0
    pair.mine.git("push", "-q")
    pair.theirs.git("pull", "-q")
    pair.they_push(text=hooked.replace("echo a", EVIL))
    pair.mine.git("pull", "-q")
    pair.mine.write("other", "2\n")
    done = pair.mine.commit("two")
    assert done.returncode == 1
    assert "was not made here" in said(done)
    assert "gofigure allow" in said(done)
    done = pair.mine.commit("two", "--no-verify")
    assert done.returncode == 0, "what comes after a commit can only say so"
    assert "was not made here" in said(done)
    assert _canary(pair) == []
    assert pair.mine.gofigure("install-hooks").returncode == 0, "counts as a yes"
    pair.mine.write("other", "3\n")
    assert pair.mine.commit("three").returncode == 0
    assert len(_canary(pair)) == 1


def test_a_yes_in_one_worktree_holds_in_another(pair: Pair) -> None:
    _evil(pair)
    linked = pair.worktree("evil")
    assert refusal(linked)
    say_yes(linked)
    pair.mine.git("checkout", "-q", "-b", "also", "origin/evil")
    assert refusal(pair.mine) == ""


def test_what_was_fetched_in_another_worktree(pair: Pair) -> None:
    """FETCH_HEAD is one per worktree."""
    linked = pair.worktree("-b", "linked")
    pair.they_ask_me_to_pull(a="evil")
    commit = pair.mine.git("rev-parse", "FETCH_HEAD").decode().strip()
    linked.git("checkout", "-q", commit, "--", ".gofigure.toml")
    assert refusal(linked)


def test_revoke_forgets_what_was_approved(pair: Pair) -> None:
    pair.they_push(a="theirs")
    pair.mine.git("pull", "-q")
    say_yes(pair.mine)
    project = project_at(pair.mine)
    trust.revoke(project.trust)
    assert not os.path.exists(project.trust.approved)
    pair.mine.git("checkout", "-q", "HEAD^")
    say_yes(pair.mine)
    pair.mine.git("checkout", "-q", "main")
    assert refusal(pair.mine)


def test_an_approval_is_of_no_use_with_another_token(pair: Pair) -> None:
    """Where the home folder is a working tree, a pull could bring one along, if its name could be told."""
    pair.they_push(a="evil")
    pair.mine.git("pull", "-q")
    say_yes(pair.mine)
    project = project_at(pair.mine)
    planted = {path.name: path.read_bytes() for path in Path(project.trust.approved).iterdir()}
    (pair.mine.root / ".git/gofigure/token").unlink()
    trust.allow(project.trust, [trust.Layer(".gofigure.toml", config().encode())])
    for name, data in planted.items():
        (Path(project.trust.approved) / name).write_bytes(data)
    assert refusal(pair.mine)


def test_of_many_files_none_is_forgotten(pair: Pair) -> None:
    project = project_at(pair.mine)
    layers = [trust.Layer(f"stage-{number}.json", b"# %d\n" % number) for number in range(120)]
    trust.allow(project.trust, layers)
    again = [*layers[1:], trust.Layer("stage-0.json", b"# again\n")]
    trust.allow(project.trust, again)
    assert all(trust.before(project.trust, layer) == layer.data for layer in again)


def test_only_the_last_hundred_are_kept(pair: Pair) -> None:
    project = project_at(pair.mine)
    for number in range(120):
        trust.allow(project.trust, [trust.Layer(".gofigure.toml", b"# %d\n" % number)])
    assert len([name for name in os.listdir(project.trust.approved) if name.startswith("text-")]) == 100
    trust.require(project.trust, [trust.Layer(".gofigure.toml", b"# 119\n")])


@pytest.mark.parametrize("shape", [("--object-format=sha256",), ("--separate-git-dir", "elsewhere.git")], ids=" ".join)
def test_other_shapes_of_repositories(tmp_path: Path, environment: dict[str, str], shape: tuple[str, ...]) -> None:
    if "sha256" in shape[0]:
        pair = Pair.create(tmp_path, environment, *shape)
    else:
        pair = Pair.create(tmp_path, environment)
        pair.mine.git("init", "-q", shape[0], str(tmp_path / shape[1]))
        say_yes(pair.mine)
    pair.i_commit(a=2)
    assert refusal(pair.mine) == ""
    pair.they_push("evil", a="evil")
    pair.mine.git("fetch", "-q")
    pair.mine.git("checkout", "-q", "evil")
    assert refusal(pair.mine)


def test_a_shallow_clone(pair: Pair) -> None:
    place = pair.remote.parent / "shallow"
    pair.mine.git("clone", "-q", "--depth=1", f"file://{pair.remote}", str(place))
    shallow = pair.mine.at(place)
    say_yes(shallow)
    shallow.config(config(2))
    shallow.git("commit", "-q", "-a", "-m", "mine")
    assert refusal(shallow) == ""
    pair.they_push(a="evil")
    shallow.git("fetch", "-q", "--depth=1")
    shallow.git("checkout", "-q", "origin/main")
    assert refusal(shallow)


def test_before_the_first_commit(repo: Repo) -> None:
    repo.config(config())
    say_yes(repo)
    for text in (config(2), config(3)):
        repo.config(text)
        assert refusal(repo) == ""
        repo.git("add", "-A")
        assert refusal(repo) == ""


def test_a_plain_folder_has_no_remote(tmp_path: Path, environment: dict[str, str]) -> None:
    folder = Repo(tmp_path / "folder", environment)
    folder.config(config())
    assert refusal(folder)
    say_yes(folder)
    folder.config(config(2))
    assert refusal(folder) == ""


def test_where_git_takes_too_long_nobody_can_tell(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gofigure.trust.history.PATIENCE", 0.0)
    pair.i_commit(a=2)
    assert "it cannot be told where it is from" in refusal(pair.mine)
    project = project_at(pair.mine)
    assert "took longer" in why_not_ours(project.trust, b"a token", load_config(project).layers[0])


def test_a_name_that_the_file_system_takes_for_the_same(pair: Pair) -> None:
    """On macOS a commit of .GoFigure.toml arrives as .gofigure.toml."""
    project = project_at(pair.mine)
    (pair.mine.root / ".gofigure.toml").rename(pair.mine.root / ".GoFigure.toml")
    assert "spelled in another way" in why_not_ours(
        project.trust, b"a token", trust.Layer(".gofigure.toml", config(2).encode())
    )


def test_approvals_that_cannot_be_kept_hold_nothing_up(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_at(pair.mine)
    before = os.listdir(project.trust.approved)
    pair.mine.config(config(2))

    def full(path: str, data: bytes) -> None:
        raise GofigureError(f"{path} cannot be written: No space left on device")

    monkeypatch.setattr("gofigure.trust.record._write", full)
    assert refusal(pair.mine) == ""
    assert os.listdir(project.trust.approved) == before


class _Story:
    """Random steps in a real repository, beside a model of what may run.

    The model knows each value of the configuration by who wrote it: what is approved runs, and nothing runs with a
    value of theirs that was not part of something approved. Between the two, git's diary decides.
    """

    def __init__(self, pair: Pair, seed: int) -> None:
        self.pair = pair
        self.random = random.Random(seed)
        self.number = 0
        self.approved = {config()}
        self.known_theirs: set[str] = set()  # values of theirs that a yes has covered
        self.did: list[str] = []
        self.seen: list[bool] = []

    def value(self, who: str) -> str:
        self.number += 1
        return f"{who}{self.number}"

    def text(self) -> str:
        return (self.pair.mine.root / ".gofigure.toml").read_text()

    def values(self) -> list[str]:
        return [line.split()[4] for line in self.text().splitlines() if line.startswith("run")]

    def edited(self, repo: Repo, who: str) -> str:
        text = (repo.root / ".gofigure.toml").read_text()
        old = self.random.choice([line for line in text.splitlines() if line.startswith("run")])
        words = old.split()
        return text.replace(old, " ".join([*words[:4], self.value(who), *words[5:]]))

    def edit(self) -> None:
        self.pair.mine.config(self.edited(self.pair.mine, "mine"))

    def commit(self) -> None:
        self.pair.mine.try_git("commit", "-q", "-a", "-m", self.value("commit"))

    def amend(self) -> None:
        self.pair.mine.try_git("commit", "-q", "-a", "--amend", "-m", self.value("commit"))

    def stash(self) -> None:
        if self.pair.mine.try_git("stash", "-q").returncode == 0:
            self.pair.mine.try_git("stash", "pop", "-q")

    def theirs(self) -> None:
        theirs = self.pair.theirs
        theirs.git("fetch", "-q")
        theirs.git("reset", "-q", "--hard", "origin/main")
        theirs.config(self.edited(theirs, "theirs"))
        theirs.git("commit", "-q", "-a", "-m", self.value("commit"))
        theirs.git("push", "-q", "origin", "main")

    def pull(self) -> None:
        self.commit()
        how = self.random.choice([("--no-rebase", "--no-edit"), ("--rebase",), ("--ff-only",)])
        self.pair.mine.try_git("pull", "-q", *how)
        self.undo_conflicts()

    def pick(self) -> None:
        self.commit()
        self.pair.mine.git("fetch", "-q")
        self.pair.mine.try_git("cherry-pick", "origin/main")
        self.undo_conflicts()

    def take(self) -> None:
        self.pair.mine.git("fetch", "-q")
        self.pair.mine.try_git("checkout", "-q", "origin/main", "--", ".gofigure.toml")

    def merge(self) -> None:
        """What is merged, and then left half done."""
        self.commit()
        self.pair.mine.git("fetch", "-q")
        if self.pair.mine.try_git("merge", "-q", "--no-ff", "--no-commit", "origin/main").returncode != 0:
            self.undo_conflicts()
        self.random.choice([self.reset, self.quit, self.stash, self.commit, self.edit])()

    def squash(self) -> None:
        self.commit()
        self.pair.mine.git("fetch", "-q")
        if self.pair.mine.try_git("merge", "-q", "--squash", "origin/main").returncode != 0:
            self.undo_conflicts()
        self.random.choice([self.reset, self.stash, self.commit, self.edit])()

    def reset(self) -> None:
        """The files stay as they are."""
        self.pair.mine.try_git("reset", "-q", self.random.choice(["HEAD", "HEAD^", "@{1}"]))

    def quit(self) -> None:
        self.pair.mine.try_git("merge", "--quit")

    def put_aside(self) -> None:
        self.pair.mine.try_git("stash", "-q")

    def pop(self) -> None:
        self.pair.mine.try_git("stash", "pop", "-q")
        self.undo_conflicts()

    def push(self) -> None:
        self.pair.mine.try_git("push", "-q", "origin", "HEAD:main")

    def switch(self) -> None:
        if self.pair.mine.try_git("checkout", "-q", "-").returncode != 0:
            self.pair.mine.try_git("checkout", "-q", "-b", self.value("branch"))

    def back(self) -> None:
        self.pair.mine.try_git("reset", "-q", "--hard", "HEAD^")

    def say_yes(self) -> None:
        say_yes(self.pair.mine)
        self.keep()

    def keep(self) -> None:
        self.approved.add(self.text())
        self.known_theirs |= {value for value in self.values() if value.startswith("theirs")}

    def undo_conflicts(self) -> None:
        for what in ("merge", "rebase", "cherry-pick"):
            self.pair.mine.try_git(what, "--abort")
        self.undo_marks()

    def undo_marks(self) -> None:
        if "<<<<" in self.text():
            self.pair.mine.git("reset", "-q", "--hard")

    def check(self) -> None:
        may = refusal(self.pair.mine) == ""
        self.seen.append(may)
        if self.text() in self.approved:
            assert may, self.did
        elif any(value.startswith("theirs") and value not in self.known_theirs for value in self.values()):
            assert not may, self.did
        if may:
            self.keep()

    def live(self, steps: int) -> None:
        doings: list[Callable[[], None]] = [
            self.edit, self.edit, self.commit, self.commit, self.amend, self.stash, self.theirs, self.theirs, self.pull,
            self.pull, self.pick, self.take, self.push, self.switch, self.back, self.say_yes,
            self.merge, self.squash, self.reset, self.quit, self.put_aside, self.pop,
        ]  # fmt: skip
        for _ in range(steps):
            step = self.random.choice(doings)
            self.did.append(step.__name__)
            step()
            self.undo_marks()
            if self.random.random() < 0.5:
                self.check()


# Those of the first in which something is refused.
SEEDS = (0, 3, 4, 5, 6, 7, 8, 9, 13, 14)


@pytest.mark.parametrize("seed", SEEDS)
def test_stories(tmp_path: Path, environment: dict[str, str], seed: int) -> None:
    """Ten stories, in which it is asked ten times or more: 0 wrong of 100."""
    story = _Story(Pair.create(tmp_path, environment), seed)
    story.live(25)
    assert len(story.seen) >= 10
    assert set(story.seen) == {True, False}
