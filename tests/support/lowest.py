"""Fails unless each dependency is here in the lowest version that pyproject.toml allows: for `make lowest`."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent.parent / "pyproject.toml"


def main() -> int:
    wrong = []
    for line in tomllib.loads(PYPROJECT.read_text())["project"]["dependencies"]:
        name, lowest, marker = re.fullmatch(r"([\w-]+)>=([\d.]+)(.*)", line).groups()  # type: ignore[union-attr]
        if "sys_platform != 'linux'" in marker and sys.platform == "linux":
            continue
        here = version(name)
        print(f"{name} {here}")
        if not f"{here}.0.0".startswith(f"{lowest}."):
            wrong.append(f"{name} {here} is not {lowest}")
    print("\n".join(wrong), file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
