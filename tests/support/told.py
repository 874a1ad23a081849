"""Plays what a page tells: its files are written, its commands run, and what they print is compared or put in.

A fenced block `console` holds commands (`$ ...`) and what they print; any other block with a second word, as in
```` ```toml .gofigure.toml ````, is a file. After a command `... # exit 1` that code is expected.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from support.repo import clean_environment

FENCED = re.compile(r"^```([^\s`]*)(?: (\S[^\n]*))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HOME = "/home/you"  # where a page has its project

_CODE = re.compile(r" +# exit (\d+)$")
# What is another one each time, or with another Python.
_VARIES = (
    (re.compile(r"^[ |]*[~^]+\n", re.MULTILINE), ""),
    (re.compile(r"\b\d+\.\d+s\b"), "TIME"),
    (re.compile(r"\b\d+ (ms|s) ago\b"), "just now"),
    (re.compile(r"\b\d+(\.\d+)? (ms|s|min)\b"), "TIME"),
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?"), "DATE"),
    (re.compile(r"\b\d\d:\d\d(:\d\d)?\b"), "CLOCK"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"\b[0-9a-f]{7,12}\b"), "COMMIT"),
    (re.compile(r"[ \t]+"), " "),
)


class Block(NamedTuple):
    kind: str
    more: str  # what follows the kind
    text: str


def blocks(page: str) -> list[Block]:
    return [Block(found[1], found[2] or "", found[3]) for found in FENCED.finditer(page)]


def play(page: str, home: Path, env: Mapping[str, str]) -> str:
    """The page as it is when its commands are run now, in `home`/shop. Raises AssertionError for another exit code."""
    root = home / "shop"
    root.mkdir(parents=True)
    there = {**env, "PATH": f"{_programs(home)}:{env['PATH']}", "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}

    edited = [int(time.time()) - len(page)]

    def played(found: re.Match[str]) -> str:
        kind, more, text = found[1], found[2] or "", found[3]
        if kind == "console":
            return f"```console\n{''.join(_steps(text, root, there)).replace(str(home), HOME)}```"
        if more and more != "fragment":
            file = root / more
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            # A reader takes seconds between two edits. Python knows a source again by its second and size (PEP 552),
            # so of two edits of one size within a second it would run the bytecode of the first.
            edited[0] += 1
            os.utime(file, (edited[0], edited[0]))
        return found[0]

    return FENCED.sub(played, page)


def alike(text: str) -> str:
    """What two plays have in common."""
    for varies, word in _VARIES:
        text = varies.sub(word, text)
    return text


def _programs(home: Path) -> Path:
    """A folder for PATH with this gofigure, as if it were installed, and the Python that runs it."""
    folder = home / ".local/bin"
    folder.mkdir(parents=True)
    line = "import sys; from gofigure.cli import main; sys.argv[0] = 'gofigure'; main()"
    for name, words in (("gofigure", f'"{sys.executable}" -c "{line}"'), ("python3", f'"{sys.executable}"')):
        (folder / name).write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        (folder / name).chmod(0o755)
    return folder


def _steps(text: str, root: Path, env: Mapping[str, str]) -> Iterator[str]:
    for line in text.splitlines():
        if not line.startswith("$ "):
            continue
        code = _CODE.search(line)
        done = subprocess.run(
            ["sh", "-c", _CODE.sub("", line[2:])],
            cwd=root, env=dict(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            check=False,
        )  # fmt: skip
        printed = done.stdout.decode()
        assert done.returncode == (int(code[1]) if code else 0), f"{line}\n{printed}"
        yield f"{line}\n{printed}{os.linesep if printed and not printed.endswith(os.linesep) else ''}"


def main() -> None:
    """`PYTHONPATH=tests python -m support.told PAGE...`: put in what the commands print now."""
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            home.mkdir()
            Path(name).write_text(play(Path(name).read_text(), home, clean_environment(home)))


if __name__ == "__main__":
    main()
