"""A node without containers: says of each pod what the name of its image asks for.

    .../missing   its image cannot be pulled        .../crash   it crashes again and again
    .../never     it runs and never becomes ready   .../fails   it ends with an error (a Job's)

Any other runs at once, and ends at once with success if it is a Job's.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

NODE = "node-of-the-tests"
_NOW = "2026-01-01T00:00:00Z"
_PATCH = "application/strategic-merge-patch+json"


class Api:
    """The API server, by plain HTTP."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}"}
        self._tls = ssl._create_unverified_context()  # its certificate is its own, made for this start

    def connect(self, timeout: float | None = 30) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("127.0.0.1", self._port, timeout=timeout, context=self._tls)

    def call(self, method: str, path: str, body: object = None, kind: str = "application/json") -> tuple[int, bytes]:
        with contextlib.closing(self.connect()) as link:
            data = None if body is None else json.dumps(body)
            link.request(method, path, data, {**self._headers, "Content-Type": kind})
            answer = link.getresponse()
            return answer.status, answer.read()

    def watch(self, link: http.client.HTTPSConnection, path: str) -> http.client.HTTPResponse:
        link.request("GET", path, headers=self._headers)
        return link.getresponse()


class Kubelet:
    """Makes the node, and looks after its pods in a thread of its own until it is stopped."""

    def __init__(self, api: Api, certificates: Path) -> None:
        self._api = api
        self._link = api.connect(timeout=None)
        self._logs = ThreadingHTTPServer(("127.0.0.1", 0), _Logs)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificates / "apiserver.crt", certificates / "apiserver.key")
        self._logs.socket = tls.wrap_socket(self._logs.socket, server_side=True)
        self._threads = [threading.Thread(target=one, daemon=True) for one in (self._look, self._logs.serve_forever)]

    def start(self) -> None:
        made, said = self._api.call("POST", "/api/v1/nodes", {"metadata": {"name": NODE}})
        assert made == 201, said
        room = {"cpu": "64", "memory": "64Gi", "pods": "1000"}
        status = {
            "conditions": [{"type": "Ready", "status": "True", "reason": "Ready", "lastHeartbeatTime": _NOW}],
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": self._logs.server_port}},
            "capacity": room,
            "allocatable": room,
        }
        done, said = self._api.call("PATCH", f"/api/v1/nodes/{NODE}/status", {"status": status}, _PATCH)
        assert done == 200, said
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            if self._link.sock is not None:
                self._link.sock.shutdown(2)
        self._logs.shutdown()
        self._logs.server_close()
        for thread in self._threads:
            thread.join()
        self._link.close()

    def _look(self) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):  # it is being stopped
            for line in self._api.watch(self._link, "/api/v1/pods?watch=true"):
                event = json.loads(line)
                if event["type"] in ("ADDED", "MODIFIED"):
                    self._look_after(event["object"])

    def _look_after(self, pod: Mapping[str, Any]) -> None:
        metadata = pod["metadata"]
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
        if pod["spec"].get("nodeName") != NODE:
            return
        if metadata.get("deletionTimestamp"):
            self._api.call("DELETE", path, {"gracePeriodSeconds": 0})
        elif pod["status"].get("phase") == "Pending" and not pod["status"].get("containerStatuses"):
            self._api.call("PATCH", f"{path}/status", {"status": status_of(pod)}, _PATCH)


def status_of(pod: Mapping[str, Any]) -> dict[str, Any]:
    """What a pod comes to."""
    container = pod["spec"]["containers"][0]
    image = container["image"].rpartition("/")[2].partition(":")[0]
    for_ever = pod["spec"].get("restartPolicy", "Always") == "Always"
    phase, ready, more = "Running", True, {"state": {"running": {"startedAt": _NOW}}, "restartCount": 0}
    ended = {"startedAt": _NOW, "finishedAt": _NOW}
    if image == "missing":
        waiting = {"reason": "ErrImagePull", "message": f"cannot pull {container['image']}"}
        phase, ready, more = "Pending", False, {"state": {"waiting": waiting}, "restartCount": 0}
    elif image == "crash":
        waiting = {"reason": "CrashLoopBackOff", "message": "back-off restarting failed container"}
        last = {"terminated": {"exitCode": 1, **ended}}
        ready, more = False, {"state": {"waiting": waiting}, "lastState": last, "restartCount": 3}
    elif image == "never":
        ready = False
    elif not for_ever:
        code = int(image == "fails")
        phase, ready = ("Failed" if code else "Succeeded"), False
        more = {"state": {"terminated": {"exitCode": code, **ended}}, "restartCount": 0}
    told = str(ready)
    one = {"name": container["name"], "ready": ready, "image": container["image"], "imageID": "", **more}
    conditions = [{"type": kind, "status": told} for kind in ("Ready", "ContainersReady", "Initialized")]
    return {"phase": phase, "conditions": conditions, "containerStatuses": [one], "startTime": _NOW}


class _Logs(BaseHTTPRequestHandler):
    """What `kubectl logs` asks a kubelet for."""

    def do_GET(self) -> None:
        which = "before it" if "previous=true" in self.path else "now"
        data = f"the container says, {which}: no database\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass
