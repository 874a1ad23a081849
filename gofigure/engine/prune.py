"""Images of ours that nobody needs any more: by our own label only, and none with a name of somebody else's."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gofigure.engine.address import Address, address_of
from gofigure.engine.images import NAME, PROJECT
from gofigure.engine.talk import PATIENCE, EngineSilent, ask, filters

KEPT = 3  # of each name, the newest
OLD = 6 * 3600  # seconds; a younger one is kept in any case
_PATIENCE = 30.0  # seconds, to remove one


class Built(NamedTuple):
    """An image with our label, as the engine lists it."""

    id: str
    name: str  # as we had called it
    tags: tuple[str, ...]
    created: float  # seconds since 1970
    size: int = 0

    @property
    def is_ours(self) -> bool:
        """Whether all its tags are ours. One that a person gave it, or that was built upon ours, is not."""
        return all(f"/{tag.rpartition(':')[0]}".endswith(f"/{self.name}") for tag in self.tags)


def prune(environ: Mapping[str, str], project: str, *, dry: bool = False, timeout: float = PATIENCE) -> tuple[int, int]:
    """How many images of a project went, and how many bytes they held; nothing where no engine answers."""
    removed = freed = 0
    with contextlib.suppress(EngineSilent):
        address = address_of(environ)
        listed = ask(address, f"/images/json?{filters(label=f'{PROJECT}={project}')}", timeout=timeout).value
        images = [one for one in map(_built, listed if isinstance(listed, list) else ()) if one is not None]
        for image in beyond(images, _in_use(address) if images else frozenset(), time.time()):
            if dry or _remove(address, image):
                removed += 1
                freed += image.size
    return removed, freed


def beyond(images: Sequence[Built], used: frozenset[str], now: float) -> Iterator[Built]:
    """Those that are too many and too old, and in no container."""
    names: dict[str, list[Built]] = {}
    for image in images:
        names.setdefault(image.name, []).append(image)
    for some in names.values():
        newest_first = sorted(some, key=lambda image: (bool(image.tags), image.created), reverse=True)
        for at, image in enumerate(newest_first):
            if at >= KEPT and image.created < now - OLD and image.is_ours and image.id not in used:
                yield image


def _built(told: Mapping[str, Any]) -> Built | None:
    name = (told.get("Labels") or {}).get(NAME)
    if not name:
        return None
    tags = tuple(tag for tag in told.get("RepoTags") or () if tag != "<none>:<none>")
    return Built(str(told["Id"]), str(name), tags, float(told.get("Created") or 0), int(told.get("Size") or 0))


def _in_use(address: Address) -> frozenset[str]:
    found = ask(address, "/containers/json?all=1").value
    return frozenset(str(one.get("ImageID")) for one in (found if isinstance(found, list) else ()))


def _remove(address: Address, image: Built) -> bool:
    """Take its names away, and with the last of them it goes; not what others are built upon."""
    names = image.tags or (image.id,)
    done = [ask(address, f"/images/{name}", method="DELETE", timeout=_PATIENCE).status for name in names]
    return all(status == 200 for status in done)
