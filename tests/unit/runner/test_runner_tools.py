"""Which programs must be asked for their version every time."""

from __future__ import annotations

from pathlib import Path

import pytest

from gofigure.runner.tools import _changes_unseen


@pytest.mark.parametrize(
    ("name", "behind", "content", "expected"),
    [
        ("python3", "python3.11", b"\x7fELF", False),
        ("node", "node", b"\x7fELF", False),
        ("node", "volta-shim", b"\x7fELF", True),
        ("rustfmt", "rustup", b"\x7fELF", True),
        ("cargo", "cargo", b"\x7fELF", True),  # rustup may be there by a hard link
        ("rustc", "rustup", b"\x7fELF", True),
        ("go", "go", b"\x7fELF", True),  # go.mod names the release
        ("npm", "npm-cli.js", b"#!/usr/bin/env node\nrequire('x')", False),
        ("npm", "npm", b"#!/usr/bin/env bash\nexec asdf", True),
        ("pytest", "pytest", b"#!/opt/venv/bin/python\n", False),
    ],
)
def test_a_program_that_may_become_another_without_a_change(
    tmp_path: Path, name: str, behind: str, content: bytes, *, expected: bool
) -> None:
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / behind
    real.write_bytes(content)
    (tmp_path / name).symlink_to(real)
    assert _changes_unseen(str(tmp_path / name), str(real)) is expected


def test_a_shim_of_corepack_is_one(tmp_path: Path) -> None:
    real = tmp_path / "corepack-npm.js"
    real.write_bytes(b"#!/usr/bin/env node\n")
    (tmp_path / "corepack-npm").symlink_to(real)
    assert _changes_unseen(str(tmp_path / "corepack-npm"), str(real))
