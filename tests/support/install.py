"""A wheel, built and installed as a user would have it: away from the checkout, compiled."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def install_wheel(folder: Path) -> Path:
    """Build the wheel and install it into a new virtual environment at `folder`."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    wheels = folder.with_name(folder.name + "-wheels")
    subprocess.run(
        [*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, CHECKOUT], check=True, capture_output=True
    )
    (wheel,) = wheels.glob("gofigure_ci-*.whl")
    venv.create(folder, with_pip=False, symlinks=True)
    subprocess.run(
        [*pip, "--python", str(folder / "bin" / "python"), "install", "--quiet", wheel], check=True, capture_output=True
    )
    return folder
