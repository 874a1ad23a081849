"""What a trigger's content is compared with, and which branch it is about."""

from __future__ import annotations

from gofigure.git.operations import rebased_branch, under_way
from gofigure.git.repository import Repository
from gofigure.model import BY_A_PERSON, PUSHES, Snapshot, Trigger
from gofigure.snapshot.since import Lineage

_HEADS = "refs/heads/"


def compared_with(repository: Repository, trigger: Trigger, about: Snapshot) -> str | None:
    """The commit that a content is compared with; None: nobody can tell."""
    return _pushed(about).before if trigger.kind in PUSHES else _before(repository, trigger, about)


def lineage_of(repository: Repository | None, trigger: Trigger, about: Snapshot, branch: str) -> Lineage:
    """`branch`: the one that is checked out, "" for none. Where there is no telling, nothing is said to be before."""
    if repository is None:
        return Lineage((), None)
    if trigger.kind in PUSHES:
        return _pushed(about)
    branch = branch or rebased_branch(repository)
    return Lineage((branch,) if branch else (), _before(repository, trigger, about))


def operations_of(repository: Repository | None, trigger: Trigger) -> frozenset[str]:
    """What git is in the middle of. Before a merge without a conflict, its hook is all that tells of it."""
    if repository is None:
        return frozenset()
    return under_way(repository) | ({"merge"} if trigger.kind == "pre-merge-commit" else set())


def _before(repository: Repository, trigger: Trigger, about: Snapshot) -> str | None:
    if about.kind == "commit":
        amended = trigger.kind == "post-rewrite" and trigger.args[:1] == ("amend",)
        return f"{about.commit}^" if amended or trigger.kind in (*BY_A_PERSON, "post-commit") else None
    if trigger.kind == "post-checkout" and trigger.args:
        return trigger.args[0]
    if trigger.kind == "post-merge":
        return "ORIG_HEAD"
    return repository.head.commit if repository.head is not None else None


def _pushed(about: Snapshot) -> Lineage:
    refs = about.variables.get("GOFIGURE_REFS", "").split()
    branches = tuple(ref.removeprefix(_HEADS) for ref in refs if ref.startswith(_HEADS))
    return Lineage(branches, about.variables.get("GOFIGURE_FROM_REF"))
