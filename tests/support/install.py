"""A wheel, built and installed as a user would have it: away from the checkout, compiled."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent


_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")


def build_wheel(folder: Path, checkout: Path = CHECKOUT) -> Path:
    """Build the wheel into `folder`."""
    subprocess.run(
        [*_PIP, "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, checkout], check=True, capture_output=True
    )
    (wheel,) = folder.glob("gofigure_ci-*.whl")
    return wheel


def install_wheel(folder: Path) -> Path:
    """Build the wheel and install it into a new virtual environment at `folder`."""
    wheel = build_wheel(folder.with_name(folder.name + "-wheels"))
    venv.create(folder, with_pip=False, symlinks=True)
    subprocess.run(
        [*_PIP, "--python", str(folder / "bin" / "python"), "install", "--quiet", wheel],
        check=True,
        capture_output=True,
    )
    return folder
