"""What the working tree's digest must notice, must not remember wrongly, and must say it cannot know."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from blake3 import blake3
from support.eye import Eye, by_hand, eye
from support.repo import Repo
from support.shapes import commit, conflict, seed, sparse_index

from gofigure.digest import content, tree
from gofigure.digest.content import Content
from gofigure.errors import GitError, GofigureError, StoreError
from gofigure.git import attributes
from gofigure.snapshot import files, trees
from gofigure.snapshot.select import Selector, covers

HOUR = 3600 * 10**9


def same_size_edit(path: Path) -> None:
    """Trap 4 (doit: same size, mtime restored: skipped; bazel#14723; mise): only ctime can tell."""
    before = path.stat()
    data = path.read_bytes()
    path.write_bytes(data[:-2] + b"#\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino)
    assert after.st_ctime_ns != before.st_ctime_ns


def age_index(repo: Repo, seconds: int) -> None:
    """Rewrite the index as if it had been written, and its files changed, some seconds earlier (gitformat-index)."""
    path = repo.root / ".git/index"
    data = bytearray(path.read_bytes()[:-20])
    (count,) = struct.unpack_from(">I", data, 8)
    at = 12
    for _ in range(count):
        (when,) = struct.unpack_from(">I", data, at)
        struct.pack_into(">I", data, at, when - seconds)
        length = data[at + 61] | (data[at + 60] & 0x0F) << 8
        at += (62 + length + 8) // 8 * 8
    path.write_bytes(bytes(data) + hashlib.sha1(data).digest())


def test_racy_edit_of_a_tracked_file_with_mtime_restored_is_seen(repo: Repo) -> None:
    """Traps 4 and 5: git's index notices by ctime."""
    seed(repo)
    old = repo.root / "src/a.py"
    os.utime(old, ns=(1_600_000_000 * 10**9, 1_600_000_000 * 10**9))
    repo.git("update-index", "--refresh")
    looking = eye(repo)
    before = looking.here().tree
    same_size_edit(old)
    age_index(repo, 10)  # the file was added ten seconds ago; git compares whole seconds
    after = looking.here().tree
    assert after != before
    repo.git("add", "-A")
    repo.git("commit", "-qm", "x")
    assert by_hand(repo) == after


def test_racy_edit_in_the_same_second_as_git_add_is_seen(repo: Repo) -> None:
    """Trap 5: git's own racy rule, kept although the index is looked at under a name of our own."""
    seed(repo)
    looking = eye(repo)
    for number in range(5):
        repo.write("src/a.py", f"print({number})\n")
        repo.git("add", "src/a.py")
        index = (repo.root / ".git/index").stat()
        repo.write("src/a.py", f"print{{{number}}}\n")
        os.utime(repo.root / "src/a.py", ns=(index.st_mtime_ns, index.st_mtime_ns))
        assert looking.of(b"src/a.py") == ("file", blake3(b"print{%d}\n" % number).hexdigest())


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the stat cache an hour on: all that was written until now is settled."""
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + HOUR)


@pytest.mark.usefixtures("later")
def test_a_settled_stat_stands_for_the_content_and_ctime_breaks_it(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Design decision 4; traps 4 and 5."""
    seed(repo)
    file = repo.write("untracked", "content\n")
    looking = eye(repo)
    before = looking.here().tree
    with monkeypatch.context() as no_reading:
        no_reading.setattr(files, "digest_path", None)
        assert looking.here().tree == before  # nothing was read for this one
    same_size_edit(file)
    after = looking.here().tree
    assert after != before
    assert after == looking.here(remember=False).tree


def test_a_fresh_stat_is_not_trusted(repo: Repo) -> None:
    """Trap 5: jj and ccache have the same rule; written within the clock's granularity, it may be written again."""
    seed(repo)
    repo.write("untracked", "content\n")
    looking = eye(repo)
    looking.here()
    read: list[bytes] = []
    real = content.digest_path

    def digest_path(path: bytes, *, link: bool) -> Content:
        read.append(path)
        return real(path, link=link)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "digest_path", digest_path)
        looking.here()
    assert [os.path.basename(path) for path in read] == [b"untracked"]


@pytest.mark.usefixtures("later")
def test_a_file_that_is_replaced_between_stat_and_read_is_not_remembered_so(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed(repo)
    file = repo.write("untracked", "one\n")
    looking = eye(repo)
    real = content.digest_path

    def digest_path(path: bytes, *, link: bool) -> Content:
        if path.endswith(b"untracked"):
            file.write_text("two\n")
        return real(path, link=link)

    with monkeypatch.context() as patch:
        patch.setattr(files, "digest_path", digest_path)
        looking.here()
    file.write_text("six\n")
    assert looking.of(b"untracked") == ("file", blake3(b"six\n").hexdigest())


@pytest.mark.parametrize("path", ["src/a.py", "big", "bin/run.sh", "link"])
def test_digest_poisoning_by_an_edit_between_listing_and_reading(repo: Repo, path: str) -> None:
    """Trap 6 (nrwl/nx#8828, bazel#3360): what was read is remembered under its own id, never under the listed one."""
    seed(repo)
    looking = eye(repo)
    expected = by_hand(repo)

    def edit() -> None:
        place = repo.root / path
        if place.is_symlink():
            place.unlink()
            place.symlink_to("elsewhere")
        else:
            data = place.read_bytes()
            place.write_bytes(data[:-1] + b"X")

    looking.here(meanwhile=edit)
    assert looking.commit().tree == expected
    repo.git("checkout", "--", ".")
    assert looking.here().tree == expected
    assert looking.index().tree == expected


def test_digest_poisoning_by_an_edit_while_we_read(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(repo)
    expected = by_hand(repo)
    looking = eye(repo)
    real = trees.digest_disk_files

    def edit_first(items: list[tuple[bytes, bool, str]]) -> list[bytes | None]:
        repo.write("src/a.py", "print(9)\n")
        repo.write("big", b"X" * 131072)
        return real(items)

    with monkeypatch.context() as patch:
        patch.setattr(trees, "digest_disk_files", edit_first)
        assert looking.commit().tree == expected
    assert looking.commit().tree == expected


def test_a_file_that_goes_while_git_cleans_it_is_gone(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(repo)
    repo.write(".gitattributes", "* text\n")
    commit(repo)
    repo.write("here", "a\r\n")
    repo.write("going", "a\r\n")
    looking = eye(repo)
    real = attributes.conversions

    def conversions(git: object, paths: list[bytes]) -> attributes.Conversions:
        answer = real(git, paths)  # type: ignore[arg-type]
        (repo.root / "going").unlink()
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(attributes, "conversions", conversions)
        tree = looking.here().tree
    repo.git("add", "-A")
    repo.git("commit", "-qm", "x")
    assert by_hand(repo) == tree


def test_a_base_tree_that_git_has_pruned_is_no_base(repo: Repo) -> None:
    seed(repo)
    looking = eye(repo)
    for number in range(4):
        repo.write("src/a.py", f"print({number})\n")
        repo.git("commit", "-qa", "--amend", "-m", "again")
        looking.commit()
    repo.write("src/deep/b.py", "last\n")
    repo.git("commit", "-qa", "--amend", "-m", "again")
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    assert looking.commit().tree == by_hand(repo)
    assert looking.here().tree == by_hand(repo)


def _object(repo: Repo, revision: str) -> Path:
    oid = repo.git("rev-parse", revision).decode().strip()
    return repo.root / ".git/objects" / oid[:2] / oid[2:]


@pytest.mark.parametrize("revision", ["HEAD:src/a.py", "HEAD:src", "HEAD^{tree}"])
def test_a_missing_object_is_an_error_that_names_it(repo: Repo, revision: str) -> None:
    """F28: a partial clone, or a damaged one."""
    seed(repo)
    gone = _object(repo, revision)
    looking = eye(repo)
    (repo.root / "src/a.py").unlink()
    gone.unlink()
    named = gone.parent.name + gone.name[:5] if revision != "HEAD^{tree}" else "rev-parse"
    with pytest.raises(GofigureError, match=named):
        looking.commit()
    # Nothing half done was remembered.
    with pytest.raises(GofigureError):
        looking.commit()


def test_a_missing_blob_is_no_loss_while_the_working_tree_has_it(repo: Repo) -> None:
    seed(repo)
    looking = eye(repo)
    expected = by_hand(repo)
    _object(repo, "HEAD:src/a.py").unlink()
    assert looking.commit().tree == expected
    assert looking.here().tree == expected


def test_trap_18_untracked_files_are_part_of_the_working_tree_and_not_of_the_commit(repo: Repo) -> None:
    """lint-staged#1402, lint-staged#968, lint-staged#1473: a check passes by a file that is not committed."""
    seed(repo)
    looking = eye(repo)
    repo.write("src/a.py", "import helper\n")
    repo.git("add", "src/a.py")
    repo.write("src/helper.py", "x\n")
    assert looking.here().tree != looking.index().tree
    repo.git("add", "-A")
    assert looking.here().tree == looking.index().tree


def test_trap_11_exec_bit(repo: Repo) -> None:
    """bazel#3400, bazel#20148: the exec bit is part of the content."""
    seed(repo)
    looking = eye(repo)
    before = looking.here().tree
    (repo.root / "src/a.py").chmod(0o755)
    assert looking.here().tree != before
    assert looking.of(b"src/a.py")[0] == "executable"
    (repo.root / "src/a.py").chmod(0o655)  # only the owner's bit counts, as in git
    assert looking.here().tree == before


def test_trap_13_crlf_one_blob_two_byte_states(repo: Repo, tmp_path: Path) -> None:
    """turborepo#7578, turborepo#9616, turborepo#12572; LedgerHQ/ledger-live#22151: no hit on Windows."""
    seed(repo)
    repo.write(".gitattributes", "* text=auto\n")
    commit(repo)
    found = {}
    for eol in ("lf", "crlf"):
        clone = repo.at(tmp_path / eol)
        repo.git("-c", f"core.eol={eol}", "clone", "-q", "-c", f"core.eol={eol}", str(repo.root), str(clone.root))
        clone.write("src/a.py", "a\nb\n" if eol == "lf" else "a\r\nb\r\n")
        clone.write("new.py", "a\n" if eol == "lf" else "a\r\n")
        found[eol] = eye(clone).here().tree
    assert (tmp_path / "crlf/README").read_bytes() == b"hello\r\n"
    assert found["lf"] == found["crlf"]


def test_trap_22_content_only_in_every_worktree_and_under_every_head(repo: Repo) -> None:
    """aqm857886159/Nomi#350, paiml-mcp-agent-toolkit#748: a stamp keyed to a path or to HEAD."""
    seed(repo)
    other = repo.root.parent / "other"
    repo.git("worktree", "add", "-q", "-b", "side", str(other))
    linked = repo.at(other)
    linked.git("commit", "-q", "--allow-empty", "-m", "another commit, the same tree")
    assert eye(linked).here().tree == eye(repo).here().tree
    linked.write("src/a.py", "x\n")
    assert eye(linked).here().tree != eye(repo).here().tree
    repo.write("src/a.py", "x\n")
    assert eye(linked).here().tree == eye(repo).here().tree


def _with_submodule(repo: Repo) -> Repo:
    seed(repo)
    inner = Repo.create(repo.root.parent / "inner", repo.env)
    inner.write("i", "1\n")
    commit(inner)
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "sub")
    commit(repo)
    return repo.at(repo.root / "sub")


@pytest.mark.parametrize("how", ["edited", "untracked", "staged", "moved and edited"])
@pytest.mark.parametrize("ignore", [None, "all"])
def test_trap_15_a_dirty_submodule_is_refused_as_proven(repo: Repo, how: str, ignore: str | None) -> None:
    """turborepo#5521, moon#652, nx#11334, NixOS/nix#16424: the commit id is blind to what is not committed."""
    sub = _with_submodule(repo)
    if ignore:
        repo.git("config", "-f", ".gitmodules", "submodule.sub.ignore", ignore)
        commit(repo)
    looking = eye(repo)
    assert not looking.here().unprovable
    if how == "moved and edited":
        sub.write("i", "2\n")
        commit(sub)
    if how == "untracked":
        sub.write("u", "1\n")
    else:
        sub.write("i", "3\n")
    if how == "staged":
        sub.git("add", "-A")
    here = looking.here()
    assert set(here.unprovable) == {b"sub/"}
    assert here.notes == ("sub/: a submodule with changes of its own",)
    assert covers(Selector(("sub",)), b"sub/")
    repo.git("add", "-A")
    assert looking.index().tree == here.tree


def test_trap_15_a_submodule_that_moved_is_seen_between_two_commits_though_gitmodules_says_ignore(repo: Repo) -> None:
    """`ignore = all` hides it from `git diff-tree`: the second commit would be remembered under the first's digest."""
    sub = _with_submodule(repo)
    repo.git("config", "-f", ".gitmodules", "submodule.sub.ignore", "all")
    commit(repo)
    looking = eye(repo)
    before = looking.commit().tree
    sub.write("i", "2\n")
    commit(sub)
    oid = sub.git("rev-parse", "HEAD").decode().strip()
    repo.git("update-index", "--cacheinfo", f"160000,{oid},sub")
    repo.git("commit", "-qm", "moved")
    assert by_hand(repo) != before
    assert looking.commit().tree == by_hand(repo)
    assert looking.here().tree == by_hand(repo)


def test_a_repository_inside_that_nobody_knows_is_refused_as_proven(repo: Repo) -> None:
    """F26."""
    seed(repo)
    looking = eye(repo)
    before = looking.here().tree
    nested = Repo.create(repo.root / "vendor/nested", repo.env)
    nested.write("x", "1\n")
    here = looking.here()
    assert here.tree == before
    assert set(here.unprovable) == {b"vendor/nested/"}
    commit(nested)
    here = looking.here()
    assert here.tree == before
    assert here.notes == ("vendor/nested/: a repository of its own, unknown to this one",)
    assert covers(Selector(("vendor",)), b"vendor/nested/")
    assert not covers(Selector(("src",)), b"vendor/nested/")


def test_a_file_that_became_a_repository_is_what_its_commit_is(repo: Repo) -> None:
    """As `git add -A` has it; and refused as proven until git looks into it."""
    seed(repo)
    (repo.root / "README").unlink()
    nested = Repo.create(repo.root / "README", repo.env)
    nested.write("x", "1\n")
    looking = eye(repo)
    assert set(looking.here().unprovable) == {b"README/"}  # no commit to name it by
    commit(nested)
    here = looking.here()
    assert set(here.unprovable) == {b"README/"}
    repo.git("add", "-A")
    assert looking.index().tree == here.tree
    assert not looking.here().unprovable
    nested.write("x", "2\n")
    assert set(looking.here().unprovable) == {b"README/"}


def test_trap_16_what_a_sparse_checkout_leaves_out_is_content_that_no_stage_can_see(repo: Repo) -> None:
    sparse_index(repo)
    here = eye(repo).here()
    assert b"bin/run.sh" in here.unprovable
    assert not any(path.startswith(b"src/") for path in here.unprovable)
    refused = [path for path in here.unprovable if covers(Selector(("src",), r"\.py$"), path)]
    assert refused == []
    assert any(covers(Selector(("bin",)), path) for path in here.unprovable)


def test_trap_17_an_lfs_pointer_and_the_file_it_stands_for_have_one_digest(repo: Repo) -> None:
    """Both are what git stores; that a stage sees the pointer is told besides."""
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 3\n"
    seed(repo)
    (repo.root.parent / "pointer").write_bytes(pointer)
    repo.git("config", "filter.lfs.clean", "cat >/dev/null; cat ../pointer")
    repo.write(".gitattributes", "*.bin filter=lfs\n")
    repo.write("a.bin", pointer)
    commit(repo)
    looking = eye(repo)
    before = looking.here().tree
    repo.write("a.bin", b"abc")
    assert looking.here().tree == before == by_hand(repo)


def test_trap_17_an_input_that_is_still_a_pointer_is_refused_as_proven(repo: Repo) -> None:
    test_trap_17_an_lfs_pointer_and_the_file_it_stands_for_have_one_digest(repo)
    repo.git("checkout", "--", "a.bin")
    assert b"a.bin" in eye(repo).here().unprovable


def _socket(path: Path) -> None:
    here = os.open(path.parent, os.O_RDONLY)
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(f"/proc/self/fd/{here}/{path.name}")  # a path of its own may be too long
    finally:
        os.close(here)


@pytest.mark.parametrize("make", [os.mkfifo, _socket])
def test_a_tracked_file_that_became_a_special_one_is_skipped_with_a_word(repo: Repo, make: object) -> None:
    """F22, nx#35289: hashing hung for ever on a pipe."""
    seed(repo)
    looking = eye(repo)
    expected = dict.fromkeys([b"src/a.py"])
    (repo.root / "src/a.py").unlink()
    make(repo.root / "src/a.py")  # type: ignore[operator]
    here = looking.here()
    repo.git("rm", "-q", "--cached", "src/a.py")
    assert looking.index().tree == here.tree
    assert here.unprovable.keys() == expected.keys()
    assert here.notes[0].startswith("src/a.py: skipped, a ")


def test_links_are_not_followed_out_even_by_flags(repo: Repo) -> None:
    """F21: the folder is a link now, and what it leads to has a file of the same name, unlike the tracked one."""
    seed(repo)
    outside = repo.root.parent / "elsewhere"
    outside.mkdir()
    (outside / "a.py").write_text("SECRET\n")
    os.mkfifo(outside / "fifo")
    shutil.rmtree(repo.root / "src")
    (repo.root / "src").symlink_to("../elsewhere")
    looking = eye(repo)
    assert looking.of(b"src") == ("link", blake3(b"../elsewhere").hexdigest())
    with pytest.raises(GofigureError, match="not part of the content"):
        looking.of(b"src/a.py")


def test_a_plain_folder_says_what_it_skips(tmp_path: Path, environment: dict[str, str]) -> None:
    """T6, F22: and no name can move the cursor."""
    folder = tmp_path / "plain"
    (folder / "sub").mkdir(parents=True)
    (folder / "a").write_text("1")
    looking = Eye(folder, environment)
    before = looking.here().tree
    os.mkfifo(folder / "pipe\x1b[2J\n")
    _socket(folder / "sub/s")
    here = looking.here()
    assert here.tree == before
    assert sorted(here.notes) == [r"pipe\x1b[2J\n: skipped, a FIFO", "sub/s: skipped, a socket"]


def test_a_plain_folder_leaves_out_its_own_state_at_the_root_only(tmp_path: Path, environment: dict[str, str]) -> None:
    folder = tmp_path / "plain"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub/.gofigure").write_text("content")
    looking = Eye(folder, environment)
    first = looking.here().tree
    assert looking.here().tree == first  # its own store and token have come meanwhile
    (folder / "sub/.gofigure").write_text("other content")
    assert looking.here().tree != first


def test_unreadable_folders_and_files_are_a_warning(repo: Repo, environment: dict[str, str]) -> None:
    """F23: chmod 000; asked as another user where we are root, whom nothing stops."""
    seed(repo)
    repo.write("locked/in git", "1\n")
    repo.write("src/deep/locked.py", "1\n")
    commit(repo)
    repo.write("src/deep/locked.py", "2\n")
    repo.write("closed\x1b/untracked", "1\n")
    repo.write("untracked.py", "1\n")
    repo.write("open", "1\n")
    shut = ["closed\x1b", "src/deep/locked.py", "untracked.py", "locked"]
    command = [sys.executable, "-m", "gofigure"]
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root, and no setpriv to become another user with")
        home = environment["HOME"]
        subprocess.run(["chown", "-R", "65534:65534", str(repo.root), home], check=True)
        for folder in [repo.root, *repo.root.parents]:
            if folder.stat().st_mode & 0o005 != 0o005:
                folder.chmod(folder.stat().st_mode | 0o055)
        for folder in [Path(home).parent]:
            folder.chmod(folder.stat().st_mode | 0o055)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
        reach = subprocess.run([*command, "--version"], cwd="/", capture_output=True, check=False)
        if reach.returncode != 0:
            pytest.skip(f"another user cannot start {sys.executable} here")
    other = Repo(repo.root, repo.env, tuple(command))
    (repo.root / ".gofigure.toml").write_text("[jobs.j]\nstages=['s']\n[stages.s]\nrun='true'\n")
    assert other.gofigure("allow").returncode == 0
    try:
        for path in shut:
            (repo.root / path).chmod(0)
        done = other.gofigure("digest", "open", "README")
        assert done.returncode == 0, done.stderr
        assert done.stdout.split()[0].decode() == blake3(b"1\n").hexdigest()
        said = done.stderr.decode()
        assert "closed?/: cannot be read: Permission denied" in said  # git itself shows no control characters
        assert "src/deep/locked.py: cannot be read: Permission denied" in said
        assert "untracked.py: cannot be read: Permission denied" in said
        assert "locked/" in said
        assert "\x1b" not in said
    finally:
        for path in shut:
            (repo.root / path).chmod(0o755)


def test_an_unreadable_folder_outside_git_is_a_warning(
    tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "p/shut").mkdir(parents=True)
    (tmp_path / "p/shut/x").write_text("1")
    (tmp_path / "p/open").write_text("1")
    real = os.scandir

    def scandir(path: bytes) -> object:
        if path.endswith(b"shut"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    here = Eye(tmp_path / "p", environment).here()
    assert here.unprovable == {b"shut/": "cannot be read: Permission denied"}
    assert here.tree == tree.build([(b"open", tree.FILE, blake3(b"1").digest())])[0]


def test_conflicts_have_no_index_digest_but_a_working_tree_one(repo: Repo) -> None:
    """F27."""
    conflict(repo)
    looking = eye(repo)
    assert b"<<<<<<<" in (repo.root / "src/a.py").read_bytes()
    assert looking.of(b"src/a.py")[1] == blake3((repo.root / "src/a.py").read_bytes()).hexdigest()
    with pytest.raises(GitError, match="the index has conflicts"):
        looking.index()


def test_a_name_that_ends_like_our_stores_is_not_our_store(repo: Repo) -> None:
    seed(repo)
    repo.write("notes .gofigure", "1\n")
    repo.write("sub/.gofigure", "1\n")
    commit(repo)
    looking = eye(repo)
    assert looking.of(b"notes .gofigure")[0] == "file"
    assert looking.tracked(".gofigure", "README") == ["README"]
    repo.write(".gofigure", "x")
    repo.git("add", "-f", ".gofigure")
    assert looking.tracked(".gofigure") == [".gofigure"]
    repo.git("update-index", "--assume-unchanged", ".gofigure")
    assert looking.tracked(".gofigure") == [".gofigure"]
    with pytest.raises(StoreError, match="tracked"):
        looking.of(b".")


@pytest.mark.parametrize("variable", ["GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"])
def test_the_users_pathspec_variables_do_not_stop_us(repo: Repo, environment: dict[str, str], variable: str) -> None:
    seed(repo)
    repo.write("x", "1")
    expected = eye(repo).here().tree
    assert Eye(repo.root, {**environment, variable: "1"}).here().tree == expected


@pytest.mark.parametrize("name", ["a b", "\x0b", "\u2028x", "é", "*", "-rf", "'q'", "x" * 200])
def test_the_repository_may_be_in_a_folder_of_any_name(tmp_path: Path, environment: dict[str, str], name: str) -> None:
    repo = Repo.create(tmp_path / name, environment)
    seed(repo)
    repo.write("n", "1\r\n")
    found = eye(repo).here().tree
    commit(repo)
    assert by_hand(repo) == found == eye(repo).commit().tree


def test_a_line_break_above_the_repository_is_an_error(tmp_path: Path, environment: dict[str, str]) -> None:
    repo = Repo.create(tmp_path / "a\nb", environment)
    seed(repo)
    with pytest.raises(GofigureError, match="line break"):
        eye(repo)


def test_removing_a_whole_folder_can_be_explained(repo: Repo) -> None:
    """`why` compares two trees, one of which has no such folder."""
    from gofigure.snapshot.select import Selecting
    from gofigure.store.store import Store

    seed(repo)
    looking = eye(repo)
    before = looking.here().tree
    shutil.rmtree(repo.root / "gone")
    repo.write("came/new", "1")
    after = looking.here().tree
    with Store.open(looking.project.store_file, looking.token)[0] as store:
        words = Selecting(store.contents).changed(before, after, Selector(), 9)
    assert words == ["came/new added", "gone/only.txt removed"]


def test_a_submodule_that_is_not_checked_out_proves_nothing(repo: Repo, tmp_path: Path) -> None:
    """Its commit is in the key; the folder that a stage reads is empty."""
    _with_submodule(repo)
    repo.config('[jobs.j]\nstages = ["s"]\n[stages.s]\nrun = "! grep -rs BAD sub"\n')
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "all")
    repo.git("clone", "-q", str(repo.root), str(tmp_path / "clone"))
    clone = repo.at(tmp_path / "clone")
    clone.gofigure("allow")
    (stage,) = clone.json("run")["runs"][0]["stages"]
    assert (stage["verdict"], stage["proven"]) == ("passed", False)
    assert "not checked out" in stage["note"]
    clone.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init")
    assert clone.json("run")["runs"][0]["stages"][0]["proven"] is True


def test_a_repository_beside_what_is_read_leaves_it_provable(repo: Repo) -> None:
    repo.config('[jobs.j]\nstages = ["s", "t"]\n[stages.s]\nrun = "true"\ninputs = ["x"]\n[stages.t]\nrun = "true"\n')
    repo.write("x", "1\n")
    repo.commit()
    repo.git("init", "-q", "n")
    repo.gofigure("allow")
    repo.gofigure("run")
    found = {stage["stage"]: stage["verdict"] for stage in repo.json("run")["runs"][0]["stages"]}
    assert found == {"s": "reused", "t": "passed"}
