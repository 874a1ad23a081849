"""One file's history, over all that git knows: refs, reflogs and what was only fetched."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from gofigure.errors import GofigureError
from gofigure.git.objects import read_blobs
from gofigure.git.program import output
from gofigure.git.repository import Repository
from gofigure.process.capture import HelperFailed
from gofigure.trust.made import Made, read_reflogs

PATIENCE = 5.0  # seconds; in a history that takes longer, nobody can tell
_BIGGEST = 1 << 20  # bytes of a version that is read
_MOST = 1 << 26  # bytes of all of them
_MOST_NAMES = 8  # that a file has had
_COPIES = ("-r", "-z", "--name-status", "--find-copies-harder", "-C", "-l1000", "--diff-filter=RC", "--no-commit-id")


class Step(NamedTuple):
    """One commit that changed the file."""

    commit: str
    version: str  # the blob at the file's path; "" where there is none
    parents: tuple[str, ...]
    before: tuple[str, ...]  # the version in each parent


class History(NamedTuple):
    """Who brought which version of the file."""

    steps: tuple[Step, ...]
    brought_by: Mapping[str, list[Step]]  # version -> the steps that put it at the path
    made_from: Mapping[str, set[str]]  # commit made here -> the versions that it was made from


class Reader:
    """Git, asked for at most PATIENCE seconds in all."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._until = time.monotonic() + PATIENCE

    @cached_property
    def made_here(self) -> Mapping[str, Made]:
        return read_reflogs(self.run)

    def history(self, name: str) -> History:
        commits = self._commits(name)
        parents = list(dict.fromkeys(parent for _, theirs in commits for parent in theirs))
        origins = {commit: self.made_here[commit].origins for commit, _ in commits if commit in self.made_here}
        asked = list(dict.fromkeys([*(commit for commit, _ in commits), *parents, *_flat(origins.values())]))
        at = dict(zip(asked, self.versions(name, asked), strict=True))
        steps = tuple(Step(commit, at[commit], theirs, tuple(at[one] for one in theirs)) for commit, theirs in commits)
        made_from = {commit: {at[one] for one in from_these} - {""} for commit, from_these in origins.items()}
        brought_by: dict[str, list[Step]] = {}
        for step in steps:
            if step.version and step.version not in made_from.get(step.commit, ()):  # an amended message brings nothing
                brought_by.setdefault(step.version, []).append(step)
        return History(steps, brought_by, made_from)

    def former_names(self, name: str, history: History) -> dict[str, History]:
        """What else the file was called, with the histories of these names: a merge follows a rename."""
        found = {name: history}
        for one in (left := [name]):
            for other in self._copied_from(one, found[one]):
                if other not in found and len(found) < _MOST_NAMES:
                    found[other] = self.history(other)
                    left.append(other)
        del found[name]
        return found

    def versions(self, name: str, places: Sequence[str]) -> list[str]:
        """The blob with this name in each commit, or in each stage of the index; "" where there is none."""
        return self.blobs([f"{place}:{name}" for place in places])

    def blobs(self, names: Sequence[str]) -> list[str]:
        """The blob that each name stands for (gitrevisions), "" where it is none."""
        if not names:
            return []
        lines = self.run("cat-file", "--batch-check", stdin=_lines(names)).decode("utf-8", "replace").splitlines()
        answers = [line.split() for line in lines]
        return [words[0] if len(words) == 3 and words[1] == "blob" else "" for words in answers]

    def contents(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """The bytes of each blob that is not too big. Raises GofigureError if that is too much."""
        wanted = list(dict.fromkeys(blobs))
        if not wanted:
            return {}
        sizes = map(int, self.run("cat-file", "--batch-check=%(objectsize)", stdin=_lines(wanted)).split())
        small = {oid: size for oid, size in zip(wanted, sizes, strict=True) if size <= _BIGGEST}
        if sum(small.values()) > _MOST:
            raise GofigureError("its history is too big to be read")
        return dict(zip(small, read_blobs(self._repository.git, list(small)), strict=True))

    def heads_in(self, name: str) -> list[str]:
        """The commits that a file like MERGE_HEAD names."""
        return _object_names(os.path.join(self._repository.git_dir, name))

    def run(self, *args: str, stdin: bytes = b"") -> bytes:
        left = self.seconds_left()
        return output(self._repository.git.start(*args, stdin=stdin), args, left)

    def seconds_left(self) -> float:
        """More than none. Raises HelperFailed when they are used up."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise HelperFailed(f"git took longer than {PATIENCE:g} s")
        return left

    def _commits(self, name: str) -> list[tuple[str, tuple[str, ...]]]:
        """Each commit that changed the file, with its parents."""
        fetched = [oid for place in self._worktrees() for oid in _object_names(os.path.join(place, "FETCH_HEAD"))]
        args = ("rev-list", "--all", "--reflog", "--full-history", "--ignore-missing", "--format=%P", "--stdin")
        out = self.run(*args, stdin=_lines([*fetched, "--", name])).decode()
        commits: list[tuple[str, tuple[str, ...]]] = []
        for line in out.splitlines():
            if line.startswith("commit "):
                commits.append((line.removeprefix("commit "), ()))
            else:
                commits[-1] = (commits[-1][0], tuple(line.split()))
        return commits

    def _copied_from(self, name: str, history: History) -> list[str]:
        """The paths from which this one was renamed or copied, where it first appears."""
        first = [step.commit for step in history.steps if step.version and step.before and not any(step.before)]
        if not first:
            return []
        out = self.run("diff-tree", *_COPIES, "--no-ext-diff", "--no-textconv", "-m", "--stdin", stdin=_lines(first))
        fields = out.decode("utf-8", "surrogateescape").split("\0")
        triples = zip(fields[::3], fields[1::3], fields[2::3], strict=False)  # status, from, to
        return [old for _, old, new in triples if new == name]

    def _worktrees(self) -> list[str]:
        """The git directories of all working trees: each has a FETCH_HEAD of its own."""
        common = self._repository.common_dir
        linked = os.path.join(common, "worktrees")
        names = os.listdir(linked) if os.path.isdir(linked) else []
        return [common, *(os.path.join(linked, name) for name in names)]


def _flat(groups: Iterable[Iterable[str]]) -> list[str]:
    return [one for group in groups for one in group]


def _lines(words: Iterable[str]) -> bytes:
    return "".join(f"{word}\n" for word in words).encode("utf-8", "surrogateescape")


def _object_names(path: str) -> list[str]:
    """What each line of FETCH_HEAD or MERGE_HEAD begins with."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            words = [line.split(maxsplit=1)[0] for line in file if line.strip()]
    except OSError:
        return []
    return [word for word in words if len(word) in (40, 64) and not word.strip("0123456789abcdef")]
