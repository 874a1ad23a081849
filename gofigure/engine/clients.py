"""The programs that talk with engines: what docker, podman and buildah say of an image."""

from __future__ import annotations

import json
from collections.abc import Mapping

from gofigure.engine.images import Image, image_of
from gofigure.process.capture import capture

_PATIENCE = 20.0  # seconds


def inspected_by(builder: str, name: str, environ: Mapping[str, str]) -> Image | None:
    """The image that a name or an id stands for; None where the program knows none. Raises GofigureError."""
    argv = (
        [builder, "inspect", "--type", "image", name] if builder == "buildah" else [builder, "image", "inspect", name]
    )
    done = capture(argv, env=environ, timeout=_PATIENCE)
    if done.code != 0:
        return None
    try:
        told = json.loads(done.out)
        return image_of(_of_buildah(told) if builder == "buildah" else told[0])
    except (ValueError, LookupError, TypeError):
        return None


def _of_buildah(told: Mapping[str, object]) -> Mapping[str, object]:
    """In the words that docker and podman have for it."""
    image: dict[str, object] = dict(told["OCIv1"])  # type: ignore[call-overload]
    rootfs: dict[str, object] = dict(image.get("rootfs") or {})  # type: ignore[call-overload]
    return {
        "Id": told["FromImageID"],
        "RepoTags": told.get("FromImage") and [told["FromImage"]],
        "Config": image.get("config"),
        "RootFS": {"Layers": rootfs.get("diff_ids")},
        "Os": image.get("os"),
        "Architecture": image.get("architecture"),
    }
