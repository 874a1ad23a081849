"""Where a configuration's bytes are from: written here, or brought by somebody else's commit.

What only an editor has saved, no commit holds. What a commit holds was written here if every commit that brought it
was made here (git's reflogs say so), and if what it was made *from* was written here or approved as well: an edit on
top of a pulled change, or a merge with one, carries that change along. Whatever cannot be told is not ours.

Asked only for bytes that nobody has approved yet. Nothing that a repository's configuration names is started: no
filter, no diff driver, no signature check.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from gofigure.errors import GofigureError
from gofigure.git.attributes import conversions
from gofigure.git.objects import read_blobs
from gofigure.git.program import Git, output
from gofigure.git.repository import Repository
from gofigure.process.capture import HelperFailed
from gofigure.trust.made import Made, read_reflogs
from gofigure.trust.record import Layer, Trust

PATIENCE = 5.0  # seconds; in a history that takes longer, nobody can tell
_BIGGEST = 1 << 20  # bytes of a version that is read to see whether it is approved
_HEADS = ("HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD")
_STAGES = (":0", ":1", ":2", ":3")  # of the index (gitrevisions)

IsApproved = Callable[[bytes], bool]


def why_not_ours(trust: Trust, layer: Layer, is_approved: IsApproved) -> str:
    """Why it cannot be said that these bytes were written here; "" if they were.

    A folder without git has no remote: what is in it was put there on this machine.
    """
    if trust.repository is None:
        return ""
    try:
        return _no_evidence(trust.repository, layer) or _Search(trust.repository, layer, is_approved).foreign()
    except GofigureError as error:
        return f"it cannot be told where it is from ({error})"


def _no_evidence(repository: Repository, layer: Layer) -> str:
    """What keeps the bytes in the working tree from being compared with those that git stores."""
    path = os.path.join(repository.root, layer.name)
    if os.path.islink(path):
        return "it is a link, and what that leads to has changed"
    if layer.name not in os.listdir(repository.root):  # a file system that takes other names for the same
        return "its name in the folder is spelled in another way"
    if b"\r" in layer.data:
        return "it has carriage returns, which git may have put in, so that nobody can tell where it is from"
    if os.fsencode(layer.name) in conversions(repository.git, [os.fsencode(layer.name)]).always:
        return "git converts it at checkout (gitattributes), so that nobody can tell where it is from"
    for name in ("SQUASH_MSG", "rebase-apply"):
        if os.path.lexists(os.path.join(repository.git_dir, name)):
            return f"{name} in the git directory says that something is being applied, which may be in it"
    return ""


class _History(NamedTuple):
    """Who brought which version of the file."""

    brought: Mapping[str, list[str]]  # blob -> the commits that put it at the path
    sources: Mapping[str, set[str]]  # commit made here -> the versions that it was made from
    made: Mapping[str, Made]


class _Search:
    """One question about one file."""

    def __init__(self, repository: Repository, layer: Layer, is_approved: IsApproved) -> None:
        self._repository = repository
        self._git: Git = repository.git
        self._layer = layer
        self._is_approved = is_approved
        self._until = time.monotonic() + PATIENCE

    def foreign(self) -> str:
        """Which commit from elsewhere is in it; "" if none is."""
        own = self._run("hash-object", "--no-filters", "--stdin", stdin=self._layer.data).decode().strip()
        places = [*_STAGES, *_HEADS, *self._heads_in("MERGE_HEAD")]
        stored, *here = self._ask([own, *map(self._at, places)])
        begin = {*self._unapproved({oid for oid in here if oid}), *filter(None, [stored])}
        if not begin:
            return ""  # no object of git's, and made from what was approved: saved by an editor
        history = self._history()
        seen, left = set(begin), list(begin)
        while left:
            version = left.pop()
            commits = history.brought.get(version, [])
            said = _foreign_among(commits, history.made) if commits or version not in begin else ""
            if said:
                return said
            from_these = {oid for commit in commits for oid in history.sources.get(commit, ())} - seen
            seen |= from_these
            left += self._unapproved(from_these)
        return ""

    def _history(self) -> _History:
        roots = [oid for place in self._worktrees() for oid in _object_names(os.path.join(place, "FETCH_HEAD"))]
        asked = "".join(f"{line}\n" for line in (*roots, "--", self._layer.name)).encode()
        args = ("rev-list", "--all", "--reflog", "--full-history", "--ignore-missing", "--stdin")
        commits = self._run(*args, stdin=asked).decode().split()
        made = read_reflogs(self._run)
        pairs = [(commit, origin) for commit in commits if commit in made for origin in made[commit].origins]
        sources: dict[str, set[str]] = {}
        for (commit, _), version in zip(pairs, self._versions([origin for _, origin in pairs]), strict=True):
            if version:
                sources.setdefault(commit, set()).add(version)
        brought: dict[str, list[str]] = {}
        for commit, version in zip(commits, self._versions(commits), strict=True):
            if version and version not in sources.get(commit, ()):  # an amended message brings nothing
                brought.setdefault(version, []).append(commit)
        return _History(brought, sources, made)

    def _worktrees(self) -> list[str]:
        """The git directories of all working trees: each has a FETCH_HEAD of its own."""
        common = self._repository.common_dir
        linked = os.path.join(common, "worktrees")
        names = os.listdir(linked) if os.path.isdir(linked) else []
        return [common, *(os.path.join(linked, name) for name in names)]

    def _heads_in(self, name: str) -> list[str]:
        return _object_names(os.path.join(self._repository.git_dir, name))

    def _versions(self, places: Sequence[str]) -> list[str]:
        """The blob at the file's path in each commit; "" where there is none."""
        return self._ask([self._at(place) for place in places])

    def _at(self, place: str) -> str:
        return f"{place}:{self._layer.name}"

    def _ask(self, names: Sequence[str]) -> list[str]:
        """The blob of each name, "" where there is none."""
        if not names:
            return []
        lines = self._run("cat-file", "--batch-check", stdin="".join(f"{name}\n" for name in names).encode())
        answers = [line.split() for line in lines.decode().splitlines()]
        return [words[0] if len(words) == 3 and words[1] == "blob" else "" for words in answers]

    def _unapproved(self, blobs: Iterable[str]) -> list[str]:
        wanted = list(blobs)
        if not wanted:
            return []
        asked = "".join(f"{oid}\n" for oid in wanted).encode()
        sizes = self._run("cat-file", "--batch-check=%(objectsize)", stdin=asked).split()
        small = [oid for oid, size in zip(wanted, sizes, strict=True) if int(size) <= _BIGGEST]
        known = {oid for oid, data in zip(small, read_blobs(self._git, small), strict=True) if self._is_approved(data)}
        return [oid for oid in wanted if oid not in known]

    def _run(self, *args: str, stdin: bytes = b"") -> bytes:
        left = self._until - time.monotonic()
        if left <= 0:
            raise HelperFailed(f"git took longer than {PATIENCE:g} s")
        return output(self._git.start(*args, stdin=stdin), args, left)


def _foreign_among(commits: Sequence[str], made: Mapping[str, Made]) -> str:
    """Which of the commits that brought a version was not made here.

    A commit that a rebase or a cherry-pick made says nothing alone; it must repeat what was committed here before.
    """
    if not commits:
        return "no commit that git knows says where it is from"
    for commit in commits:
        if commit not in made:
            return f"commit {commit[:10]} was not made here"
    written = [made[commit].at for commit in commits if made[commit].by_hand]
    for commit in commits:
        if not made[commit].by_hand and (not written or made[commit].at < min(written)):
            return f"commit {commit[:10]} repeats one that was made elsewhere"
    return ""


def _object_names(path: str) -> list[str]:
    """What each line of FETCH_HEAD or MERGE_HEAD begins with."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            words = [line.split(maxsplit=1)[0] for line in file if line.strip()]
    except OSError:
        return []
    return [word for word in words if len(word) in (40, 64) and not word.strip("0123456789abcdef")]
