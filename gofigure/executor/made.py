"""What recipes hand back: one JSON object for each location, in a folder of the task's own."""

from __future__ import annotations

import contextlib
import json
import os

_LARGEST = 16 * 1024 * 1024


def collected(folder: str) -> str:
    """All that was handed back there, as one JSON object by location; "" for nothing. What is no object is nothing."""
    found: dict[str, object] = {}
    with contextlib.suppress(OSError):
        for name in sorted(os.listdir(folder)):
            if not name.endswith(".json"):
                continue
            with (
                contextlib.suppress(OSError, ValueError, RecursionError),
                open(os.path.join(folder, name), "rb") as file,
            ):
                said = json.loads(file.read(_LARGEST))
                if isinstance(said, dict) and isinstance(said.get("location"), str):
                    found[said.pop("location")] = said
    return json.dumps(found, sort_keys=True) if found else ""
