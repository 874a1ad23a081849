"""docs/benchmarks.md: where the figures go, and what they were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "benchmarks.md"
FIGURES = "<!-- figures -->"


def machine() -> str:
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    kernel = platform.release().partition("-")[0]
    return f"{os.cpu_count()} cores, {platform.system()} {kernel}, Python {platform.python_version()}, {git}."


def load() -> str:
    return f"Load of the machine at the end: {os.getloadavg()[0]:.1f}."


def write(name: str, head: str, lines: Sequence[str]) -> None:
    """Put `lines` between the markers of `name`; where there are none yet, below `head`, before the figures."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    block = "\n".join([begin, "", *lines, "", end])
    text = PAGE.read_text()
    if begin in text:
        before, _, rest = text.partition(begin)
        text = before + block + rest.partition(end)[2]
    else:
        before, mark, rest = text.partition(FIGURES)
        text = f"{before}{head}\n\n{block}\n\n{mark}{rest}"
    PAGE.write_text(text)
    print(f"written to {PAGE}")


def write_figures(text: str) -> None:
    """Replace all that follows the last marker."""
    head, _, _ = PAGE.read_text().partition(FIGURES)
    PAGE.write_text(f"{head}{FIGURES}\n\n{text}\n")
    print(f"written to {PAGE}")
