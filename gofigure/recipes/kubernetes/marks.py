"""What is put into the objects before they are applied: our labels, and the tags of the images that were built."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gofigure.errors import GofigureError
from gofigure.recipes.kubernetes.documents import Document

MANAGED_BY = "app.kubernetes.io/managed-by"
OURS = "gofigure"
PROJECT = "gofigure/project"
STAGE = "gofigure/stage"

_NO_LABEL = re.compile(r"[^A-Za-z0-9._-]+")
_MOST = 63  # characters of a label's value
_CONTAINERS = ("containers", "initContainers")


class Image(NamedTuple):
    """One that a stage before this one has built."""

    name: str
    ref: str  # the name with the tag that its content has given it


def as_label(text: str) -> str:
    """A text as the value of a label may be."""
    return _NO_LABEL.sub("-", text)[:_MOST].strip("-_.")


def labels_of(project: str, stage: str) -> dict[str, str]:
    """What says whose an object is."""
    return {MANAGED_BY: OURS, PROJECT: as_label(project), STAGE: as_label(stage)}


def of_stage(value: Mapping[str, Any], ours: Mapping[str, str]) -> bool:
    """Whether the labels of what is in the cluster say that it is this stage's of this project."""
    labels = (value.get("metadata") or {}).get("labels") or {}
    return all(labels.get(name) == text for name, text in ours.items())


def label(documents: Sequence[Document], ours: Mapping[str, str]) -> None:
    """Mark each object as ours; those that it makes in turn (pods) are not touched, else each would be replaced."""
    for document in documents:
        metadata = document.value["metadata"]
        labels = metadata.get("labels")
        if labels is not None and not isinstance(labels, dict):
            raise GofigureError(f"{document.place}: found labels that are no table, expected names and values")
        metadata["labels"] = {**(labels or {}), **ours}


def images_of(needed: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[Image]:
    """Those that the stages before have handed back."""
    return [
        Image(str(image["name"]), str(image["ref"]))
        for by_location in needed.values()
        for made in by_location.values()
        for image in made.get("images", ())
    ]


def put_in(documents: Sequence[Document], images: Sequence[Image]) -> list[str]:
    """Have the containers use what was built, matched by the image's name; what is to be said of that.

    An image that was pushed is meant by its name with the registry and without.
    """
    built = {normal(name): image for image in images for name in (_repository(image.ref)[0], image.name)}
    used: set[Image] = set()
    said: list[str] = []
    for document in documents:
        for container in containers_in(document.value):
            name, pinned = _repository(str(container["image"]))
            image = built.get(normal(name))
            if image is None:
                continue
            used.add(image)
            if pinned:
                said.append(f"{document.place}: {container['image']} names its digest, and stays as it is")
                continue
            container["image"] = image.ref
            if container.get("imagePullPolicy") == "Always":
                said.append(f"{document.place}: imagePullPolicy Always asks a registry for {image.ref}")
    said += [f"{image.name} was built, and no manifest uses it" for image in images if image not in used]
    return said


def containers_in(value: object) -> Iterator[dict[str, Any]]:
    """Every container with an image, however deep its template lies."""
    if isinstance(value, list):
        for item in value:
            yield from containers_in(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in _CONTAINERS and isinstance(inner, list):
                yield from (one for one in inner if isinstance(one, dict) and isinstance(one.get("image"), str))
            else:
                yield from containers_in(inner)


def _repository(image: str) -> tuple[str, bool]:
    """An image's name without its tag, and whether it is pinned by a digest."""
    name, at, _ = image.partition("@")
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}", bool(at)


def normal(name: str) -> str:
    """What engines make of a name: without the hub that is meant by none."""
    for hub in ("docker.io/library/", "docker.io/", "index.docker.io/"):
        if name.startswith(hub):
            return name.removeprefix(hub)
    return name.removeprefix("library/")
