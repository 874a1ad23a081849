"""kubectl, with the cluster and the namespace said on every call."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Sequence
from typing import Any

from gofigure.errors import GofigureError
from gofigure.process.capture import Captured, HelperFailed, capture
from gofigure.process.spawn import CannotStart, which

_PATIENCE = 60.0  # seconds for one answer
_REQUEST = "--request-timeout=30s"
# What the server says by these is that it is not there.
_GONE = ("connection refused", "was refused", "Unable to connect", "i/o timeout", "EOF", "connection reset", "no route")
_SHOWN = 20  # lines


class Refused(GofigureError):  # noqa: N818 - reads as the sentence that it carries
    """kubectl, or the API server through it, said no."""


def find(name: str, hint: str) -> str:
    """The absolute path of a program. Raises GofigureError."""
    try:
        return which(name, os.environ.get("PATH", os.defpath))
    except CannotStart:
        raise GofigureError(f"{name} is not on the PATH ({os.environ.get('PATH', '')})", hint=hint) from None


class Kubectl:
    """`kubeconfig`: the pinned one."""

    def __init__(self, program: str, kubeconfig: str, context: str, namespace: str) -> None:
        self._pinned = [program, f"--kubeconfig={kubeconfig}"]
        self._where = [f"--context={context}", f"--namespace={namespace}"]
        self.context = context
        self.namespace = namespace
        # Nothing of the user's may take kubectl elsewhere, or make its answers another shape.
        taken = ("KUBECONFIG", "KUBECTL_EXTERNAL_DIFF", "KUBECTL_CONTEXT")
        self._env = {name: value for name, value in os.environ.items() if name not in taken}
        self._env["KUBECTL_KUBERC"] = "false"

    def shown(self, *words: str) -> str:
        """A call as a person types it: by the user's own kubeconfig, as ours is gone afterwards."""
        return shlex.join(["kubectl", *self._where, *words])

    def try_(self, *words: str, patience: float = _PATIENCE) -> Captured:
        """What a call said, whatever that is."""
        try:
            return capture([*self._pinned, *self._where, _REQUEST, *words], env=self._env, timeout=patience)
        except HelperFailed as error:
            raise Refused(
                f"{self.shown(*words)}: {error}", hint=f"kubectl --context={self.context} cluster-info"
            ) from None

    def run(self, *words: str, patience: float = _PATIENCE, aloud: bool = True) -> str:
        """What it printed. Raises Refused with what it complained of."""
        if aloud:
            print(f"$ {self.shown(*words)}", flush=True)
        said = self.try_(*words, patience=patience)
        if said.code != 0:
            raise self.refusal(words, said)
        text = said.out.decode(errors="replace")
        if aloud and text:
            print(text, end="", flush=True)
        return text

    def get(self, *words: str) -> list[dict[str, Any]]:
        """The objects that `kubectl get WORDS` finds; quietly."""
        said = self.run("get", *words, "-o", "json", aloud=False).strip()
        if not said:
            return []
        try:
            found = json.loads(said)
        except ValueError:
            raise Refused(f"{self.shown('get', *words, '-o', 'json')} printed no JSON") from None
        return list(found["items"]) if "items" in found else [found]

    def refusal(self, words: Sequence[str], said: Captured) -> Refused:
        """What is to be said of a call that failed."""
        lines = [line for line in said.err.decode(errors="replace").splitlines() if not line.startswith("Warning:")]
        text = "\n".join(lines[:_SHOWN]).strip() or f"exit code {said.code}"
        message = f"{self.shown(*words)}\n{text}"
        if any(word in text for word in _GONE):
            message = f"the API server of {self.context} does not answer: {message}"
            return Refused(message, hint=f"kubectl --context={self.context} cluster-info")
        if f'namespaces "{self.namespace}" not found' in text:
            return Refused(message, hint=f"kubectl --context={self.context} create namespace {self.namespace}")
        return Refused(message, hint=self.shown(*words))
