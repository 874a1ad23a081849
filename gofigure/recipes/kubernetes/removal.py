"""Take away what is not wanted any more: what this stage has left, or, where it is asked for, all there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gofigure.recipes.kubernetes.kubectl import Kubectl, Refused
from gofigure.recipes.kubernetes.marks import of_stage
from gofigure.recipes.kubernetes.objects import HOLDS_DATA, UNRECORDED, Object, of_value
from gofigure.recipes.kubernetes.permission import ask_to_delete
from gofigure.recipes.order import Order

_PATIENCE = 120.0  # seconds for what is deleted to be gone
_ALL = "deployments,services"
_OF_THE_CLUSTER = "kubernetes"  # the service by which pods find the API server


def not_made_here(
    kubectl: Kubectl, file: str, known: Sequence[Object], ours: Mapping[str, str]
) -> set[tuple[str, str, str]]:
    """Those of the set that were there before this stage put them there: they are never its own to delete.

    Told by the journal, and by the labels only where that could not note a uid: what is applied is labelled as ours
    from then on, whoever has made it.
    """
    recorded = {one.same: one for one in known}
    found: set[tuple[str, str, str]] = set()
    for value in kubectl.get("-f", file, "--ignore-not-found"):
        one = of_value(value)
        before = recorded.get(one.same)
        if before is None or before.uid not in ("", one.uid) or not of_stage(value, ours):
            print(f"{one.called} was there before, not by this stage: it is applied, and will not be deleted by it")
            found.add(one.same)
    return found


def remove_left(
    kubectl: Kubectl, known: Sequence[Object], new: Sequence[Object], ours: Mapping[str, str], *, rollback: bool
) -> list[Object]:
    """Delete the recorded objects that the new set lacks; those that are left after all. `ours`: marks.labels_of."""
    wanted = {one.same for one in new}
    left: list[Object] = []
    for one in known:
        if one.same in wanted:
            continue
        if one.kind == UNRECORDED and rollback:
            print(f"{one.called} is not recorded, and left as it is")
            left.append(one)
            continue
        if one.kind in HOLDS_DATA:
            print(f"{one.called} is no part of this any more, and is left: what it holds could not be brought back")
            left.append(one)
            continue
        if why_not := _not_ours(kubectl, one, ours):
            print(f"{one.called} is no part of this any more: {why_not}")
            continue
        # What finalizers hold up may take its time: nothing here depends on its being gone.
        kubectl.run("delete", f"{one.resource}/{one.name}", "--ignore-not-found", "--wait=false")
    return left


def _not_ours(kubectl: Kubectl, one: Object, ours: Mapping[str, str]) -> str:
    """Why an object that was recorded must not, or need not, be deleted; "" where it may be."""
    try:
        found = kubectl.get(f"{one.resource}/{one.name}", "--ignore-not-found")
    except Refused as error:
        if "the server doesn't have a resource type" in str(error) or "no matches for kind" in str(error):
            return "its kind is no more"
        raise
    if not found:
        return "it is gone already"
    metadata: Mapping[str, Any] = found[0].get("metadata") or {}
    if not of_stage(found[0], ours):
        return "somebody has taken it over since (its labels say so), and it is left"
    if one.uid and metadata.get("uid") != one.uid:
        return "another one of that name is there now, and is left"
    return ""


def all_there(kubectl: Kubectl) -> list[Object]:
    """What reset = "all" means: every deployment and service of the namespace."""
    found = [of_value(value) for value in kubectl.get(_ALL)]
    return [one for one in found if (one.kind, one.name) != ("Service", _OF_THE_CLUSTER)]


def to_remove(kubectl: Kubectl, spec: Mapping[str, Any], order: Order) -> list[Object]:
    """What `kubectl delete --all deployments, services` would delete now; a person has said yes to it."""
    doomed = all_there(kubectl)
    if doomed:
        ask_to_delete([one.called for one in doomed], spec, order)
    else:
        print(f"there are no {_ALL.replace(',', ' or ')} to delete in {kubectl.namespace}")
    return doomed


def remove_all(kubectl: Kubectl, doomed: Sequence[Object]) -> None:
    """Exactly what was shown."""
    if doomed:
        kubectl.run("delete", "--ignore-not-found", *(one.called for one in doomed), patience=_PATIENCE)
