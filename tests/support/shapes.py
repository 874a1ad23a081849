"""Repository shapes: each makes an odd working tree, and says how `git add -A` would be told to record it."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from support.repo import Repo

Shape = Callable[[Repo], Repo]

SHAPES: dict[str, Shape] = {}
# How a shape is recorded, where `git add -A` alone does not do it.
RECORD: dict[str, list[list[str]]] = {}


def shape(build: Shape) -> Shape:
    SHAPES[build.__name__] = build
    return build


def seed(repo: Repo) -> None:
    """A first commit with one of each kind."""
    repo.write("README", "hello\n")
    repo.write("bin/run.sh", "#!/bin/sh\n", mode=0o755)
    repo.write("src/a.py", "print(1)\n")
    repo.write("src/deep/b.py", "print(2)\n")
    repo.write("src/deep/c.py", "print(3)\n")
    repo.write("gone/only.txt", "x\n")
    repo.write("empty")
    repo.write("with space.txt", "s\n")
    repo.write("binary", bytes(range(256)))
    repo.write("big", b"0123456789abcdef" * 8192)
    (repo.root / "link").symlink_to("README")
    commit(repo)


def commit(repo: Repo, message: str = "a commit") -> None:
    done = repo.commit(message, "--allow-empty")
    assert done.returncode == 0, done.stderr


def edit(repo: Repo) -> None:
    """Every kind of change at once."""
    root = repo.root
    repo.write("src/a.py", "print(10)\n")
    repo.write("new/n.txt", "new\n")
    (root / "src/deep/b.py").chmod(0o755)
    (root / "bin/run.sh").chmod(0o644)
    shutil.rmtree(root / "gone")
    (root / "empty").unlink()
    repo.write("empty/now/a folder", "f")
    (root / "link").unlink()
    repo.write("link", "README")  # the same content, but a file now
    (root / "with space.txt").unlink()
    (root / "with space.txt").symlink_to("README")
    shutil.rmtree(root / "src/deep")
    repo.write("src/deep", "a file now")


@shape
def clean(repo: Repo) -> Repo:
    seed(repo)
    return repo


@shape
def edited(repo: Repo) -> Repo:
    seed(repo)
    edit(repo)
    return repo


@shape
def staged(repo: Repo) -> Repo:
    seed(repo)
    edit(repo)
    repo.git("add", "-A")
    return repo


@shape
def staged_and_edited_again(repo: Repo) -> Repo:
    seed(repo)
    edit(repo)
    repo.git("add", "-A")
    repo.write("src/a.py", "print(100)\n")
    (repo.root / "new/n.txt").unlink()
    return repo


@shape
def staged_and_edited_back(repo: Repo) -> Repo:
    seed(repo)
    repo.write("src/a.py", "print(10)\n")
    repo.git("add", "-A")
    repo.write("src/a.py", "print(1)\n")
    return repo


@shape
def removed_from_the_index_only(repo: Repo) -> Repo:
    seed(repo)
    repo.git("rm", "-q", "--cached", "README", "link", "bin/run.sh")
    return repo


@shape
def empty_repository(repo: Repo) -> Repo:
    return repo


@shape
def unborn(repo: Repo) -> Repo:
    repo.write("a", "1\n")
    repo.write("b/c", "2\n", mode=0o755)
    return repo


@shape
def unborn_and_staged(repo: Repo) -> Repo:
    unborn(repo)
    repo.git("add", "a")
    repo.write("a", "11\n")
    return repo


@shape
def emptied(repo: Repo) -> Repo:
    seed(repo)
    for path in repo.root.iterdir():
        if path.name != ".git":
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    return repo


@shape
def detached(repo: Repo) -> Repo:
    seed(repo)
    repo.git("checkout", "-q", "--detach")
    edit(repo)
    return repo


@shape
def split_index(repo: Repo) -> Repo:
    seed(repo)
    repo.git("config", "core.splitIndex", "true")
    repo.git("update-index", "--split-index")
    repo.write("split", "1\n")
    repo.git("add", "split")
    assert list((repo.root / ".git").glob("sharedindex.*"))
    edit(repo)
    return repo


@shape
def split_index_with_line_ends(repo: Repo) -> Repo:
    split_index(repo)
    repo.write(".gitattributes", "* text=auto\n")
    for number in range(20):
        repo.write(f"crlf/{number}", f"{number}\r\n")
    return repo


@shape
def index_version_4(repo: Repo) -> Repo:
    seed(repo)
    repo.git("update-index", "--index-version", "4")
    edit(repo)
    return repo


@shape
def untracked_cache(repo: Repo) -> Repo:
    seed(repo)
    repo.git("config", "core.untrackedCache", "true")
    repo.git("update-index", "--force-untracked-cache")
    repo.git("status")
    edit(repo)
    return repo


@shape
def sparse_index(repo: Repo) -> Repo:
    seed(repo)
    repo.git("sparse-checkout", "init", "--cone", "--sparse-index")
    repo.git("sparse-checkout", "set", "src")
    assert not (repo.root / "bin").exists()
    assert b"bin/\n" in repo.git("ls-files", "--sparse")
    repo.write("src/a.py", "print(10)\n")
    repo.write("src/n.py", "new\n")
    return repo


@shape
def linked_worktree(repo: Repo) -> Repo:
    seed(repo)
    other = repo.root.parent / (repo.root.name + "-linked")
    repo.git("worktree", "add", "-q", "-b", "side", str(other))
    edit(repo)  # of no account
    linked = repo.at(other)
    edit(linked)
    linked.write("more", "m\n")
    return linked


def _submodule(repo: Repo) -> Repo:
    seed(repo)
    inner = Repo.create(repo.root.parent / (repo.root.name + "-inner"), repo.env, *_format(repo))
    inner.write("i", "1\n")
    commit(inner)
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "sub")
    commit(repo)
    return repo


def _format(repo: Repo) -> list[str]:
    return [f"--object-format={repo.git('rev-parse', '--show-object-format').decode().strip()}"]


@shape
def submodule(repo: Repo) -> Repo:
    _submodule(repo)
    edit(repo)
    return repo


@shape
def submodule_moved_on(repo: Repo) -> Repo:
    _submodule(repo)
    sub = repo.at(repo.root / "sub")
    sub.write("i", "2\n")
    commit(sub)
    return repo


@shape
def submodule_removed(repo: Repo) -> Repo:
    _submodule(repo)
    shutil.rmtree(repo.root / "sub")
    return repo


@shape
def submodule_become_a_file(repo: Repo) -> Repo:
    _submodule(repo)
    shutil.rmtree(repo.root / "sub")
    repo.write("sub", "a file\n")
    return repo


@shape
def submodule_not_checked_out(repo: Repo) -> Repo:
    _submodule(repo)
    shutil.rmtree(repo.root / "sub")
    (repo.root / "sub").mkdir()
    return repo


@shape
def submodule_assumed_unchanged(repo: Repo) -> Repo:
    _submodule(repo)
    repo.git("update-index", "--assume-unchanged", "sub")
    return repo


@shape
def packed_and_collected(repo: Repo) -> Repo:
    seed(repo)
    repo.git("pack-refs", "--all")
    repo.git("gc", "-q", "--prune=now")
    assert not [path for path in (repo.root / ".git/objects").glob("??") if list(path.iterdir())]
    edit(repo)
    return repo


@shape
def alternates(repo: Repo) -> Repo:
    seed(repo)
    other = repo.root.parent / (repo.root.name + "-shared")
    repo.git("clone", "-q", "--shared", str(repo.root), str(other))
    shared = repo.at(other)
    edit(shared)
    return shared


def line_ends(repo: Repo) -> None:
    repo.write("lf.txt", "a\nb\n")
    repo.write("crlf.txt", "a\r\nb\r\n")
    repo.write("mixed.txt", "a\r\nb\n")
    repo.write("lone.txt", "a\rb\r")
    repo.write("nul.bin", b"a\r\n\0b\r\n")
    repo.write("plain.nottext", "a\r\nb\r\n")
    repo.write("sub/x.bat", "echo\r\n")


@shape
def text_auto(repo: Repo) -> Repo:
    seed(repo)
    repo.write(".gitattributes", "* text=auto\n*.nottext -text\n")
    line_ends(repo)
    return repo


@shape
def text_set(repo: Repo) -> Repo:
    seed(repo)
    repo.write(".gitattributes", "*.txt text\n*.bat crlf\n*.bin text\n")
    line_ends(repo)
    return repo


@shape
def eol_crlf(repo: Repo) -> Repo:
    seed(repo)
    repo.write(".gitattributes", "*.txt eol=crlf\nsub/* eol=lf\n")
    line_ends(repo)
    commit(repo)
    for path in ("lf.txt", "crlf.txt", "sub/x.bat"):
        (repo.root / path).unlink()
    repo.git("checkout", "--", ".")
    assert (repo.root / "lf.txt").read_bytes() == b"a\r\nb\r\n"
    repo.write("lf.txt", "a\r\nB\r\n")
    return repo


@shape
def attributes_in_a_folder_and_in_info(repo: Repo) -> Repo:
    seed(repo)
    repo.write("sub/.gitattributes", "* text\n")
    (repo.root / ".git/info").mkdir(exist_ok=True)
    (repo.root / ".git/info/attributes").write_text("lone.txt text\ncrlf.txt text\n")
    line_ends(repo)
    return repo


@shape
def ident(repo: Repo) -> Repo:
    seed(repo)
    repo.write(".gitattributes", "*.c ident\n")
    repo.write("a.c", "/* $Id$ */\n")
    commit(repo)
    (repo.root / "a.c").unlink()
    repo.git("checkout", "--", "a.c")
    assert b"$Id: " in (repo.root / "a.c").read_bytes()
    repo.write("a.c", (repo.root / "a.c").read_bytes() + b"int x;\n")
    repo.write("b.c", "/* $Id: 0123456789 $ */\n")
    return repo


@shape
def working_tree_encoding(repo: Repo) -> Repo:
    seed(repo)
    repo.write(".gitattributes", "*.u16 text working-tree-encoding=UTF-16LE\n")
    repo.write("a.u16", "one\r\né\n".encode("utf-16-le"))
    commit(repo)
    repo.write("a.u16", "two\r\né\n".encode("utf-16-le"))
    repo.write("b.u16", "three\n".encode("utf-16-le"))
    return repo


@shape
def clean_filter(repo: Repo) -> Repo:
    seed(repo)
    repo.git("config", "filter.upper.clean", "tr a-z A-Z")
    repo.git("config", "filter.upper.smudge", "tr A-Z a-z")
    repo.write(".gitattributes", "*.up filter=upper\n*.none filter=nobody\n")
    repo.write("a.up", "abc\n")
    commit(repo)
    repo.write("a.up", "abcd\n")
    repo.write("b.up", "ABC\n", mode=0o755)
    repo.write("c.none", "abc\r\n")
    (repo.root / "l.up").symlink_to("a.up")
    return repo


def _auto_crlf(value: str | None) -> Shape:
    def build(repo: Repo) -> Repo:
        seed(repo)
        if value is None:
            with (repo.root / ".git/config").open("a") as config:
                config.write("[core]\n\tautocrlf\n")
        else:
            repo.git("config", "core.autocrlf", value)
        line_ends(repo)
        commit(repo)
        repo.write("crlf.txt", "a\r\nB\r\n")
        repo.write("new.txt", "n\r\n")
        return repo

    return build


# git takes any of its spellings of a boolean, besides "input" (git-config).
for _value in ("true", "input", "yes", "On", "1", "false", None):
    SHAPES[f"autocrlf_{_value or 'without_a_value'}"] = _auto_crlf(_value)


@shape
def safecrlf(repo: Repo) -> Repo:
    seed(repo)
    repo.git("config", "core.autocrlf", "input")
    repo.git("config", "core.safecrlf", "true")
    line_ends(repo)
    return repo


RECORD["safecrlf"] = [["config", "core.safecrlf", "false"]]  # or `git add` refuses


def _committed_crlf(repo: Repo) -> None:
    seed(repo)
    line_ends(repo)
    commit(repo)
    repo.write(".gitattributes", "* text=auto\n")
    commit(repo)


@shape
def crlf_committed_before_text_auto(repo: Repo) -> Repo:
    """git leaves the line ends of a file alone whose blob in the index has CRLF (has_crlf_in_index)."""
    _committed_crlf(repo)
    repo.write("crlf.txt", "a\r\nb\r\nc\r\n")
    repo.write("lf.txt", "a\r\nb\r\nc\r\n")
    return repo


@shape
def crlf_in_conflict(repo: Repo) -> Repo:
    """... and looks at our side where there is a conflict."""
    _committed_crlf(repo)
    _conflict(repo, "crlf.txt", "ours\r\n", "theirs\r\n")
    return repo


@shape
def folder_become_a_file_with_crlf(repo: Repo) -> Repo:
    seed(repo)
    repo.write(".gitattributes", "* text=auto\n")
    commit(repo)
    shutil.rmtree(repo.root / "src")
    repo.write("src", "a\r\n")
    return repo


@shape
def file_become_a_folder_with_crlf(repo: Repo) -> Repo:
    seed(repo)
    repo.write(".gitattributes", "* text=auto\n")
    commit(repo)
    (repo.root / "README").unlink()
    repo.write("README/x", "a\r\n")
    return repo


@shape
def attributes_edited(repo: Repo) -> Repo:
    """An edit of .gitattributes alone changes nothing that git has already."""
    text_auto(repo)
    commit(repo)
    repo.write(".gitattributes", "")
    repo.write("new.txt", "a\r\n")
    return repo


@shape
def file_mode_off(repo: Repo) -> Repo:
    """Trap 11: where core.fileMode is false, git keeps the mode that it has."""
    seed(repo)
    repo.git("config", "core.fileMode", "false")
    (repo.root / "README").chmod(0o755)  # no change
    repo.write("src/a.py", "print(10)\n", mode=0o755)
    repo.write("bin/run.sh", "#!/bin/sh\n:\n", mode=0o644)
    repo.write("new", "n", mode=0o755)
    return repo


@shape
def symlinks_off(repo: Repo) -> Repo:
    """Where core.symlinks is false, a link is a file with the link's text."""
    seed(repo)
    (repo.root / "other").symlink_to("README")
    repo.write(".gitattributes", "other text\n")
    commit(repo)
    repo.git("config", "core.symlinks", "false")
    (repo.root / "other").unlink()
    repo.write("other", "converted\r\n")  # as a file would be
    (repo.root / "link").unlink()
    repo.git("checkout", "--", "link")
    assert not (repo.root / "link").is_symlink()
    repo.write("link", "src/a.py")
    return repo


def _conflict(repo: Repo, path: str, ours: str | None, theirs: str | None) -> None:
    def side(content: str | None) -> None:
        repo.write(path, content) if content is not None else (repo.root / path).unlink()
        commit(repo)

    repo.git("branch", "-q", "theirs")
    side(ours)
    repo.git("checkout", "-q", "theirs")
    side(theirs)
    repo.git("checkout", "-q", "-")
    assert repo.try_git("merge", "-q", "theirs").returncode != 0
    assert repo.git("ls-files", "-u")


@shape
def conflict(repo: Repo) -> Repo:
    seed(repo)
    _conflict(repo, "src/a.py", "ours\n", "theirs\n")
    repo.write("README", "edited as well\n")
    return repo


@shape
def conflict_of_a_new_file(repo: Repo) -> Repo:
    seed(repo)
    repo.git("checkout", "-q", "-b", "theirs")
    repo.write("n", "theirs\n")
    commit(repo)
    repo.git("checkout", "-q", "main")
    repo.write("n", "ours\n")
    commit(repo)
    assert repo.try_git("merge", "-q", "theirs").returncode != 0
    return repo


@shape
def conflict_of_an_edit_with_a_removal(repo: Repo) -> Repo:
    seed(repo)
    _conflict(repo, "src/a.py", None, "theirs\n")
    return repo


@shape
def conflict_resolved_by_removal(repo: Repo) -> Repo:
    seed(repo)
    _conflict(repo, "src/a.py", "ours\n", "theirs\n")
    (repo.root / "src/a.py").unlink()
    return repo


@shape
def conflict_of_a_file_with_a_folder(repo: Repo) -> Repo:
    seed(repo)
    oid = repo.git("hash-object", "-w", "--stdin", stdin=b"x\n").decode().strip()
    repo.write("both/c", "x\n")
    repo.git("add", "both")
    repo.git("update-index", "--index-info", stdin=f"100644 {oid} 2\tboth\n".encode())
    return repo


@shape
def rebase_in_progress(repo: Repo) -> Repo:
    seed(repo)
    repo.git("checkout", "-q", "-b", "topic")
    repo.write("src/a.py", "topic\n")
    commit(repo)
    repo.git("checkout", "-q", "main")
    repo.write("src/a.py", "main\n")
    commit(repo)
    assert repo.try_git("rebase", "-q", "main", "topic").returncode != 0
    return repo


@shape
def intent_to_add(repo: Repo) -> Repo:
    seed(repo)
    repo.write("later", "l\n")
    repo.write("run later", "l\n", mode=0o755)
    repo.write("gone later", "l\n")
    repo.git("add", "-N", "later", "run later", "gone later")
    (repo.root / "gone later").unlink()
    return repo


def _flagged(flag: str, attributes: str = "") -> Shape:
    """git status hides these edits; the digest must not (design decision 8: a stage reads what is there)."""

    def build(repo: Repo) -> Repo:
        seed(repo)
        repo.git("config", "filter.upper.clean", "tr a-z A-Z")
        repo.write(".gitattributes", attributes)
        repo.git("add", "--renormalize", ".")  # or it would hang on the clock which files are filtered anew
        commit(repo)
        repo.git("update-index", f"--{flag}", "src/a.py", "README", "src/deep/b.py", "big")
        repo.write("src/a.py", "hidden\r\n")
        repo.write("README", "hello\n")  # no edit
        if flag == "assume-unchanged":
            (repo.root / "src/deep/b.py").unlink()
        return repo

    return build


for _flag in ("assume-unchanged", "skip-worktree"):
    for _attributes, _name in (("", ""), ("*.py filter=upper\n", "_and_filtered"), ("*.py text\n", "_and_line_ends")):
        _key = f"{_flag.replace('-', '_')}{_name}"
        SHAPES[_key] = _flagged(_flag, _attributes)
        RECORD[_key] = [["update-index", f"--no-{_flag}", "src/a.py", "README", "src/deep/b.py", "big"]]


@shape
def links(repo: Repo) -> Repo:
    """F21: dangling, looping, out of the tree, to a FIFO, to a folder; new ones and changed ones."""
    seed(repo)
    outside = repo.root.parent / "outside"
    outside.mkdir(exist_ok=True)
    (outside / "secret").write_text("secret\n")
    if not (outside / "fifo").exists():
        os.mkfifo(outside / "fifo")
    for name, target in (
        ("dangling", "no/such"),
        ("loop", "loop"),
        ("out", "../outside/secret"),
        ("to-fifo", "../outside/fifo"),
        ("to-folder", "src"),
        ("to-outer-folder", "../outside"),
        ("newline", "a\nb"),
    ):
        (repo.root / name).symlink_to(target)
    repo.git("add", "dangling", "out")
    (repo.root / "out").unlink()
    (repo.root / "out").symlink_to("../outside/fifo")
    return repo


@shape
def folder_become_a_link_to_one_outside(repo: Repo) -> Repo:
    """F21: `src/a.py` is not what the link leads to."""
    seed(repo)
    outside = repo.root.parent / "outside-src"
    shutil.copytree(repo.root / "src", outside, dirs_exist_ok=True)
    (outside / "a.py").write_text("from outside\n")
    shutil.rmtree(repo.root / "src")
    (repo.root / "src").symlink_to(f"../{outside.name}")
    return repo


@shape
def folder_become_a_link_to_one_inside(repo: Repo) -> Repo:
    seed(repo)
    (repo.root / "src").rename(repo.root / "moved")
    (repo.root / "src").symlink_to("moved")
    return repo


@shape
def folder_become_a_link_while_assumed_unchanged(repo: Repo) -> Repo:
    seed(repo)
    repo.git("update-index", "--assume-unchanged", "src/a.py", "src/deep/b.py", "src/deep/c.py")
    (repo.root / "src").rename(repo.root / "moved")
    (repo.root / "src").symlink_to("moved")
    return repo


RECORD["folder_become_a_link_while_assumed_unchanged"] = [
    ["update-index", "--no-assume-unchanged", "src/a.py", "src/deep/b.py", "src/deep/c.py"]
]


@shape
def file_and_folder_and_back(repo: Repo) -> Repo:
    seed(repo)
    (repo.root / "README").unlink()
    repo.write("README/x", "a\n")
    repo.git("add", "-A")
    shutil.rmtree(repo.root / "README")
    repo.write("README", "hello\n")
    return repo


@shape
def empty_folders(repo: Repo) -> Repo:
    seed(repo)
    (repo.root / "README").unlink()
    (repo.root / "README").mkdir()
    (repo.root / "a/b/c").mkdir(parents=True)
    return repo


ODD = [
    b"\xff", b"\xff\xfe/\x80", b"new\nline", b"tab\t", b"\x1b[2J", b"-rf", b"--", b"--cached", b" ", b" lead",
    b"trail ", b"\\", b'"', b'"quoted"', b"'", b"*", b"?", b"[a]", b":(glob)x", b":/", b"!not", b"#hash", b"~",
    b"$HOME", b"`id`", "é".encode(), "e\u0301".encode(), b"case", b"CASE", b"x" * 255, b"\xc3", b"a\\nb", b"con",
    b"dot.", b"..x", b"...", b"d/-rf/\n/\xff/\t", b"{a}", b"a b/c d", b"\x7f", b"\x01", b".gitignored",
]  # fmt: skip


@shape
def odd_names(repo: Repo) -> Repo:
    """T6, F20 (prek#2023, prek#1287; pre-commit stops at a name that is no UTF-8)."""
    seed(repo)
    for number, name in enumerate(ODD):
        repo.write(name, b"%d\n" % number)
    repo.git("add", "-A")
    for name in ODD[::2]:
        repo.write(name, b"edited\r\n")
    for name in ODD[1::4]:
        (repo.root / os.fsdecode(name)).unlink()
    return repo


@shape
def odd_names_untracked_and_converted(repo: Repo) -> Repo:
    seed(repo)
    repo.write(".gitattributes", "* text=auto\n")
    for number, name in enumerate(ODD):
        repo.write(name, b"%d\r\n" % number)
    return repo


@shape
def deep_path(repo: Repo) -> Repo:
    seed(repo)
    _deep(repo.root, 250)
    repo.git("add", "-A")
    _deep(repo.root, 251)
    return repo


def _deep(root: Path, depth: int) -> None:
    start = os.open(root, os.O_RDONLY)
    here = start
    for _ in range(depth):
        with contextlib.suppress(FileExistsError):
            os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("f", os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=here))
    os.close(here)


@shape
def ignored(repo: Repo) -> Repo:
    """Trap 19: git decides what is ignored; what is tracked is not, whatever .gitignore says."""
    seed(repo)
    repo.write("tracked.log", "1\n")
    commit(repo)
    repo.write(".gitignore", "*.log\nbuild/\n!keep.log\n")
    repo.write("tracked.log", "2\n")
    repo.write("other.log", "3\n")
    repo.write("keep.log", "4\n")
    repo.write("build/x", "5\n")
    repo.write("src/.gitignore", "n.py\n")
    repo.write("src/n.py", "6\n")
    return repo


@shape
def the_configuration_itself(repo: Repo) -> Repo:
    """The names of gofigure's own state are no prefix: its configuration is content like any other."""
    seed(repo)
    repo.config("[stages.a]\nrun='true'\n")
    commit(repo)
    repo.config("[stages.a]\nrun='false'\n")
    repo.write(".gofigure.json", "{}")
    repo.write(".gofigurex/y", "1\n")
    repo.write(".gofigure.set-asidex", "1\n")
    repo.write("sub/.gofigure", "1\n")
    repo.write("sub/.gofigure.toml", "2\n")
    repo.write("sub/.gofigure.d/x", "3\n")
    return repo


@shape
def local_configuration(repo: Repo) -> Repo:
    """.gofigure.local.toml is never committed, so it is no content: not at the first look either."""
    seed(repo)
    repo.write(".gofigure.local.toml", "# mine\n")
    return repo


@shape
def replaced_objects(repo: Repo) -> Repo:
    """`git replace` is a local view: it is neither committed nor pushed."""
    seed(repo)
    old = repo.git("rev-parse", "HEAD:src/a.py").decode().strip()
    new = repo.git("hash-object", "-w", "--stdin", stdin=b"replaced\n").decode().strip()
    repo.git("replace", old, new)
    repo.write("README", "edited\n")
    (repo.root / "src/a.py").unlink()
    repo.git("update-index", "--skip-worktree", "src/a.py")
    return repo


@shape
def a_path_with_a_colon(repo: Repo) -> Repo:
    """GIT_ALTERNATE_OBJECT_DIRECTORIES is a list with colons."""
    other = Repo.create(repo.root.parent / f'{repo.root.name}:"co:lon', repo.env, *_format(repo))
    return crlf_committed_before_text_auto(other)
