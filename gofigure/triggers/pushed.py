"""The commits that a push is about, on the side that sends it and on the side that receives it (githooks)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gofigure.errors import NotACommit
from gofigure.events import Note, Observer
from gofigure.git.ranges import Made, empty_tree, merge_base, new_commits
from gofigure.git.repository import Repository
from gofigure.model import Snapshot, Trigger
from gofigure.snapshot.commits import of_commit
from gofigure.store.contents import Contents

_OID = rb"([0-9a-f]{40}|[0-9a-f]{64})"
# What is pushed may be written in any way that names a commit, spaces included: `HEAD^{/some words}`, `(delete)`.
_SENT = re.compile(rb".+ %b (.+) %b" % (_OID, _OID))
_RECEIVED = re.compile(rb"%b %b (.+)" % (_OID, _OID))


class Moved(NamedTuple):
    """A ref of the repository that is pushed to."""

    ref: str
    old: str  # all zeros, or empty: there is none, or nobody says
    new: str  # all zeros: it is deleted

    @property
    def deletes(self) -> bool:
        return not self.new.strip("0")


class Wanted(NamedTuple):
    """What is to be found out of a push; git is asked for it only where somebody wants it."""

    each_commit: bool = False
    base: bool = False  # from where on a ref's commits are new


def moved_refs(trigger: Trigger) -> list[Moved]:
    """Every ref that a push moves, in git's order."""
    hook, args = trigger.kind, trigger.args
    lines = trigger.stdin.split(b"\n")
    if hook == "pre-push":
        found = [match.groups() for match in map(_SENT.fullmatch, lines) if match]
        return [Moved(os.fsdecode(ref), old.decode(), new.decode()) for new, ref, old in found]
    if hook in ("pre-receive", "post-receive"):
        found = [match.groups() for match in map(_RECEIVED.fullmatch, lines) if match]
        return [Moved(os.fsdecode(ref), old.decode(), new.decode()) for old, new, ref in found]
    if hook == "update":
        return [Moved(*args)] if len(args) == len(Moved._fields) else []
    if hook == "push-to-checkout":
        return [Moved("", "", commit) for commit in args]
    return [Moved(ref, "", ref) for ref in args]  # post-update: where it stands now; nobody knows if it was deleted


def commits_of_push(
    repository: Repository, trigger: Trigger, contents: Contents, observe: Observer, wanted: Wanted
) -> Iterator[Snapshot]:
    """The last commit of every ref that is pushed, once; before it, if they are wanted, the other new ones."""
    if trigger.kind == "post-update":
        wanted = Wanted()  # git does not say where the refs stood
    moved = [one for one in moved_refs(trigger) if not one.deletes]
    pushing = _Pushing(repository, _known(trigger, moved))
    seen: set[str] = set()
    for (new, base), refs in pushing.by_content(moved, with_base=wanted.base).items():
        variables = {"GOFIGURE_REFS": " ".join(refs)} if any(refs) else {}
        try:
            tip = of_commit(repository, new, contents, observe)
        except NotACommit as error:  # a tag may name anything
            observe(Note(f"{error}: it has no content to check"))
            continue
        for commit, parents in pushing.new(new) if wanted.each_commit else ():
            if commit not in seen and commit != tip.commit:
                snapshot = of_commit(repository, commit, contents, observe)
                before = parents[0] if parents else pushing.nothing()
                yield _handed(snapshot, variables, before)._replace(on_the_way=True)
            seen.add(commit)
        yield _handed(tip, variables, base)


def _handed(snapshot: Snapshot, variables: Mapping[str, str], base: str) -> Snapshot:
    between = {"GOFIGURE_FROM_REF": base} if base else {}
    return snapshot._replace(variables={**variables, **between, "GOFIGURE_TO_REF": snapshot.commit or ""})


def _known(trigger: Trigger, moved: Sequence[Moved]) -> tuple[str, ...]:
    """What the other side has already, as far as it can be told here; for git-rev-list."""
    stood = tuple(dict.fromkeys(one.old for one in moved if one.old.strip("0")))
    if trigger.kind != "pre-push":
        # After the fact, what was pushed is there already, also by way of HEAD, which `--all` would mean, too.
        return (*(f"--exclude={one.ref}" for one in moved if one.ref), "--glob=refs/*", *stood)
    name, url = (*trigger.args, "", "")[:2]
    return (f"--remotes={name}", *stood) if name != url else stood  # without a name, git gives the place twice


class _Pushing:
    """What git says of one push, each thing asked once."""

    def __init__(self, repository: Repository, known: tuple[str, ...]) -> None:
        self._git = repository.git
        self._known = known
        self._new: dict[str, list[Made]] = {}

    def by_content(self, moved: Sequence[Moved], *, with_base: bool) -> dict[tuple[str, str], list[str]]:
        """(new object, base, "" if that is not wanted) -> the refs that are to stand there."""
        found: dict[tuple[str, str], list[str]] = {}
        bases: dict[tuple[str, str], str] = {}
        for ref, old, new in moved:
            if with_base and (old, new) not in bases:
                bases[old, new] = self._base(old, new)
            found.setdefault((new, bases.get((old, new), "")), []).append(ref)
        return found

    def new(self, tip: str) -> list[Made]:
        """The commits up to `tip` that the other side does not have, the oldest first."""
        if tip not in self._new:
            self._new[tip] = new_commits(self._git, tip, self._known)
        return self._new[tip]

    def nothing(self) -> str:
        """What stands for the parent of a first commit: to `git diff` and `git log` as good as one."""
        return empty_tree(self._git)

    def _base(self, old: str, new: str) -> str:
        """Where the ref's old history and the new one part; of a new ref, what its oldest new commit was made on."""
        base = merge_base(self._git, old, new) if old.strip("0") else ""
        if base:
            return base
        made = self.new(new)
        if not made:
            return new  # all of it is there under other names
        return made[0].parents[0] if made[0].parents else self.nothing()
