"""Every form of commit meets the fast path, and what it lets through is what was proven, byte for byte."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.alone import CONFIG, alone, hits
from support.repo import Repo, clean_environment

Form = Callable[[Repo], bool]


def _plain(repo: Repo) -> bool:
    repo.git("add", "-A")
    return alone(repo)


def _all(repo: Repo) -> bool:
    return alone(repo, "commit", "-q", "-a", "-m", "all")


def _path(repo: Repo) -> bool:
    repo.write("staged.txt", "for later\n")
    repo.git("add", "staged.txt")
    answer = alone(repo, "commit", "-q", "-m", "path", "--", "a.txt")
    assert repo.git("diff", "--cached", "--name-only") == b"staged.txt\n"
    repo.git("rm", "-q", "-f", "staged.txt")
    return answer


def _include(repo: Repo) -> bool:
    return alone(repo, "commit", "-q", "-m", "include", "--include", "a.txt")


def _patch(repo: Repo) -> bool:
    return alone(repo, "commit", "-q", "-p", "-m", "patch", stdin=b"y\n" * 5)


def _amend(repo: Repo) -> bool:
    repo.git("add", "-A")
    return alone(repo, "commit", "-q", "--amend", "--allow-empty", "-m", "amended")


def _split(repo: Repo) -> bool:
    repo.git("update-index", "--split-index")
    return _plain(repo)


def _sparse(repo: Repo) -> bool:
    repo.git("sparse-checkout", "set", "--sparse-index", "sub")
    return _plain(repo)


def _intent(repo: Repo) -> bool:
    repo.git("add", "-A")
    repo.write("new.md", "later\n")
    repo.git("add", "-N", "new.md")
    answer = alone(repo)
    repo.git("rm", "-q", "-f", "--cached", "new.md")
    (repo.root / "new.md").unlink()
    return answer


def _from_below(repo: Repo) -> bool:
    repo.git("add", "-A")
    return alone(repo, "-C", "sub", "commit", "-q", "-m", "below")


def _detached(repo: Repo) -> bool:
    repo.git("checkout", "-q", "--detach")
    return _plain(repo)


FORMS = {
    "plain": _plain,
    "-a": _all,
    "-- path": _path,
    "--include": _include,
    "-p": _patch,
    "--amend": _amend,
    "split index": _split,
    "sparse index": _sparse,
    "intent to add": _intent,
    "from a subfolder": _from_below,
    "detached": _detached,
}


@pytest.fixture(params=["sha1", "sha256"])
def repo_of_each_kind(tmp_path: Path, environment: dict[str, str], request: pytest.FixtureRequest) -> Repo:
    return _prepared(Repo.create(tmp_path / "repo", environment, f"--object-format={request.param}"))


def _prepared(repo: Repo) -> Repo:
    """Content 1 and content 2 of a.txt are proven; 2 is committed."""
    repo.config(CONFIG)
    repo.write("sub/b.txt", "b\n")
    assert repo.gofigure("install-hooks").returncode == 0
    for content in ("1\n", "2\n"):
        repo.write("a.txt", content)
        assert repo.commit().returncode == 0
    return repo


def _try(repo: Repo, form: Form) -> None:
    repo.write("a.txt", "1\n")
    assert form(repo), "what was proven goes through"
    assert repo.git("show", "HEAD:a.txt") == b"1\n"
    repo.write("a.txt", "3\n")
    assert not form(repo), "what is new does not"
    assert repo.git("show", "HEAD:a.txt") == b"3\n"
    assert repo.git("fsck", "--no-dangling") == b""


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_what_is_proven_goes_through_and_what_is_new_does_not(repo: Repo, form: Form) -> None:
    _try(_prepared(repo), form)


def test_in_a_repository_of_either_kind(repo_of_each_kind: Repo) -> None:
    _try(repo_of_each_kind, _all)


def test_what_fails_does_not_go_through_in_any_form(repo: Repo) -> None:
    _prepared(repo)
    repo.write("a.txt", "BAD\n")
    for args in (("-a",), ("--", "a.txt"), ("--include", "a.txt"), ("-a", "--amend")):
        assert repo.try_git("commit", "-q", "-m", "bad", *args).returncode != 0, args
        assert hits(repo) == []


def test_a_merge_has_markers_of_its_own(repo: Repo) -> None:
    _prepared(repo)
    repo.config(CONFIG.replace('["pre-commit"]', '["pre-commit", "pre-merge-commit"]'))
    assert repo.commit("both").returncode == 0
    assert repo.gofigure("install-hooks").returncode == 0
    repo.git("checkout", "-q", "-b", "other")
    repo.write("c.txt", "c\n")
    assert repo.commit("c").returncode == 0
    repo.git("checkout", "-q", "main")
    repo.write("a.txt", "4\n")
    assert repo.commit("4").returncode == 0
    before = repo.git("rev-parse", "HEAD").decode().strip()
    for expected in (False, True):
        assert alone(repo, "merge", "-q", "-m", "merged", "other") == expected
        repo.git("reset", "-q", "--hard", before)


def test_a_linked_worktree_shares_the_markers_and_has_an_epoch_of_its_own(repo: Repo, tmp_path: Path) -> None:
    _prepared(repo)
    tree = repo.at(tmp_path / "tree")
    repo.git("worktree", "add", "-q", str(tree.root))
    state = repo.root / ".git" / "gofigure" / "hits"

    def answers() -> bool:
        state.unlink(missing_ok=True)
        tree.git("commit", "-q", "--allow-empty", "-m", "again")
        return state.exists()

    assert not answers(), "nothing is known of this folder yet"
    assert answers()
    tree.write("a.txt", "1\n")
    tree.git("add", "-A")
    assert answers(), "proven in the other one"
    tree.write(".gofigure.local.toml", "[stages.one]\ntimeout = 60\n")
    assert not answers()
    assert alone(repo), "that was a personal layer of another folder"


def test_a_repository_that_is_reached_by_a_link(repo: Repo, tmp_path: Path) -> None:
    _prepared(repo)
    os.symlink(repo.root, tmp_path / "link")
    assert alone(repo.at(tmp_path / "link"))


def test_a_repository_of_an_odd_name(tmp_path: Path, environment: dict[str, str]) -> None:
    repo = _prepared(Repo.create(tmp_path / os.fsdecode(b' it\'s "$(touch canary)" * \xff '), environment))
    assert alone(repo)
    assert not list(tmp_path.rglob("canary"))


def test_a_name_with_a_line_break_has_no_fast_path(tmp_path: Path, environment: dict[str, str]) -> None:
    """The epoch has lines."""
    env = {**environment, "XDG_DATA_HOME": str(tmp_path / "a\nend\nb")}
    repo = _prepared(Repo.create(tmp_path / "repo", env))
    assert not alone(repo)
    assert repo.json("status")["fast_path"]["pre-commit"]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["a.txt", "sub/b.txt"]),
        st.sampled_from(["1\n", "2\n", "BAD\n"]),
        st.booleans(),  # whether it is staged at once
        st.sampled_from(["no commit", "plain", "-a", "path", "--amend", "undo"]),
    ),
    min_size=3,
    max_size=8,
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_nothing_that_would_fail_is_ever_let_through(steps: list[tuple[str, str, bool, str]]) -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        repo = _prepared(Repo.create(Path(folder) / "repo", clean_environment(home)))
        for path, content, staged, form in steps:
            repo.write(path, content)
            if staged:
                repo.git("add", path)
            _go(repo, form, path)
        told = {hit["tree"] for hit in repo.json("history", "-n", "1000")["hits"]}
        assert all(repo.try_git("grep", "-q", "BAD", tree, "--", "*.txt").returncode == 1 for tree in told)


def _go(repo: Repo, form: str, path: str) -> None:
    if form == "undo":
        repo.git("reset", "-q", "--soft", "HEAD~1" if repo.try_git("rev-parse", "HEAD~1").returncode == 0 else "HEAD")
    elif form != "no commit":
        args = {"plain": ["--allow-empty"], "-a": ["-a"], "path": ["--", path], "--amend": ["--amend"]}[form]
        repo.try_git("commit", "-q", "-m", form, *args)
