"""Pin the cluster, ask whether it may be deployed to, and deploy."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Any

from gofigure.recipes.kubernetes.contexts import judge
from gofigure.recipes.kubernetes.deploy import deploy
from gofigure.recipes.kubernetes.kubectl import Kubectl, find
from gofigure.recipes.kubernetes.look import look
from gofigure.recipes.kubernetes.own import read_own
from gofigure.recipes.kubernetes.permission import ask_for_context, is_protected, require
from gofigure.recipes.kubernetes.pinned import pinned
from gofigure.recipes.order import Order


def run(spec: Mapping[str, Any], order: Order, _arguments: Sequence[str]) -> int:
    """0: it is there and works; 1: the rollout failed. Raises GofigureError for what a person has to mend first."""
    signal.signal(signal.SIGTERM, _stop)
    folder = os.path.join(order.state_dir, "kubernetes")
    program = find("kubectl", "install kubectl, or mend the PATH; then: gofigure doctor")
    own = read_own(os.environ)
    with pinned(program, spec["context"], os.path.join(folder, "pinned")) as pin:
        judged = judge(spec["context"], pin.server, pin.proxy, own, pin.verified_as)
        if spec.get("look") is not None:  # deletes nothing, whatever the stage may
            require({**spec, "reset": "none"}, order, judged, own.path)
            found = look(Kubectl(program, pin.path, spec["context"], spec["namespace"]), spec, order, judged, folder)
            print(json.dumps({"server": pin.server, "cluster": judged.verdict, "why": judged.why, **found}))
            return 0
        require(spec, order, judged, own.path)
        if is_protected(spec, judged):
            ask_for_context(spec, order)
        print(f"{spec['context']}: {pin.server} ({judged.why})", flush=True)
        told = {**spec, "server": pin.server, "cluster": judged.verdict}
        return deploy(Kubectl(program, pin.path, spec["context"], spec["namespace"]), told, order, folder)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """As Ctrl-C does, so that the kubeconfig with its credentials is removed."""
    raise KeyboardInterrupt
