"""Images: what one is by content, and whether what was built is still there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from gofigure.digest.content import digest_bytes
from gofigure.engine.address import Address
from gofigure.engine.talk import ask, silent

LABEL = "gofigure."  # before the name of every label of ours
PROJECT, STAGE, RUN, KEY, NAME = (f"{LABEL}{word}" for word in ("project", "stage", "run", "key", "name"))
# What of an image's settings a container of it can tell; the rest (Image, Hostname) is how it came to be.
_TELLING = (
    "Cmd", "Entrypoint", "Env", "ExposedPorts", "Healthcheck", "OnBuild", "Shell", "StopSignal", "User", "Volumes",
    "WorkingDir",
)  # fmt: skip


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]*")  # nothing in it has to be quoted in a URL


class Image(NamedTuple):
    id: str
    tags: tuple[str, ...]  # each NAME:TAG that it has
    content: str  # 16 hexadecimal digits: equal for equal layers and settings, whenever it was built, by whom


def inspected(address: Address, name: str) -> Image | None:
    """The image that a name stands for; None where there is none. Raises EngineSilent."""
    if not _NAME.fullmatch(name):
        return None
    answer = ask(address, f"/images/{name}/json")
    if answer.status == 404:
        return None
    told = answer.value
    if answer.status != 200 or not isinstance(told, dict) or not isinstance(told.get("Id"), str):
        raise silent(address, f"it says {answer.status} about {name}")
    return image_of(told)


def image_of(told: Mapping[str, Any]) -> Image:
    """An image by what `docker image inspect` says of it."""
    identity = str(told["Id"])
    tags = tuple(map(str, told.get("RepoTags") or ()))
    return Image(identity if ":" in identity else f"sha256:{identity}", tags, content_of(told))


def content_of(told: Mapping[str, Any]) -> str:
    """By what is in it and how it runs. Our own labels name a run, and so say nothing of that."""
    settings = told.get("Config") or {}
    labels = {name: text for name, text in (settings.get("Labels") or {}).items() if not name.startswith(LABEL)}
    system = [told.get(word) or "" for word in ("Os", "Architecture", "Variant")]
    layers = (told.get("RootFS") or {}).get("Layers") or []
    known = [layers, system, labels, {word: settings[word] for word in _TELLING if settings.get(word)}]
    return digest_bytes(json.dumps(known, sort_keys=True).encode()).hex()[:16]
