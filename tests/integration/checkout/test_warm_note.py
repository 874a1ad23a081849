"""`warm.sh`: a checkout that is as it was takes no Python, and whatever is odd is left to the recipe."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.checkouts import Project
from support.repo import Repo
from support.servers import Upstream

from gofigure.git.address import parsed
from gofigure.recipes.checkout import standing, warm
from gofigure.recipes.checkout.environment import environment
from gofigure.recipes.checkout.wish import wish_of
from gofigure.targets.checkout import PASSES

RECIPE = "the recipe"


class Warm:
    """What the runner would start, with something else in the recipe's place."""

    def __init__(self, project: Project, environment: Mapping[str, str], folder: Path) -> None:
        self.project = project
        self.folder = folder
        self.env = {name: value for name, value in environment.items() if not name.startswith(("GIT_", "SSH_"))}
        state = project.repo.root / ".git/gofigure"
        self.note = next(iter((state / "sources/records").glob("*.warm")), None)
        spec = {}
        if self.note is not None:
            spec = json.loads(self.note.read_text().splitlines()[1])
        self.recipe = ("/bin/sh", "-c", f"echo {RECIPE}; pwd; env", json.dumps(spec, sort_keys=True))
        self.state = str(state)

    def words(self, more: Mapping[str, str] = {}) -> tuple[str, ...]:
        root = str(self.project.repo.root)
        return warm.in_front(self.recipe, "src", root, self.state, str(self.folder), {**self.env, **more})

    def says(self, more: Mapping[str, str] = {}, words: tuple[str, ...] = ()) -> str:
        done = subprocess.run(
            words or self.words(more),
            cwd=self.project.repo.root,
            env={**self.env, **more},
            capture_output=True,
            check=True,
        )
        assert not done.stderr
        return done.stdout.decode()

    def is_warm(self) -> bool:
        return RECIPE not in self.says()


@pytest.fixture
def brought(project: Project, environment: dict[str, str], tmp_path: Path) -> Warm:
    project.run()
    (tmp_path / "made").mkdir()
    return Warm(project, environment, tmp_path / "made")


def test_the_same_is_handed_back_and_said(brought: Warm) -> None:
    brought.project.run()
    by_the_note = brought.project.made()
    said = brought.says()
    assert (
        said == brought.project.log() == f"HEAD is still {by_the_note['commit'][:12]} at " + said.partition(" at ")[2]
    )
    [file] = brought.folder.glob("*.json")
    assert json.loads(file.read_text()) == by_the_note


def test_its_use_is_noted(brought: Warm) -> None:
    (used,) = Path(brought.state).glob("sources/records/*.json")
    used = used.with_suffix(".used")
    if used.exists():
        os.utime(used, (1, 1))
    assert brought.is_warm()
    assert used.stat().st_mtime > 1


def new_commit(warm: Warm, upstream: Upstream) -> None:
    upstream.push({"a.txt": "two\n"})


def changed_file(warm: Warm, upstream: Upstream) -> None:
    (warm.project.dest / "a.txt").write_text("mine\n")


def new_file(warm: Warm, upstream: Upstream) -> None:
    (warm.project.dest / "new").write_text("mine\n")


def other_commit(warm: Warm, upstream: Upstream) -> None:
    subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@y", "commit", "-q", "--allow-empty", "-m", "mine"],
        cwd=warm.project.dest, check=True,
    )  # fmt: skip


def gone(warm: Warm, upstream: Upstream) -> None:
    shutil.rmtree(warm.project.dest)


def made_by_somebody_else(warm: Warm, upstream: Upstream) -> None:
    dest = warm.project.dest
    shutil.rmtree(dest)
    subprocess.run(["git", "clone", "-q", str(upstream.bare), str(dest)], check=True)


def made_anew(warm: Warm, upstream: Upstream) -> None:
    (Path((warm.project.dest / ".git").read_text().strip().removeprefix("gitdir: ")) / "gofigure-life").write_text("x")


def no_remote(warm: Warm, upstream: Upstream) -> None:
    shutil.rmtree(upstream.bare)


def another_version(warm: Warm, upstream: Upstream) -> None:
    assert warm.note is not None
    warm.note.write_text(warm.note.read_text().replace("gofigure ", "gofigure 9", 1))


def something_else_asked_for(warm: Warm, upstream: Upstream) -> None:
    warm.recipe = (*warm.recipe[:-1], "{}")


def another_cache(warm: Warm, upstream: Upstream) -> None:
    warm.env["XDG_CACHE_HOME"] = "/tmp/elsewhere"


def nobody_who_looks_at_the_clock(warm: Warm, upstream: Upstream) -> None:
    tools = warm.folder / "tools"
    tools.mkdir()
    for name in ("git", "env"):
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    warm.env["PATH"] = str(tools)


@pytest.mark.parametrize(
    "odd",
    [
        new_commit, changed_file, new_file, other_commit, gone, made_by_somebody_else, made_anew, no_remote,
        another_version, something_else_asked_for, another_cache, nobody_who_looks_at_the_clock,
    ],
)  # fmt: skip
def test_whatever_is_odd_is_left_to_the_recipe(
    brought: Warm, upstream: Upstream, odd: Callable[[Warm, Upstream], None]
) -> None:
    assert brought.is_warm()
    for file in brought.folder.glob("*.json"):
        file.unlink()
    odd(brought, upstream)
    said = brought.says().splitlines()
    assert said[:2] == [RECIPE, str(brought.project.repo.root)]
    assert not [line for line in said if line.startswith("GIT_")], "it gets its own environment"
    assert not list(brought.folder.glob("*.json"))


def test_a_variable_that_the_note_knows_nothing_of(brought: Warm) -> None:
    assert brought.words() != brought.recipe
    assert brought.words({"GIT_TRACE": "1"}) == brought.recipe


def test_half_a_note_is_none(brought: Warm) -> None:
    assert brought.note is not None
    whole = brought.note.read_bytes()
    words = brought.words()

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, len(whole) - len("end\n") + 2))
    def cut(at: int) -> None:
        assert brought.note is not None
        brought.note.write_bytes(whole[:at])
        assert RECIPE in brought.says(words=words)

    cut()
    brought.note.write_bytes(whole)
    assert brought.is_warm()


@pytest.mark.parametrize("credentials", ["none", "user"])
def test_git_gets_the_environment_that_it_gets_from_the_recipe(
    project: Project, upstream: Upstream, environment: dict[str, str], tmp_path: Path, credentials: str
) -> None:
    project.checks_out(str(upstream.bare), f'credentials = "{credentials}"').run()
    (tmp_path / "made").mkdir()
    brought = Warm(project, environment, tmp_path / "made")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "git").write_text(f'#!/bin/sh\nenv >"{tmp_path}/told-$1"\nexit 1\n')
    (tools / "git").chmod(0o755)
    users = {**brought.env, **dict.fromkeys(PASSES, "of the user's"), "PATH": f"{tools}:{brought.env['PATH']}"}
    assert RECIPE in brought.says(users)
    assert brought.note is not None
    wish = wish_of(json.loads(brought.note.read_text().splitlines()[1]))
    wanted = environment_of(users, wish.url, wish._replace(credentials=credentials), project)
    for question in ("told--C", "told---no-optional-locks"):
        told = (line.partition("=") for line in (tmp_path / question).read_text().splitlines())
        found = {name: value for name, _, value in told if name not in ("PWD", "OLDPWD", "SHLVL", "_")}
        assert found == wanted


def environment_of(users: Mapping[str, str], url: str, wish: object, project: Project) -> dict[str, str]:
    home = str(project.repo.root / ".git/gofigure/sources/home")
    return environment(users, parsed(url), wish, home)  # type: ignore[arg-type]


def test_what_takes_more_than_a_few_looks_has_no_note(project: Project, upstream: Upstream, tmp_path: Path) -> None:
    for settings_ in ("submodules = true", f'dest = "{tmp_path}/named"', "use_its_jobs = true"):
        project.checks_out(str(upstream.bare), settings_)
        project.repo.gofigure("allow", "--yes")
        project.repo.gofigure("run")
        assert not list((project.repo.root / ".git/gofigure/sources/records").glob("*.warm")), settings_


def test_the_script_asks_what_the_recipe_asks() -> None:
    script = Path(warm.__file__).with_name("warm.sh").read_text().replace("\\\n", " ")
    assert " ".join(word for word in standing.STATUS if word != "-z") in " ".join(script.split())


def test_a_folder_under_work_has_no_note(repo: Repo, project: Project, upstream: Upstream) -> None:
    """Who is killed while it is brought leaves none that says it is as it was."""
    project.run()
    upstream.push({"a.txt": "two\n"})
    git = repo.root.parent / "tools" / "git"
    git.parent.mkdir()
    git.write_text('#!/bin/sh\ncase "$*" in *"checkout --force"*) kill -9 $PPID;; esac\nexec /usr/bin/git "$@"\n')
    git.chmod(0o755)
    project.env = {"PATH": f"{git.parent}:{os.environ['PATH']}"}
    project.run(code=1)
    assert not list((repo.root / ".git/gofigure/sources/records").glob("*.warm"))
    project.env = {}
    assert project.verdicts() == {"src": "passed", "use": "passed"}
