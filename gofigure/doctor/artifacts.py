"""What stages have made: how much of it is kept."""

from __future__ import annotations

import os
from collections.abc import Iterator

from gofigure.doctor.finding import Said, fine, size, warning
from gofigure.doctor.scene import Scene


def check_artifacts(scene: Scene) -> Iterator[Said]:
    if scene.project is None:
        return
    from gofigure.artifacts.bounds import held
    from gofigure.store.bounds import BOUNDS

    folder = os.path.join(scene.project.state_dir, "artifacts")
    kept = held(folder)
    if not kept.artifacts:
        yield fine("nothing of what stages make is kept")
        return
    words = f"kept in {folder}: {kept.files:,} files, {size(kept.bytes)} (at most {size(BOUNDS.artifact_bytes)})"
    yield fine(words) if kept.bytes <= BOUNDS.artifact_bytes else warning(words, "gofigure gc")
