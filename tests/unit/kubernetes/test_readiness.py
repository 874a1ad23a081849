"""When a rollout is over, by the objects' own word; and how long trouble must last to count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from gofigure.recipes.kubernetes import waiting
from gofigure.recipes.kubernetes.kubectl import Kubectl
from gofigure.recipes.kubernetes.readiness import state_of

_NEW = {"updatedReplicas": 2, "replicas": 2, "availableReplicas": 2}


def _object(kind: str, spec: dict[str, Any], status: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": kind,
        "apiVersion": "apps/v1",
        "metadata": {"name": "a", "uid": "u"},
        "spec": spec,
        "status": status,
    }


@pytest.mark.parametrize(
    ("kind", "spec", "status", "words"),
    [
        ("Deployment", {"replicas": 2}, _NEW, ""),
        ("Deployment", {"replicas": 2}, {}, "0 of 2 new replicas have been made"),
        ("Deployment", {"replicas": 2}, {**_NEW, "replicas": 3}, "1 old replica(s) are still there"),
        ("Deployment", {"replicas": 2}, {**_NEW, "availableReplicas": 1}, "1 of 2 replicas are available"),
        ("Deployment", {"replicas": 0}, {}, ""),
        ("StatefulSet", {"replicas": 1}, {}, "0 of 1 replicas are ready"),
        (
            "StatefulSet",
            {},
            {"readyReplicas": 1, "updateRevision": "b", "currentRevision": "a"},
            "0 of 1 replicas are new",
        ),
        ("StatefulSet", {}, {"readyReplicas": 1, "updateRevision": "a", "currentRevision": "a"}, ""),
        (
            "StatefulSet",
            {"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 2}}},
            {"readyReplicas": 3, "updatedReplicas": 1, "updateRevision": "b", "currentRevision": "a"},
            "",
        ),
        ("StatefulSet", {"updateStrategy": {"type": "OnDelete"}}, {}, ""),
        ("DaemonSet", {}, {"desiredNumberScheduled": 2, "updatedNumberScheduled": 1}, "1 of 2 nodes have the new one"),
        ("DaemonSet", {}, {"desiredNumberScheduled": 1, "updatedNumberScheduled": 1}, "0 of 1 are available"),
        ("DaemonSet", {}, {"desiredNumberScheduled": 0}, ""),
        ("DaemonSet", {"updateStrategy": {"type": "OnDelete"}}, {"desiredNumberScheduled": 2}, ""),
        ("Job", {}, {"succeeded": 1}, "1 of its pods have succeeded"),
        ("Job", {}, {"conditions": [{"type": "Complete", "status": "True"}]}, ""),
        ("Pod", {}, {"phase": "Pending"}, "it is pending"),
        ("Pod", {}, {"phase": "Succeeded"}, ""),
        ("Pod", {}, {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}, ""),
        ("Service", {}, {}, ""),
    ],
)
def test_what_is_missing(kind: str, spec: dict[str, Any], status: dict[str, Any], words: str) -> None:
    state = state_of(_object(kind, spec, status))
    assert (state.ready, state.words, state.failed) == (not words, words, False)


def test_a_status_of_before_the_change_says_nothing() -> None:
    value = _object("Deployment", {"replicas": 2}, {**_NEW, "observedGeneration": 1})
    value["metadata"]["generation"] = 2
    assert not state_of(value).ready


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("Deployment", {"conditions": [{"type": "Progressing", "reason": "ProgressDeadlineExceeded"}]}),
        ("Job", {"conditions": [{"type": "Failed", "status": "True", "message": "m"}]}),
        ("Pod", {"phase": "Failed"}),
    ],
)
def test_what_has_failed_is_not_waited_for(kind: str, status: dict[str, Any]) -> None:
    assert state_of(_object(kind, {}, status)).failed


class _Cluster:
    """What a cluster says from look to look: of each pod of a deployment, what it waits for."""

    def __init__(self, looks: list[list[str]], *, revision: str = "1", generation: int = 0) -> None:
        self._generation = generation
        self._looks: Iterator[list[str]] = iter(looks)
        self._revision = revision
        self._pods: list[str] = []

    def get(self, *words: str) -> list[dict[str, Any]]:
        if words[0] == "-f":
            self._pods = next(self._looks)
            value = _object("Deployment", {}, {} if self._pods else {**_NEW, "replicas": 2})
            value["metadata"]["generation"] = self._generation if self._pods else 0
            value["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": "1"}
            return [value]
        revision = {"annotations": {"deployment.kubernetes.io/revision": self._revision}}
        owned = {"ownerReferences": [{"uid": "u", "controller": True}]}
        return [
            {"kind": "ReplicaSet", "metadata": {"name": "r", "uid": "r", **revision, **owned}},
            *(_pod(at, reason) for at, reason in enumerate(self._pods)),
        ]


def _pod(at: int, reason: str) -> dict[str, Any]:
    if reason == "Unschedulable":
        status: dict[str, Any] = {"conditions": [{"type": "PodScheduled", "status": "False", "reason": reason}]}
    else:
        status = {"containerStatuses": [{"name": "c", "state": {"waiting": {"reason": reason, "message": "m"}}}]}
    owned = {"ownerReferences": [{"uid": "r", "controller": True}]}
    return {"kind": "Pod", "metadata": {"name": f"p{at}", "uid": f"p{at}", **owned}, "status": status}


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        ([[]], ""),
        ([["ContainerCreating"], []], ""),
        ([["CrashLoopBackOff"], ["ContainerCreating"], ["CrashLoopBackOff"], []], ""),
        ([["ErrImagePull"], ["ImagePullBackOff"]], "pod/p0 (c): ImagePullBackOff: m"),
        ([["CreateContainerConfigError"], ["CreateContainerConfigError"]], "pod/p0 (c): CreateContainerConfigError: m"),
        ([["Unschedulable"], ["Unschedulable"]], "pod/p0: Unschedulable"),
        ([["ContainerCreating", "CrashLoopBackOff"], ["CrashLoopBackOff", "ContainerCreating"], []], ""),
    ],
)
def test_trouble_counts_when_two_looks_in_a_row_see_it(
    looks: list[list[str]], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    failed = waiting.wait(cast("Kubectl", _Cluster(looks)), "x.yaml", 60)
    assert (failed.words if failed else ()) == ((said,) if said else ())


def test_pods_of_before_the_cluster_has_looked_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    cluster = _Cluster([["CrashLoopBackOff"], ["CrashLoopBackOff"], []], generation=2)
    assert waiting.wait(cast("Kubectl", cluster), "x.yaml", 60) is None


def test_the_crash_that_is_being_mended_is_not_its_mending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    cluster = _Cluster([["CrashLoopBackOff"], ["CrashLoopBackOff"], []], revision="0")
    assert waiting.wait(cast("Kubectl", cluster), "x.yaml", 60) is None
