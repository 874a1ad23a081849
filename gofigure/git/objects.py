"""Trees, commits and blobs, as git stores them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from gofigure.errors import GitError, NotACommit
from gofigure.git.program import Git

# One file of a git tree: path, mode (b"100644" ...; b"" where the file is gone), object id. Plain tuples, as a tree
# may have 100,000 of them.
TreeFile: TypeAlias = tuple[bytes, bytes, str]


SHALLOW_HINT = "this is a shallow clone; try: git fetch --unshallow, or: git fetch --deepen=100"


def tree_of(git: Git, revision: str) -> tuple[str, str]:
    """(commit id, tree id) of a revision. Raises GitError if it names none."""
    done = git.start("rev-parse", "--quiet", "--verify", "--end-of-options", f"{revision}^{{commit}}").finish()
    if done.code != 0:
        hint = SHALLOW_HINT if is_shallow(git) else "git log --oneline --all"
        raise NotACommit(f"{revision or repr(revision)} names no commit in this repository", hint=hint)
    commit = done.out.decode().strip()
    return commit, git.run("rev-parse", "--verify", f"{commit}^{{tree}}").decode().strip()


def is_shallow(git: Git) -> bool:
    """Whether the history was cut off when this was cloned, so that what a person names may just not be here."""
    return git.start("rev-parse", "--is-shallow-repository").finish().out.strip() == b"true"


def list_tree(git: Git, oid: str) -> list[TreeFile]:
    """Every file of a tree, submodules included."""
    out = git.run("ls-tree", "-r", "-z", "--full-tree", oid)
    tab = out.find(b"\t")  # in each line at the same place: "100644 blob <id>", "160000 commit <id>" apart
    files: list[TreeFile] = []
    for line in out.split(b"\0")[:-1]:
        end = tab if line[tab : tab + 1] == b"\t" else line.index(b"\t")
        files.append((line[end + 1 :], line[:6], line[end - len(oid) : end].decode()))
    return files


def changed_files(git: Git, old: str, new: str) -> list[TreeFile]:
    """What `new` holds at each path that differs from `old`, trees or commits. Raises GitError if one is missing."""
    # Without the last option, `ignore = all` in .gitmodules would hide that a submodule has moved.
    args = ("-r", "-z", "--raw", "--no-renames", "--no-ext-diff", "--ignore-submodules=none")
    out = git.run("diff-tree", *args, old, new)
    fields = out.split(b"\0")[:-1]
    files = []
    for meta, path in zip(fields[::2], fields[1::2], strict=True):
        _, mode, _, oid, _ = meta.split(b" ")
        files.append((path, b"" if mode == b"000000" else mode, oid.decode()))
    return files


def read_blobs(git: Git, oids: Sequence[str]) -> Iterator[bytes]:
    """The contents of blobs, in order, one in memory at a time. Raises GitError for a missing one."""
    from gofigure.process.capture import Talker

    env = {**git.env, "GIT_DIR": git.git_dir}
    with Talker(["git", "cat-file", "--batch"], env=env) as talker:
        for oid in oids:
            talker.write(oid.encode() + b"\n")
            header = talker.read_line().split()
            if len(header) != 3:
                raise GitError(
                    f"git object {oid} is missing (a partial clone, or a damaged repository)", hint="git fsck"
                )
            yield talker.read_exactly(int(header[2]))
            talker.read_exactly(1)
