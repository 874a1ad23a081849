"""Take away what is not wanted any more: what this stage has left, or, where it is asked for, all there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gofigure.recipes.kubernetes.kubectl import Kubectl, Refused
from gofigure.recipes.kubernetes.marks import MANAGED_BY, OURS, STAGE, as_label
from gofigure.recipes.kubernetes.objects import HOLDS_DATA, Object, of_value
from gofigure.recipes.kubernetes.permission import ask_to_delete
from gofigure.recipes.order import Order

_PATIENCE = 120.0  # seconds for what is deleted to be gone
_ALL = "deployments,services"
_OF_THE_CLUSTER = "kubernetes"  # the service by which pods find the API server


def remove_left(kubectl: Kubectl, known: Sequence[Object], new: Sequence[Object], stage: str) -> list[Object]:
    """Delete the recorded objects that the new set lacks; those that are left after all."""
    wanted = {one.same for one in new}
    left: list[Object] = []
    for one in known:
        if one.same in wanted:
            continue
        if one.kind in HOLDS_DATA:
            print(f"{one.called} is no part of this any more, and is left: what it holds could not be brought back")
            left.append(one)
            continue
        if why_not := _not_ours(kubectl, one, stage):
            print(f"{one.called} is no part of this any more: {why_not}")
            continue
        # What finalizers hold up may take its time: nothing here depends on its being gone.
        kubectl.run("delete", f"{one.resource}/{one.name}", "--ignore-not-found", "--wait=false")
    return left


def _not_ours(kubectl: Kubectl, one: Object, stage: str) -> str:
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
    labels = metadata.get("labels") or {}
    if labels.get(MANAGED_BY) != OURS or labels.get(STAGE) != as_label(stage):
        return "somebody has taken it over since (its labels say so), and it is left"
    if one.uid and metadata.get("uid") != one.uid:
        return "another one of that name is there now, and is left"
    return ""


def to_remove(kubectl: Kubectl, spec: Mapping[str, Any], order: Order) -> list[Object]:
    """What `kubectl delete --all deployments, services` would delete now; a person has said yes to it."""
    found = [of_value(value) for value in kubectl.get(_ALL)]
    doomed = [one for one in found if (one.kind, one.name) != ("Service", _OF_THE_CLUSTER)]
    if doomed:
        ask_to_delete([one.called for one in doomed], spec, order)
    else:
        print(f"there are no {_ALL.replace(',', ' or ')} to delete in {kubectl.namespace}")
    return doomed


def remove_all(kubectl: Kubectl, doomed: Sequence[Object]) -> None:
    """Exactly what was shown."""
    if doomed:
        kubectl.run("delete", "--ignore-not-found", *(one.called for one in doomed), patience=_PATIENCE)
