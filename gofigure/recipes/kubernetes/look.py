"""How things stand in a cluster now, for who wants to know; nothing is changed by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gofigure.recipes.kubernetes.contexts import Judged
from gofigure.recipes.kubernetes.journal import Journal, together
from gofigure.recipes.kubernetes.kubectl import Kubectl, Refused
from gofigure.recipes.kubernetes.marks import labels_of, of_stage
from gofigure.recipes.kubernetes.objects import Object, from_records
from gofigure.recipes.kubernetes.permission import list_named
from gofigure.recipes.kubernetes.readiness import WAITED_FOR, state_of
from gofigure.recipes.kubernetes.removal import all_there
from gofigure.recipes.order import Order, project

_MOST = 100  # objects, each a call


def look(kubectl: Kubectl, spec: Mapping[str, Any], order: Order, judged: Judged, folder: str) -> dict[str, Any]:
    """What stands there of the objects that are on record (`look` of the spec), and of those in the journal."""
    known = Journal(folder, order.stage, kubectl.context, kubectl.namespace).read()
    _require_an_answer(kubectl)
    asked = together(from_records(spec["look"]), known.objects)
    ours = labels_of(project(order.state_dir), order.stage)
    return {
        "context": kubectl.context,
        "namespace": kubectl.namespace,
        "objects": [_told(kubectl, one, ours) for one in asked[:_MOST]],
        "more": max(0, len(asked) - _MOST),
        "reset": _to_delete(kubectl, spec) if spec["reset"] == "all" and judged.verdict == "local" else None,
    }


def _require_an_answer(kubectl: Kubectl) -> None:
    """Raise Refused where nobody answers: with nothing on record, nothing else would have to be asked.

    Who answers that this may not be asked is there.
    """
    words = ("get", "--raw=/version")
    said = kubectl.try_(*words)
    if said.code != 0 and b"(Forbidden)" not in said.err:
        raise kubectl.refusal(words, said)


def _to_delete(kubectl: Kubectl, spec: Mapping[str, Any]) -> dict[str, Any]:
    names = [one.called for one in all_there(kubectl)]
    return {"objects": names, "list": list_named(names, spec)}


def _told(kubectl: Kubectl, one: Object, ours: Mapping[str, str]) -> dict[str, str]:
    state, words = _state(kubectl, one, ours)
    return {"called": one.called, "kind": one.kind, "name": one.name, "state": state, "words": words}


def _state(kubectl: Kubectl, one: Object, ours: Mapping[str, str]) -> tuple[str, str]:
    """One of: ready, not ready, there, gone, not ours, unknown; and why."""
    try:
        found = kubectl.get(f"{one.resource}/{one.name}", "--ignore-not-found")
    except Refused as error:
        return "unknown", str(error).rpartition("\n")[2]
    if not found:
        return "gone", ""
    value = found[0]
    uid = (value.get("metadata") or {}).get("uid")
    if one.uid and uid != one.uid:
        return "not ours", "another one of that name is there now"
    if not of_stage(value, ours):
        return "not ours", "its labels say that it is somebody else's"
    if one.kind not in WAITED_FOR:
        return "there", ""
    how = state_of(value)
    return ("ready", "") if how.ready else ("not ready", how.words)
