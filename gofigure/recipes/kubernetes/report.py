"""What a person would look at next after a rollout that failed: events, and the last lines of the containers' logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gofigure.recipes.kubernetes.kubectl import Kubectl, Refused
from gofigure.recipes.kubernetes.waiting import Failed

_EVENTS = 10
_LINES = 50
_PODS = 3  # of many replicas that fail alike, the first say all


def report(kubectl: Kubectl, failed: Failed) -> None:
    """Print it all."""
    in_trouble = {one.uid for one in failed.troubles}
    pods = [pod for pod in failed.pods if not in_trouble or pod["metadata"]["uid"] in in_trouble][:_PODS]
    uids = {pod["metadata"]["uid"] for pod in pods} | {one.uid for one in failed.objects}
    for line in _events(kubectl, uids):
        print(line)
    for pod in pods:
        for words in _logs(pod):
            _show_log(kubectl, words)


def _events(kubectl: Kubectl, uids: set[str]) -> Iterator[str]:
    try:
        found = kubectl.get("events")
    except Refused as error:
        yield f"no events: {error}"
        return
    about = [one for one in found if (one.get("involvedObject") or {}).get("uid") in uids]
    about.sort(key=_moment)
    if about:
        yield f"$ {kubectl.shown('get', 'events')}"
    for event in about[-_EVENTS:]:
        of = event["involvedObject"]
        times = f" (×{event['count']})" if (event.get("count") or 1) > 1 else ""
        told = f"{event.get('reason', '')}: {str(event.get('message', '')).strip()}{times}"
        yield f"  {str(of.get('kind', '')).lower()}/{of.get('name', '')} {told}"


def _moment(event: Mapping[str, Any]) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or event["metadata"].get("creationTimestamp") or "")


def _logs(pod: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """A call for each container that has ever run, and for what it was before it was started again."""
    status = pod.get("status") or {}
    for kind in ("initContainerStatuses", "containerStatuses"):
        for container in status.get(kind) or ():
            words = ("logs", f"pod/{pod['metadata']['name']}", "-c", container["name"], f"--tail={_LINES}")
            state = container.get("state") or {}
            if container.get("restartCount") or container.get("lastState"):
                yield (*words, "--previous")
            if "running" in state or "terminated" in state:
                yield words


def _show_log(kubectl: Kubectl, words: tuple[str, ...]) -> None:
    print(f"$ {kubectl.shown(*words)}", flush=True)
    try:
        said = kubectl.try_(*words)
    except Refused as error:
        print(f"  {error}")
        return
    text = (said.out if said.code == 0 else said.err).decode(errors="replace").strip()
    for line in text.splitlines()[-_LINES:]:
        print(f"  {line}")
