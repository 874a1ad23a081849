"""Which commits were made here, by git's own diary: the reflogs, which no fetch can write as it likes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

# What `git commit`, and a merge that is not a fast-forward, write. All content is from the parents or from the user.
_COMMITTED = re.compile(r"commit(?: \((?:initial|amend|merge)\))?: ")
_MERGED = re.compile(r"(?:merge|pull)\b.*: Merge made by the '[\w-]+' strategy\.?")
# What repeats another commit, which may be anybody's.
_REPEATED = re.compile(
    r"(?:cherry-pick|revert|am|commit \(cherry-pick\))\b"
    r"|(?:rebase|pull)\b.*?\((?:pick|continue|edit|reword|squash|fixup|merge)\)"
    r"|rebase: "
)
_STASHED = re.compile(r"(?:WIP on |On |autostash)")
_STASH = "refs/stash"


class Made(NamedTuple):
    """A commit that came to be in this repository."""

    by_hand: bool  # not a repetition of another one
    origins: tuple[str, ...]  # what a commit by hand was made from: other commits
    at: int  # seconds, by this machine's clock


class _Entry(NamedTuple):
    commit: str
    parents: tuple[str, ...]
    ref: str
    at: int
    message: str


def read_reflogs(run_git: Callable[..., bytes]) -> dict[str, Made]:
    """Every commit that a reflog says was made here; `run_git` gives the output of git with some arguments."""
    # `rev-list -g` cannot print messages. With log.showSignature, a signed commit would start gpg.
    args = (
        "log", "-g", "--all", "-z", "--date=unix",
        "--no-show-signature", "--no-ext-diff", "--no-textconv", "--no-patch", "--no-color", "--no-notes",
        "--format=%H%n%P%n%gD%n%gs",
    )  # fmt: skip
    entries = [_entry(record) for record in run_git(*args).decode("utf-8", "replace").split("\0") if record]
    stood: dict[str, str] = {}  # ref -> where it stood before the entry at hand
    made: dict[str, Made] = {}
    for entry in reversed(entries):  # the oldest first; those of different refs are mixed
        for commit, one in _made_by(entry, stood.get(entry.ref)):
            before = made.get(commit)
            made[commit] = one if before is None else _both(before, one)
        stood[entry.ref] = entry.commit
    return made


def _both(one: Made, other: Made) -> Made:
    """What two entries know: a commit stands in its branch's reflog and in HEAD's, and a rebase may pass over it."""
    origins = tuple(dict.fromkeys((*one.origins, *other.origins)))
    return Made(one.by_hand or other.by_hand, origins, min(one.at, other.at))


def _entry(record: str) -> _Entry:
    commit, parents, place, message = record.split("\n", 3)
    ref, _, at = place.rpartition("@{")
    return _Entry(commit, tuple(parents.split()), ref, int(at.rstrip("}")), message)


def _made_by(entry: _Entry, replaced: str | None) -> Sequence[tuple[str, Made]]:
    """What one line of a reflog says was made; `replaced`: where its ref stood before."""
    if entry.ref != _STASH:
        made = _made(entry, replaced)
        return [(entry.commit, made)] if made is not None else ()
    if not _STASHED.match(entry.message) or len(entry.parents) < 2:
        return ()
    base, *apart = entry.parents  # the index, and maybe what was not tracked, as commits that no reflog names
    return [
        (entry.commit, Made(True, entry.parents, entry.at)),
        *((one, Made(True, (base,), entry.at)) for one in apart),
    ]


def _made(entry: _Entry, replaced: str | None) -> Made | None:
    if _COMMITTED.match(entry.message) or _MERGED.fullmatch(entry.message):
        if not entry.message.startswith("commit (amend)"):
            return Made(True, entry.parents, entry.at)
        if replaced is not None:
            return Made(True, (*entry.parents, replaced), entry.at)
        # nobody knows any more what was amended
    elif not _REPEATED.match(entry.message):
        return None
    return Made(False, (), entry.at)
