"""Pods that will not start by themselves, told from those that only take their time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

# What a container waits for in vain, as the kubelet says it.
_HOPELESS = (
    "CrashLoopBackOff", "CreateContainerConfigError", "CreateContainerError", "ErrImageNeverPull", "ErrImagePull",
    "ImageInspectError", "ImagePullBackOff", "InvalidImageName", "RunContainerError",
)  # fmt: skip
_REVISION = "deployment.kubernetes.io/revision"
_WORDS = 300  # characters of a message


class Trouble(NamedTuple):
    """One container, or a pod that has no place."""

    pod: str
    uid: str  # the pod's
    container: str  # "" for the pod as a whole
    reason: str
    message: str = ""

    @property
    def where(self) -> tuple[str, str]:
        """The same from look to look, while the reason alternates (ErrImagePull, ImagePullBackOff)."""
        return (self.uid, self.container)

    def __str__(self) -> str:
        place = f"pod/{self.pod}" + (f" ({self.container})" if self.container else "")
        return f"{place}: {self.reason}" + (f": {self.message[:_WORDS]}" if self.message else "")


def troubles(owned: Sequence[Mapping[str, Any]]) -> list[Trouble]:
    """Of these pods."""
    return [one for pod in owned for one in _of_pod(pod)]


def _of_pod(pod: Mapping[str, Any]) -> Iterator[Trouble]:
    metadata, status = pod["metadata"], pod.get("status") or {}
    if metadata.get("deletionTimestamp"):
        return
    for condition in status.get("conditions") or ():
        if condition.get("type") == "PodScheduled" and condition.get("reason") == "Unschedulable":
            yield Trouble(metadata["name"], metadata["uid"], "", "Unschedulable", str(condition.get("message", "")))
    for kind in ("initContainerStatuses", "containerStatuses"):
        for container in status.get(kind) or ():
            waiting = (container.get("state") or {}).get("waiting") or {}
            if waiting.get("reason") in _HOPELESS:
                message = str(waiting.get("message", ""))
                yield Trouble(metadata["name"], metadata["uid"], container["name"], waiting["reason"], message)


def pods_of(
    values: Sequence[Mapping[str, Any]], pods: Sequence[Mapping[str, Any]], replica_sets: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The pods that belong to these objects; of a Deployment, only those of what it is now."""
    by_uid = {value["metadata"].get("uid"): value for value in values}
    owners = set(by_uid)
    for replica_set in replica_sets:
        deployment = by_uid.get(_owner(replica_set))
        if deployment is not None and _revision(replica_set) == _revision(deployment):
            owners.add(replica_set["metadata"]["uid"])
    return [pod for pod in pods if _owner(pod) in owners or pod["metadata"].get("uid") in by_uid]


def _owner(value: Mapping[str, Any]) -> str | None:
    owners = value["metadata"].get("ownerReferences") or ()
    return next((str(one.get("uid")) for one in owners if one.get("controller")), None)


def _revision(value: Mapping[str, Any]) -> str | None:
    return (value["metadata"].get("annotations") or {}).get(_REVISION)
