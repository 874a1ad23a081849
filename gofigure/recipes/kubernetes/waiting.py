"""Wait until what was applied is there; give up at once where that cannot come to be."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gofigure.recipes.kubernetes.kubectl import Kubectl
from gofigure.recipes.kubernetes.objects import Object, of_value
from gofigure.recipes.kubernetes.readiness import WAITED_FOR, State, is_observed, state_of
from gofigure.recipes.kubernetes.trouble import Trouble, pods_of, troubles

_EVERY = 1.0  # seconds between two looks


class Failed(NamedTuple):
    """Why it was given up."""

    words: tuple[str, ...]
    troubles: tuple[Trouble, ...]  # pods whose events and logs are worth a look
    pods: tuple[Mapping[str, Any], ...]  # all that belong to what is not ready
    objects: tuple[Object, ...]


class _Look(NamedTuple):
    """How things stand."""

    waiting: list[tuple[Object, State]]
    pods: list[Mapping[str, Any]]
    troubles: list[Trouble]


def wait(kubectl: Kubectl, file: str, seconds: float) -> Failed | None:
    """Until all objects of the file are ready; None: they are.

    A pod in trouble may only have begun to be: it counts when two looks in a row find it so.
    """
    deadline = time.monotonic() + seconds
    before: set[tuple[str, str]] = set()
    said: dict[tuple[str, str, str], str] = {}
    while True:
        look = _look(kubectl, file)
        _tell(look, said)
        if not look.waiting:
            return None
        lasting = [one for one in look.troubles if one.where in before]
        hopeless = [(one, state) for one, state in look.waiting if state.failed]
        if lasting or hopeless:
            words = [f"{one.called}: {state.words}" for one, state in hopeless]
            return _failed([*words, *map(str, lasting)], look, lasting)
        if time.monotonic() >= deadline:
            words = [f"{one.called} is not ready after {seconds:g} s: {state.words}" for one, state in look.waiting]
            return _failed(words, look, look.troubles)
        before = {one.where for one in look.troubles}
        time.sleep(min(_EVERY, max(0.0, deadline - time.monotonic())))


def _failed(words: Sequence[str], look: _Look, found: Sequence[Trouble]) -> Failed:
    return Failed(tuple(words), tuple(found), tuple(look.pods), tuple(one for one, _ in look.waiting))


def _look(kubectl: Kubectl, file: str) -> _Look:
    values = [value for value in kubectl.get("-f", file) if value.get("kind") in WAITED_FOR]
    states = [(value, state_of(value)) for value in values]
    unready = [value for value, state in states if not state.ready]
    waiting = [(of_value(value), state) for value, state in states if not state.ready]
    if not unready:
        return _Look([], [], [])
    found = kubectl.get("pods,replicasets")
    pods = [one for one in found if one.get("kind") == "Pod"]
    observed = [value for value in unready if is_observed(value)]
    owned = pods_of(observed, pods, [one for one in found if one.get("kind") == "ReplicaSet"])
    return _Look(waiting, owned, troubles(owned))


def _tell(look: _Look, said: dict[tuple[str, str, str], str]) -> None:
    """Say what has become otherwise since the last look."""
    now = {one.same: (one, state.words) for one, state in look.waiting}
    for same, (one, words) in now.items():
        if said.get(same) != words:
            print(f"{one.called}: {words}", flush=True)
            said[same] = words
    for same in [same for same in said if same not in now]:
        print(f"{same[1].lower()}/{same[2]} is ready", flush=True)
        del said[same]
