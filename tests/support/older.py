"""The four example files of the older format: as they were proposed, and with their syntax corrected."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

_HERE = Path(__file__).parent / "older"


def put_examples(root: Path, which: Literal["corrected", "uncorrected"]) -> None:
    shutil.copytree(_HERE / which, root, dirs_exist_ok=True)
