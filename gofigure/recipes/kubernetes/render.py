"""The objects that a stage is about: from files, from kustomize, or from a chart."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gofigure.errors import GofigureError
from gofigure.process.capture import capture
from gofigure.recipes.kubernetes.documents import Document, read_documents
from gofigure.recipes.kubernetes.kubectl import find
from gofigure.snapshot.globs import matcher

_PATIENCE = 120.0  # seconds; kustomize and charts may fetch what they build on
_GIT_PATIENCE = 60.0
_NO_CONTENT = (".git", ".gofigure.d")  # git's folder, and ours where there is no git
_NO_HELM = "install helm, or render the chart yourself: helm template CHART > deploy.yml"


def render(spec: Mapping[str, Any], root: str, stage: str) -> list[Document]:
    """Every object, in the order of the locations and of the files' names. Raises GofigureError."""
    kind, locations = spec["manifests"], spec["locations"]
    if kind == "files":
        paths = dict.fromkeys(matching(root, locations, spec["source"], spec["ignore"]))
        documents = [one for path in paths for one in _of_file(root, path)]
    else:
        documents = [one for location in locations for one in _rendered(kind, root, location, spec, stage)]
    if not documents:
        where = ", ".join(location or "." for location in locations)
        raise GofigureError(f"there is no object in {where}", hint="see its locations and its source")
    _refuse_astray(documents, spec["namespace"])
    _refuse_twice(documents)
    return documents


def matching(root: str, locations: Sequence[str], source: str, ignore: Sequence[str]) -> Iterator[str]:
    """Files of the content below each location in whose path, from there, the expression is found; sorted."""
    expression, ignored = re.compile(source), matcher(ignore)
    files = sorted(_files(root, locations))
    for location in locations:
        found = False
        before = f"{location}/" if location else ""
        for path in files:
            if not path.startswith(before) or ignored(os.fsencode(path)):
                continue
            if expression.search(path.removeprefix(before)):
                found = True
                yield path
        if not found:
            raise GofigureError(f'no file in {location or "."} matches "{source}"', hint="mend source or locations")


def _files(root: str, locations: Sequence[str]) -> list[str]:
    """What git does not ignore; where there is no git, every file."""
    argv = [
        "git",
        "--literal-pathspecs",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
        *(one or "." for one in locations),
    ]
    said = capture(argv, env=os.environ, cwd=root, timeout=_GIT_PATIENCE)
    if said.code == 0:
        listed = dict.fromkeys(os.fsdecode(name) for name in said.out.split(b"\0") if name)
        return [path for path in listed if _is_there(os.path.join(root, path))]
    found: list[str] = []
    for location in locations:
        for folder, folders, names in os.walk(os.path.join(root, location)):
            folders[:] = [name for name in folders if name not in _NO_CONTENT]
            found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return found


def _is_there(path: str) -> bool:
    """A file, or what stands where one was meant to; git lists what was deleted, and submodules."""
    return os.path.lexists(path) and not os.path.isdir(path)


def _of_file(root: str, path: str) -> list[Document]:
    if not os.path.isfile(os.path.join(root, path)):  # a link to nowhere, a pipe: nothing may be taken for no objects
        raise GofigureError(f"{path} is no file, nor a link to one", hint=f"ls -l {path}")
    try:
        with open(os.path.join(root, path), encoding="utf-8") as file:
            return read_documents(file.read(), path)
    except UnicodeDecodeError as error:
        raise GofigureError(f"{path}: this is no UTF-8 ({error.reason})", hint=f"file {path}") from None
    except OSError as error:
        raise GofigureError(f"{path} cannot be read: {error.strerror}") from None


def _rendered(kind: str, root: str, location: str, spec: Mapping[str, Any], stage: str) -> list[Document]:
    """What kustomize or helm makes of a folder; neither speaks with the cluster."""
    if kind == "kustomize":
        words = ["kubectl", "kustomize", location or "."]
        program = find("kubectl", "install kubectl, or mend the PATH")
    else:
        release = re.sub(r"[^a-z0-9-]+", "-", stage.lower()).strip("-") or "release"
        words = ["helm", "template", release, location or ".", "--namespace", spec["namespace"]]
        program = find("helm", _NO_HELM)
    print(f"$ {shlex.join(words)}", flush=True)
    said = capture([program, *words[1:]], env=os.environ, cwd=root, timeout=_PATIENCE)
    if said.code != 0:
        text = said.err.decode(errors="replace").strip()
        raise GofigureError(f"{shlex.join(words)}\n{text}", hint=shlex.join(words))
    return read_documents(said.out.decode(errors="replace"), f"what {shlex.join(words[:3])} prints")


def _refuse_astray(documents: Sequence[Document], namespace: str) -> None:
    """An object that names another namespace would leave the one that the stage is for."""
    for document in documents:
        named = document.value["metadata"].get("namespace")
        if named not in (None, namespace):
            message = (
                f'{document.place}: found the namespace "{named}", expected "{namespace}" or none, as the stage says'
            )
            raise GofigureError(message, hint=f"mend {document.path}, or make it a stage of its own")


def _refuse_twice(documents: Sequence[Document]) -> None:
    places: dict[tuple[str, str, str], str] = {}
    for document in documents:
        value = document.value
        name = (value["apiVersion"], value["kind"], value["metadata"]["name"])
        if (first := places.setdefault(name, document.place)) != document.place:
            hint = "one of them would overwrite the other"
            raise GofigureError(f"{document.place}: the {name[1]} {name[2]} is in {first} already", hint=hint)
