"""A kubectl without a cluster: keeps objects in a file beside itself, and plays what a script file asks for.

Each call is a line of calls.jsonl. `script.json` may hold, by the first word of a call, what it fails with; and under
"after", how many calls with that word go well before. Deployments come to what their image's name asks for, as with
the node in kubelet.py.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any

HERE = Path(sys.argv[0]).resolve().parent
KNOWN = {"Deployment", "Service", "ConfigMap", "Job", "Secret", "PersistentVolumeClaim"}
PODS = {
    "missing": ("Pending", {"waiting": {"reason": "ErrImagePull", "message": "cannot pull it"}}, {}),
    "crash": (
        "Running",
        {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
        {"lastState": {"terminated": {"exitCode": 1}}, "restartCount": 3},
    ),
    "never": ("Running", {"running": {}}, {}),
}
Objects = dict[str, dict[str, Any]]


def main(argv: list[str]) -> int:
    with open(HERE / "calls.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps(argv) + "\n")
    flags = dict(word[2:].split("=", 1) for word in argv if word.startswith("--") and "=" in word)
    words = [word for word in argv if not (word.startswith("--") and "=" in word)]
    if words[:2] == ["config", "view"]:
        config = Path(os.environ.get("KUBECONFIG") or Path.home() / ".kube" / "config")
        print(config.read_text() if config.exists() else "{}")
        return 0
    if words[:1] == ["kustomize"]:
        print((Path(words[1]) / "kustomization.yaml").read_text().partition("# rendered:\n")[2])
        return 0
    config = json.loads(Path(flags["kubeconfig"]).read_text())
    if [one["name"] for one in config["contexts"]] != [flags["context"]]:
        return fail(f"error: the kubeconfig is not of {flags['context']} alone")
    failure = scripted(words[0])
    if failure:
        return fail(failure)
    state: Objects = json.loads((HERE / "state.json").read_text())
    try:
        return VERBS[words[0]](words, flags, state)
    finally:
        (HERE / "state.json").write_text(json.dumps(state))


def scripted(verb: str) -> str:
    with contextlib.suppress(FileNotFoundError):
        script = json.loads((HERE / "script.json").read_text())
        if verb in script:
            if script.setdefault("after", {}).get(verb, 0) <= 0:
                return str(script[verb])
            script["after"][verb] -= 1
            (HERE / "script.json").write_text(json.dumps(script))
    return ""


def fail(text: str) -> int:
    print(text, file=sys.stderr)
    return 1


def read(path: str) -> list[dict[str, Any]]:
    return [json.loads(part) for part in Path(path).read_text().split("---\n") if part.strip()]


def key(namespace: str, value: dict[str, Any]) -> str:
    return f"{namespace}/{value['kind'].lower()}/{value['metadata']['name']}"


def apply(words: list[str], flags: dict[str, str], state: Objects) -> int:
    namespace, dry = flags["namespace"], "dry-run" in flags
    if f"namespace/{namespace}" not in state:
        return fail(f'Error from server (NotFound): namespaces "{namespace}" not found')
    for value in read(words[words.index("-f") + 1]):
        if value["kind"] not in KNOWN:
            return fail(f'error: no matches for kind "{value["kind"]}" in version "{value["apiVersion"]}"')
        if (value.get("spec") or {}).get("replicas", 1) == "two":
            name = value["metadata"]["name"]
            return fail(f'Error from server (BadRequest): Deployment "{name}" cannot be handled: replicas: "two"')
        if value.get("data", {}).get("ports") == 2:  # that server names neither the object nor what it was written in
            return fail(
                f'Error from server (BadRequest): error when creating "{words[words.index("-f") + 1]}": v1.Data: 2'
            )
        name = key(namespace, value)
        old = state.get(name)
        verb = "created" if old is None else "unchanged" if old["written"] == value else "configured"
        print(f"{value['kind'].lower()}/{value['metadata']['name']} {verb}")
        if not dry:
            uid = old["uid"] if old else str(uuid.uuid4())
            state[name] = {"written": value, "uid": uid, "namespace": namespace}
    return 0


def diff(words: list[str], flags: dict[str, str], state: Objects) -> int:
    found: list[str] = []
    for value in read(words[words.index("-f") + 1]):
        old = state.get(key(flags["namespace"], value))
        before = json.dumps(old["written"], indent=1).splitlines() if old else []
        found += difflib.unified_diff(before, json.dumps(value, indent=1).splitlines(), lineterm="")
    print("\n".join(found))
    return int(bool(found))


def get(words: list[str], flags: dict[str, str], state: Objects) -> int:
    if flags.get("raw") == "/version":
        print("{}")
        return 0
    here = [one for one in state.values() if one.get("namespace") == flags["namespace"]]
    if "-f" in words:
        named = [key(flags["namespace"], value) for value in read(words[words.index("-f") + 1])]
        lacking = [name for name in named if name not in state]
        if lacking and "--ignore-not-found" not in words:
            return fail(f'Error from server (NotFound): "{lacking[0]}" not found')
        found = [live(state[name]) for name in named if name in state]
    elif words[1] == "pods,replicasets":
        found = [one for kept in here if kept["written"]["kind"] in ("Deployment", "Job") for one in pods(kept)]
    elif words[1] == "deployments,services":
        found = [live(one) for one in here if one["written"]["kind"] in ("Deployment", "Service")]
    elif words[1] == "events":
        event = {"metadata": {}, "reason": "Failed", "message": "it went wrong", "lastTimestamp": "1"}
        found = [{**event, "involvedObject": {"kind": "Pod", "name": "p", "uid": f"pod-{one['uid']}"}} for one in here]
    else:
        kind, _, name = words[1].partition("/")
        kept = state.get(f"{flags['namespace']}/{kind.partition('.')[0].lower()}/{name}")
        if kept is not None:
            print(json.dumps(live(kept)))
        return 0
    print(json.dumps({"kind": "List", "items": found}))
    return 0


def image_of(kept: dict[str, Any]) -> str:
    spec = kept["written"]["spec"]["template"]["spec"]
    return str(spec["containers"][0]["image"]).rpartition("/")[2].partition(":")[0]


def live(kept: dict[str, Any]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(json.dumps(kept["written"]))
    annotations = {"deployment.kubernetes.io/revision": "1"}
    value["metadata"] |= {"uid": kept["uid"], "namespace": kept["namespace"], "annotations": annotations}
    if value["kind"] == "Deployment":
        wanted = value["spec"].get("replicas", 1)
        ready = 0 if image_of(kept) in PODS else wanted
        value["status"] = {"replicas": wanted, "updatedReplicas": wanted, "availableReplicas": ready}
    if value["kind"] == "Job":
        kind = "Failed" if image_of(kept) == "fails" else "Complete"
        value["status"] = {"conditions": [{"type": kind, "status": "True", "message": "back-off limit"}]}
    return value


def pods(kept: dict[str, Any]) -> list[dict[str, Any]]:
    """A replica set, and one pod of it."""
    name, uid = kept["written"]["metadata"]["name"], kept["uid"]
    owned = {"ownerReferences": [{"uid": uid, "controller": True}]}
    phase, state, more = PODS.get(image_of(kept), ("Running", {"running": {}}, {}))
    annotations = {"deployment.kubernetes.io/revision": "1"}
    replica_set = {
        "kind": "ReplicaSet",
        "metadata": {"name": name, "uid": f"rs-{uid}", "annotations": annotations, **owned},
    }
    below = {"ownerReferences": [{"uid": f"rs-{uid}", "controller": True}]}
    status = {"phase": phase, "containerStatuses": [{"name": "c", "state": state, **more}]}
    return [replica_set, {"kind": "Pod", "metadata": {"name": name, "uid": f"pod-{uid}", **below}, "status": status}]


def logs(words: list[str], _flags: dict[str, str], _state: Objects) -> int:
    print(f"the container says, {'before it' if '--previous' in words else 'now'}: no database")
    return 0


def delete(words: list[str], flags: dict[str, str], state: Objects) -> int:
    for name in words[1:]:
        if "/" in name:
            kind, _, bare = name.partition("/")
            state.pop(f"{flags['namespace']}/{kind.partition('.')[0].lower()}/{bare}", None)
            print(f"{name} deleted")
    return 0


VERBS = {"apply": apply, "diff": diff, "get": get, "logs": logs, "delete": delete}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
