"""Whether what was built is still there: by the engine, or by the program that built it where that has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gofigure.engine.address import address_of
from gofigure.engine.images import Image, inspected
from gofigure.engine.talk import ask, filters
from gofigure.errors import GofigureError

_FROM = 3  # images: a list costs as much as two questions


def why_gone(environ: Mapping[str, str], images: Sequence[Mapping[str, Any]]) -> str:
    """Why images that were handed back cannot be counted on; "" where each is there, with the tags it was given.

    An engine that cannot be asked is such a reason: nobody knows, then.
    """
    try:
        known = _listed(images, environ)
        return next(filter(None, (_why_gone(built, known, environ) for built in images)), "")
    except GofigureError as error:
        return str(error)
    except (KeyError, TypeError):
        return "what it built was not written down"


def _why_gone(built: Mapping[str, Any], known: Mapping[str, Image], environ: Mapping[str, str]) -> str:
    name = f"{built['name']}:{built['tag']}"
    found = known.get(name) or _found(built["builder"], name, environ)
    if found is None:
        return f"the image {name} is gone"
    if found.id != built["id"] and f"gf-{found.content}" != built["tag"]:
        return f"{name} is another image now"
    for tag in built["tags"]:
        if not _has(found, f"{built['name']}:{tag}", built["builder"], environ):
            return f"{built['name']}:{tag} is no name of it any more"
    return ""


def _listed(images: Sequence[Mapping[str, Any]], environ: Mapping[str, str]) -> Mapping[str, Image]:
    """Of several images, those that are still the very same, by their names: one question in place of many."""
    wanted = {f"{built['name']}:{built['tag']}": built["id"] for built in images if built["builder"] == "docker"}
    if len(wanted) < _FROM:
        return {}
    names = [f"{built['name']}:{tag}" for built in images for tag in (built["tag"], *built["tags"])]
    told = ask(address_of(environ), f"/images/json?{filters(reference=names)}").value  # other tags are not listed
    found: dict[str, Image] = {}
    for one in told if isinstance(told, list) else ():
        tags = tuple(map(str, one.get("RepoTags") or ()))
        found |= {tag: Image(one["Id"], tags, "") for tag in tags if wanted.get(tag) == one["Id"]}
    return found


def _has(image: Image, name: str, builder: str, environ: Mapping[str, str]) -> bool:
    """Whether an image bears a name; other builders put a registry before it, and do not list all of them."""
    if builder == "docker":
        return any(one == name or one.endswith(f"/{name}") for one in image.tags)
    other = _found(builder, name, environ)
    return other is not None and other.id == image.id


def _found(builder: str, name: str, environ: Mapping[str, str]) -> Image | None:
    if builder == "docker":
        return inspected(address_of(environ), name)
    from gofigure.engine.clients import inspected_by

    return inspected_by(builder, name, environ)
