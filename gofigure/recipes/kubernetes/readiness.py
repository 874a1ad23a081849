"""Whether an object has come to what was asked of it, by its own status: the rules of `kubectl rollout status`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

WAITED_FOR = ("DaemonSet", "Deployment", "Job", "Pod", "StatefulSet")


class State(NamedTuple):
    """How far an object is."""

    ready: bool
    words: str = ""  # what is missing
    failed: bool = False  # it will not become ready by itself


_READY = State(ready=True)


def is_observed(value: Mapping[str, Any]) -> bool:
    """Whether the cluster has looked at what was asked last: before, its status and its pods are of what was before."""
    observed, asked = (value.get("status") or {}).get("observedGeneration"), value["metadata"].get("generation", 0)
    return value["kind"] not in _ROLLOUTS or (observed or 0) >= asked


def state_of(value: Mapping[str, Any]) -> State:
    status = value.get("status") or {}
    if value["kind"] in _ROLLOUTS:
        if not is_observed(value):
            return State(ready=False, words="the cluster has not looked at it yet")
        return _ROLLOUTS[value["kind"]](value.get("spec") or {}, status)
    if value["kind"] == "Job":
        return _job(status)
    return _pod(status) if value["kind"] == "Pod" else _READY


def _deployment(spec: Mapping[str, Any], status: Mapping[str, Any]) -> State:
    condition = _condition(status, "Progressing")
    if condition.get("reason") == "ProgressDeadlineExceeded":
        return State(ready=False, words="it exceeded its progress deadline", failed=True)
    wanted, updated = spec.get("replicas", 1), status.get("updatedReplicas", 0)
    if updated < wanted:
        return State(ready=False, words=f"{updated} of {wanted} new replicas have been made")
    if (old := status.get("replicas", 0) - updated) > 0:
        return State(ready=False, words=f"{old} old replica(s) are still there")
    available = status.get("availableReplicas", 0)
    if available < updated:
        return State(ready=False, words=f"{available} of {updated} replicas are available")
    return _READY


def _stateful_set(spec: Mapping[str, Any], status: Mapping[str, Any]) -> State:
    strategy = spec.get("updateStrategy") or {}
    if strategy.get("type") == "OnDelete":
        return _READY
    wanted, ready, updated = spec.get("replicas", 1), status.get("readyReplicas", 0), status.get("updatedReplicas", 0)
    if ready < wanted:
        return State(ready=False, words=f"{ready} of {wanted} replicas are ready")
    partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
    if partition:
        behind = updated < wanted - partition
    else:
        behind = status.get("updateRevision") != status.get("currentRevision")
    return State(ready=False, words=f"{updated} of {wanted} replicas are new") if behind else _READY


def _daemon_set(spec: Mapping[str, Any], status: Mapping[str, Any]) -> State:
    if (spec.get("updateStrategy") or {}).get("type") == "OnDelete":
        return _READY
    wanted, updated = status.get("desiredNumberScheduled", 0), status.get("updatedNumberScheduled", 0)
    if updated < wanted:
        return State(ready=False, words=f"{updated} of {wanted} nodes have the new one")
    available = status.get("numberAvailable", 0)
    return State(ready=False, words=f"{available} of {wanted} are available") if available < wanted else _READY


def _job(status: Mapping[str, Any]) -> State:
    if _condition(status, "Complete").get("status") == "True":
        return _READY
    failure = _condition(status, "Failed")
    if failure.get("status") == "True":
        return State(ready=False, words=f"it failed: {failure.get('message') or failure.get('reason')}", failed=True)
    return State(ready=False, words=f"{status.get('succeeded', 0)} of its pods have succeeded")


def _pod(status: Mapping[str, Any]) -> State:
    phase = status.get("phase", "Pending")
    if phase == "Failed":
        return State(
            ready=False, words=f"it failed: {status.get('message') or status.get('reason') or phase}", failed=True
        )
    if phase == "Succeeded" or _condition(status, "Ready").get("status") == "True":
        return _READY
    return State(ready=False, words=f"it is {phase.lower()}")


def _condition(status: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    return next((one for one in status.get("conditions") or () if one.get("type") == kind), {})


_ROLLOUTS = {"DaemonSet": _daemon_set, "Deployment": _deployment, "StatefulSet": _stateful_set}
