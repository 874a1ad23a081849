"""What a trigger's content is compared with, and which branch it is about."""

from __future__ import annotations

from gofigure.git.operations import rebased_branch, under_way
from gofigure.git.repository import Repository
from gofigure.model import Snapshot, Trigger
from gofigure.snapshot.since import Lineage
from gofigure.triggers.hooks import pushed_refs

_HEADS = "refs/heads/"


def lineage_of(repository: Repository | None, trigger: Trigger, about: Snapshot, branch: str) -> Lineage:
    """`branch`: the one that is checked out, "" for none. Where there is no telling, nothing is said to be before."""
    if repository is None:
        return Lineage((), None)
    if trigger.kind == "pre-push":
        return _pushed(trigger, about)
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
        return f"{about.commit}^" if amended or trigger.kind in ("manual", "post-commit") else None
    if trigger.kind == "post-checkout" and trigger.args:
        return trigger.args[0]
    if trigger.kind == "post-merge":
        return "ORIG_HEAD"
    return repository.head.commit if repository.head is not None else None


def _pushed(trigger: Trigger, about: Snapshot) -> Lineage:
    """A commit that no line of the push names (of a tag, or below a ref) may be on its way to any of the branches."""
    refs = [ref for ref in pushed_refs(trigger.stdin) if not ref.deletes]
    ours = [ref for ref in refs if ref.local_oid == about.commit]
    branches = [ref.remote_ref.removeprefix(_HEADS) for ref in ours or refs if ref.remote_ref.startswith(_HEADS)]
    there = {ref.remote_oid for ref in ours}
    # All zeros for a new ref: no commit is called that, so that nobody can tell.
    return Lineage(tuple(dict.fromkeys(branches)), there.pop() if len(there) == 1 else None)
