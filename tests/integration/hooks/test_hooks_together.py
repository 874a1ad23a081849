"""Several at once: commits in many worktrees, runs in one; and every order of installing and uninstalling."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.repo import Repo, clean_environment
from support.rig import Rig, lines, stages

from gofigure.cli.here import here
from gofigure.errors import GofigureError
from gofigure.git.repository import Repository
from gofigure.triggers import chain, hooks_path, install

MANY = 20
KEPT = ".before-gofigure"


def test_commits_in_many_worktrees_at_once_all_get_their_own_trees(repo: Repo, rig: Rig, tmp_path: Path) -> None:
    """F9; lefthook#1115, #1178 needed mutexes."""
    repo.config(
        '[jobs.check]\non = ["pre-commit", "post-commit"]\nstages = ["s"]\n'
        f"[stages.s]\nrun = \"echo $(cat a) >> '{tmp_path}/ran'\"\n"
    )
    repo.write("a", "0\n")
    repo.gofigure("install-hooks")
    assert repo.commit("one").returncode == 0
    trees = [repo.at(tmp_path / f"tree-{number}") for number in range(MANY)]
    for number, tree in enumerate(trees):
        repo.git("worktree", "add", "-q", str(tree.root))
        tree.write("a", f"{number + 1}\n")
    started = [
        rig.start_program(["git", "commit", "-q", "-a", "-m", tree.root.name], tree.root, tree.env) for tree in trees
    ]
    codes = [running.finish() for running in started]
    assert codes == [0] * MANY, [running.output.decode(errors="replace") for running in started]
    assert not [line for running in started for line in running.output.splitlines() if b"locked" in line]

    ran = [run for run in repo.json("history", "-n", "100")["runs"] if run["worktree"] != os.path.realpath(repo.root)]
    assert len(ran) == 2 * MANY
    for tree in trees:
        assert tree.git("rev-list", "--count", "HEAD").strip() == b"2"
        own = [run for run in ran if run["worktree"] == os.path.realpath(tree.root)]
        assert {run["tree"] for run in own} == {tree.digest("--commit", "HEAD")}
        assert {(run["trigger"], run["verdict"]) for run in own} == {
            ("pre-commit", "passed"),
            ("post-commit", "reused"),
        }
    assert sorted(map(int, (tmp_path / "ran").read_text().split())) == list(range(MANY + 1))
    assert not list((repo.root / ".git").rglob("*.lock"))
    assert not list((repo.root / ".git").rglob("scratch-*"))


def test_the_second_of_two_runs_waits_and_then_reuses(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    repo.config(f'[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = """echo ran >> ../ran; {gate.sh}"""\n')
    repo.gofigure("allow")
    first = rig.start(repo, "run")
    gate.arrive()
    second = rig.start(repo, "run")
    second.until_says(b"waiting for run 1 of j (process ")
    gate.open()
    assert first.finish() == 0
    assert second.finish() == 0
    assert lines(repo.root.parent / "ran") == 1
    assert [run["verdict"] for run in repo.json("history")["runs"]] == ["reused", "passed"]


def test_the_second_of_two_runs_looks_again_at_what_has_changed_meanwhile(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    repo.config(
        f'[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = """echo ran >> ../ran; {gate.sh}"""\ninputs = ["src/*"]\n'
    )
    repo.write("src/a", "1\n")
    repo.gofigure("allow")
    first = rig.start(repo, "run")
    gate.arrive()
    second = rig.start(repo, "run")
    second.until_says(b"waiting for run 1")
    gate.open()
    assert first.finish() == 0
    assert second.finish() == 0
    repo.write("src/a", "2\n")
    third = rig.start(repo, "run")
    gate.arrive()
    gate.open()
    assert third.finish() == 0
    assert b"src/a changed" in third.output
    assert lines(repo.root.parent / "ran") == 2


def test_after_a_failure_the_second_run_does_not_take_it_for_proven(repo: Repo, rig: Rig) -> None:
    gate = rig.gate()
    repo.config(f'[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = """echo ran >> ../ran; {gate.sh}; exit 1"""\n')
    repo.gofigure("allow")
    first = rig.start(repo, "run")
    gate.arrive()
    second = rig.start(repo, "run")
    second.until_says(b"waiting for run 1")
    gate.open()
    assert first.finish() == 1
    gate.arrive()
    gate.open()
    assert second.finish() == 1
    assert lines(repo.root.parent / "ran") == 2


def test_runs_in_two_worktrees_do_not_wait_for_one_another(repo: Repo, rig: Rig, tmp_path: Path) -> None:
    gate = rig.gate()
    repo.config(f'[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = """{gate.sh}"""\n')
    repo.gofigure("allow")
    repo.commit("one")
    linked = repo.at(tmp_path / "linked")
    repo.git("worktree", "add", "-q", str(linked.root))
    linked.write("only-here", "x\n")
    first = rig.start(repo, "run")
    first_pid = gate.arrive()
    second = rig.start(linked, "run")
    assert gate.arrive() != first_pid
    gate.open()
    gate.open()
    assert (first.finish(), second.finish()) == (0, 0)
    assert stages(repo.json("run"))["s"]["verdict"] == "reused"


# What may happen to a hook, in any order. After it all, uninstalling must leave what was foreign, byte for byte.
Action = tuple[str, bytes]
ACTIONS = st.lists(
    st.one_of(
        st.just(("install", b"")),
        st.just(("uninstall", b"")),
        st.just(("delete", b"")),
        st.tuples(st.just("another tool writes"), st.binary(max_size=40)),
        st.tuples(st.just("another tool links"), st.sampled_from([b"/nowhere", b"../elsewhere", b"pre-commit"])),
    ),
    max_size=14,
)


@contextmanager
def _repository() -> Iterator[Repository]:
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        env = clean_environment(home)
        repo = Repo.create(Path(folder) / "repo", env)
        with chdir(repo.root):
            repository = here().project.repository
            assert repository is not None
            yield repository


State = tuple[str, bytes, int]


def _state(place: str) -> State | None:
    if os.path.islink(place):
        return "link", os.fsencode(os.readlink(place)), 0
    if not os.path.exists(place):
        return None
    return "file", Path(place).read_bytes(), os.stat(place).st_mode


class _Model:
    """What must be there: the script of others, or ours, which may have set one of theirs aside."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.place = str(Path(hooks_path.own_folder(repository)) / "pre-commit")
        self.there: State | None = None
        self.ours = False
        self.kept: State | None = None

    def _forget_older_self(self) -> None:
        """The same program has been put there again: what was kept of it is one too many."""
        if self.there is not None and self.kept is not None and self.there[:2] == self.kept[:2]:
            self.kept = None

    def install(self) -> None:
        if not self.ours:
            self._forget_older_self()
        try:
            install.install(self.repository, ["pre-commit"], path="/usr/bin:/bin", data="/nowhere")
        except GofigureError:
            assert self.kept is not None, "refused only where two foreign hooks would meet"
            assert self.there is not None, "refused only where two foreign hooks would meet"
            return
        if self.there is not None:
            self.kept = self.there
        self.there, self.ours = None, True

    def uninstall(self) -> None:
        install.uninstall(self.repository)
        self._forget_older_self()
        if self.there is None:
            self.there, self.ours, self.kept = self.kept, False, None

    def others(self, action: str, content: bytes) -> None:
        if os.path.lexists(self.place):
            os.unlink(self.place)
        if action == "another tool writes":
            Path(self.place).write_bytes(content)
            os.chmod(self.place, 0o700 + len(content))
        elif action == "another tool links":
            os.symlink(content, self.place)
        self.there, self.ours = _state(self.place), False

    def check(self) -> None:
        assert chain.is_ours(self.place) == self.ours
        if not self.ours:
            assert _state(self.place) == self.there
        assert _state(self.place + KEPT) == self.kept
        names = {path.name for path in Path(self.place).parent.iterdir()}
        assert names <= {"pre-commit", "pre-commit" + KEPT}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(actions=ACTIONS)
def test_any_order_of_installing_and_uninstalling_gives_back_what_was_foreign(actions: list[Action]) -> None:
    """G27: a model beside the real thing."""
    with _repository() as repository:
        Path(hooks_path.own_folder(repository)).mkdir(exist_ok=True)
        model = _Model(repository)
        for action, content in actions:
            if action == "install":
                model.install()
            elif action == "uninstall":
                model.uninstall()
            else:
                model.others(action, content)
            model.check()
