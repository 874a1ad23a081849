"""Whatever speaks against it keeps the hook script from answering by itself: each thing is changed and changed back."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from support.alone import SHELLS, answers, markers, use_stub
from support.repo import Repo, clean_environment

from gofigure.model import HANDED_VARIABLES

ALL, NONE = [True] * len(SHELLS), [False] * len(SHELLS)
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A repository of which the present tree is proven; its hook starts a stub in place of Python."""
    folder = tmp_path_factory.mktemp("fast")
    (folder / "home").mkdir()
    (folder / "tools").symlink_to(folder / "v1")
    env = clean_environment(folder / "home")
    env["PATH"] = f"{folder}/early:{folder}/tools:{folder}/repo/.venv:{env['PATH']}"
    repo = Repo.create(folder / "repo", env)
    for tool in (folder / "v1" / "mytool", repo.root / ".venv" / "venvtool"):
        tool.parent.mkdir()
        tool.write_text("#!/bin/sh\nexit 0\n")
        tool.chmod(0o755)
    repo.write(".git/info/exclude", ".venv\n")
    repo.config(
        '[jobs.j]\non = ["pre-commit"]\nstages = ["s", "t"]\n[stages.s]\nrun = "mytool"\n[stages.t]\nrun = "venvtool"\n'
    )
    repo.write("a.txt", "1\n")
    assert repo.gofigure("install-hooks").returncode == 0
    for message in ("the store is made, in the folder of .venv", "now"):
        done = repo.commit(message, "--allow-empty")
        assert done.returncode == 0, done.stderr
    assert len(markers(repo)) == 1
    use_stub(repo)
    return repo


@contextmanager
def _unseen(folder: Path) -> Iterator[None]:
    """What happens in a folder leaves its time as it is."""
    before = folder.stat()
    try:
        yield
    finally:
        os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))


@contextmanager
def _without(path: Path) -> Iterator[None]:
    """Take a file away, or only its name, and give it back with all that sh can see of it."""
    aside = path.with_name(path.name + ".aside")
    with _unseen(path.parent):
        path.rename(aside)
    with _unseen(path.parent):
        try:
            yield
        finally:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            aside.replace(path)


@contextmanager
def _instead(path: Path, content: bytes, *, as_old: bool = False) -> Iterator[None]:
    """Another file in a file's place; `as_old`: with the same time, which only the folder's tells."""
    before = path.stat()
    with _without(path):
        with contextlib.nullcontext() if as_old else _unseen(path.parent):
            path.write_bytes(content)
        path.chmod(before.st_mode)
        if as_old:
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        yield


@contextmanager
def _besides(path: Path, content: bytes | None = b"") -> Iterator[None]:
    """A file where none was; None: a link that leads nowhere."""
    path.parent.mkdir(exist_ok=True)
    with _unseen(path.parent):
        if content is None:
            path.symlink_to("nowhere")
        else:
            path.write_bytes(content)
            path.chmod(0o755)
    with _unseen(path.parent):
        try:
            yield
        finally:
            path.unlink()


@contextmanager
def _times(path: Path, ns: int) -> Iterator[None]:
    before = path.stat()
    os.utime(path, ns=(ns, ns))
    try:
        yield
    finally:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@contextmanager
def _epoch(repo: Repo, change: Callable[[str], str]) -> Iterator[None]:
    """The epoch with other words in it, and its own time."""
    place = _state(repo) / "epoch"
    with _instead(place, change(place.read_text()).encode(), as_old=True):
        yield


@contextmanager
def _staged(repo: Repo, *args: str) -> Iterator[None]:
    repo.git("update-index", *args)
    try:
        yield
    finally:
        repo.git("read-tree", "HEAD")


@contextmanager
def _locked_and_unknown(repo: Repo) -> Iterator[None]:
    """Somebody has the index, and git has yet to work out its tree (`write-tree` exits 128)."""
    repo.git("read-tree", "--empty")
    repo.git("update-index", "--add", "a.txt", ".gofigure.toml")
    with _besides(repo.root / ".git" / "index.lock"):
        yield
    repo.git("read-tree", "HEAD")


def _state(repo: Repo) -> Path:
    return repo.root / ".git" / "gofigure"


def _record(repo: Repo) -> Path:
    return next((Path(repo.env["HOME"]) / ".local" / "share" / "gofigure" / "allowed").iterdir())


def _tool(repo: Repo) -> Path:
    return repo.root.parent / "v1" / "mytool"


@contextmanager
def _unmerged(repo: Repo) -> Iterator[None]:
    blob = repo.git("rev-parse", "HEAD:a.txt").decode().strip()
    repo.git("update-index", "--index-info", stdin=f"100644 {blob} 1\tu\n100644 {blob} 2\tu\n".encode())
    try:
        yield
    finally:
        repo.git("read-tree", "HEAD")


@contextmanager
def _folder_at(path: Path) -> Iterator[None]:
    path.touch()
    with _without(path):
        path.mkdir()
        yield


def _cut(path: Path) -> AbstractContextManager[None]:
    return _instead(path, path.read_bytes()[:-2] + b"\n")


def _line(text: str, number: int, words: str) -> str:
    lines = text.split("\n")
    lines[number] = words
    return "\n".join(lines)


DAY_NS = 86400 * 10**9
Change = Callable[[Repo], AbstractContextManager[None]]
CHANGES: dict[str, Change] = {
    "another tree": lambda repo: _staged(repo, "--force-remove", "a.txt"),
    "an unmerged entry": _unmerged,
    "the index is locked": _locked_and_unknown,
    "no marker": lambda repo: _without(markers(repo)[0]),
    "the marker is a folder": lambda repo: _folder_at(markers(repo)[0]),
    "no markers at all": lambda repo: _without(_state(repo) / "ok"),
    "a hook that was here before": lambda repo: _besides(repo.root / ".git/hooks/pre-commit.before-gofigure"),
    "one that leads nowhere": lambda repo: _besides(repo.root / ".git/hooks/pre-commit.before-gofigure", None),
    "the configuration is edited": lambda repo: _instead(repo.root / ".gofigure.toml", b"[jobs]\n"),
    "the configuration is gone": lambda repo: _without(repo.root / ".gofigure.toml"),
    "a personal layer": lambda repo: _besides(repo.root / ".gofigure.local.toml"),
    "a personal layer that leads nowhere": lambda repo: _besides(repo.root / ".gofigure.local.toml", None),
    "the permission is gone": lambda repo: _without(_record(repo)),
    "the permission is another one's": lambda repo: _instead(_record(repo), b"0" * 32 + b" /elsewhere\n"),
    "the permission is for another place": lambda repo: _cut(_record(repo)),
    "another token": lambda repo: _instead(_state(repo) / "token", b"0" * 32),
    "another token, with an end of line": lambda repo: _instead(_state(repo) / "token", b"0" * 32 + b"\n"),
    "no token": lambda repo: _without(_state(repo) / "token"),
    "an empty token": lambda repo: _instead(_state(repo) / "token", b""),
    "the store is gone": lambda repo: _without(repo.root / ".gofigure"),
    "no epoch": lambda repo: _without(_state(repo) / "epoch"),
    "an empty epoch": lambda repo: _epoch(repo, lambda text: ""),
    "an epoch cut off": lambda repo: _epoch(repo, lambda text: text.removesuffix("end\n")),
    "an epoch cut in its head": lambda repo: _epoch(repo, lambda text: "\n".join(text.split("\n")[:3])),
    "an epoch of another form": lambda repo: _epoch(repo, lambda text: text.replace("epoch 1", "epoch 2", 1)),
    "a word that is unknown": lambda repo: _epoch(repo, lambda text: text.replace("\nend", "\nnewer /\nend")),
    "another id": lambda repo: _epoch(repo, lambda text: text.replace(text.split("\n")[1], "0" * 32)),
    "another working tree": lambda repo: _epoch(repo, lambda text: _line(text, 2, "/")),
    "another repository": lambda repo: _epoch(repo, lambda text: _line(text, 3, "/x/gofigure")),
    "a tool that is newer": lambda repo: _times(repo.root.parent / "v1" / "mytool", time.time_ns()),
    "a fact that is gone": lambda repo: _epoch(repo, lambda text: text.replace("\nend", "\nolder /no/where\nend")),
    "it has expired": lambda repo: _times(_state(repo) / "until", time.time_ns() - 10**9),
    "no end of it": lambda repo: _without(_state(repo) / "until"),
    "the clock was set back": lambda repo: _times(_state(repo) / "epoch", time.time_ns() + DAY_NS // 2),
    "what it says is from before": lambda repo: _times(_state(repo) / "epoch", time.time_ns() - 10_000 * DAY_NS),
    "the clock cannot be written": lambda repo: _folder_at(_state(repo) / "clock"),
    "the hit cannot be written": lambda repo: _folder_at(_state(repo) / "hits"),
    "another tool": lambda repo: _instead(_tool(repo), b"#!/bin/sh\nexit 1\n"),
    "another tool, as old as the first": lambda repo: _instead(_tool(repo), b"#!/bin/sh\nexit 1\n", as_old=True),
    "a tool of that name before it in PATH": lambda repo: _besides(repo.root.parent / "early" / "mytool"),
    "the tool is gone": lambda repo: _without(_tool(repo)),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_python_is_started_where(proven: Repo, change: Change) -> None:
    assert answers(proven) == ALL, "or this test shows nothing"
    with change(proven):
        assert answers(proven) == NONE
    assert answers(proven) == ALL, "it was that alone"


VARIABLES = ("SKIP", "GOFIGURE", "GOFIGURE_ONLY", "GOFIGURE_RUN", "GOFIGURE_INSIDE", "GOFIGURE_HOOK")


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize("value", ["", "1"])
def test_a_variable_of_ours_starts_python(proven: Repo, name: str, value: str) -> None:
    assert answers(proven, {name: value}) == NONE


def test_no_variable_of_ours_is_forgotten() -> None:
    """One that is new must be thought of here, too."""
    found = {
        name
        for path in (ROOT / "gofigure").rglob("*.py")
        for name in re.findall(r'"(GOFIGURE_[A-Z_]+)"', path.read_text())
    }
    told_to_stages = {*HANDED_VARIABLES} - {"GOFIGURE_HOOK"}  # never without GOFIGURE_INSIDE
    the_scripts = {"GOFIGURE_DATA", "GOFIGURE_INSTALL_PATH"}
    told_to_stages |= {"GOFIGURE_ORDER", "GOFIGURE_YES"}  # to recipes: likewise; the second only by `run --yes`
    # Where to listen; and what takes rights from who deploys, while what is proven does nothing.
    told_to_the_page = {"GOFIGURE_PUBLISHED", "GOFIGURE_FROM_PAGE"}
    told_to_a_kept_hook = {"GOFIGURE_STARTED_BY"}  # and where there is one, Python is started anyway
    assert found - told_to_stages - the_scripts - told_to_the_page - told_to_a_kept_hook <= set(VARIABLES)


def test_a_relative_folder_in_path_starts_python(proven: Repo) -> None:
    for odd in (".", "", "bin"):
        assert answers(proven, {"PATH": f"{odd}:{proven.env['PATH']}"}) == NONE


def test_git_that_fails_or_says_something_odd_starts_python(proven: Repo, tmp_path: Path) -> None:
    marker = markers(proven)[0]
    tree = marker.name
    (marker.parent / tree[:39]).touch()  # not ours
    git = tmp_path / "git"
    for line, expected in (
        (f"echo {tree}", ALL),
        (f"echo {tree}; exit 1", NONE),
        (f"echo {tree}; echo", ALL),  # what sh makes of it is still one id
        (f"echo {tree}; echo {tree}", NONE),
        (f"echo {tree[:39]}", NONE),
        (f"echo ../{tree}", NONE),
        (f"echo {'./' * 12}{tree}", NONE),  # as long as an id, and leads to the marker
        ("echo '*'", NONE),
        ("true", NONE),
    ):
        git.write_text(f"#!/bin/sh\n{line}\n")
        git.chmod(0o755)
        assert answers(proven, {"PATH": f"{tmp_path}:{proven.env['PATH']}"}) == expected, line
    (marker.parent / tree[:39]).unlink()


def test_from_another_folder_or_repository_python_is_started(proven: Repo, tmp_path: Path) -> None:
    assert answers(proven, cwd=tmp_path) == NONE
    other = Repo.create(tmp_path / "other", proven.env)
    for name in ("a.txt", ".gofigure.toml"):
        other.write(name, (proven.root / name).read_bytes())
    other.git("add", "-A")
    assert other.git("write-tree") == proven.git("write-tree"), "the very same tree"
    assert answers(proven, cwd=other.root) == NONE
    assert answers(proven, {"GIT_DIR": str(other.root / ".git")}, cwd=other.root) == NONE
    copy = tmp_path / "copy"
    shutil.copytree(proven.root, copy, symlinks=True)
    assert answers(proven.at(copy)) == NONE, "permission is for a place"


def test_a_folder_with_the_name_of_a_tool_is_none(proven: Repo) -> None:
    folder = proven.root.parent / "early" / "mytool"
    folder.parent.mkdir(exist_ok=True)
    folder.mkdir()
    assert answers(proven) == ALL
    folder.rmdir()


def test_a_tool_behind_a_link_that_leads_elsewhere_now(proven: Repo) -> None:
    """As nvm and `update-alternatives` do; both programs are old."""
    link = proven.root.parent / "tools"
    link.unlink()
    link.symlink_to(_other(proven.root.parent / "v2"))
    assert answers(proven) == NONE
    link.unlink()
    link.symlink_to(proven.root.parent / "v1")
    assert answers(proven) == ALL


def test_a_folder_of_tools_in_the_project_that_is_another_one_now(proven: Repo) -> None:
    """`mv .venv old && mv new .venv`: nothing in it is new."""
    folder, old = proven.root / ".venv", proven.root / "old"
    root = os.stat(proven.root)
    folder.rename(old)
    _other(folder, "venvtool")
    assert answers(proven) == NONE
    shutil.rmtree(folder)
    old.rename(folder)
    os.utime(proven.root, ns=(root.st_atime_ns, root.st_mtime_ns))
    assert answers(proven) == ALL


def _other(folder: Path, name: str = "mytool") -> Path:
    """A folder with another program in it, all of it old."""
    folder.mkdir()
    tool = folder / name
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    for path in (tool, folder):
        os.utime(path, (1, 1))
    return folder
