"""What doctor says of the file system that holds the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from gofigure.doctor import filesystem
from gofigure.doctor.filesystem import check_kind
from gofigure.doctor.scene import Scene
from gofigure.project import Project
from gofigure.trust import Trust


@pytest.mark.parametrize(
    ("kind", "level"),
    [("ext4", "ok"), ("nfs4", "warning"), ("nfs", "warning"), ("fuse.sshfs", "warning"), ("fuse", "warning"),
     ("9p", "warning"), ("cifs", "warning"), ("overlay", "ok"), ("btrfs", "ok")],
)  # fmt: skip
def test_a_file_system_of_another_machine_is_a_warning(
    kind: str, level: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(filesystem, "read_mounts", lambda: f"1 0 8:1 / / rw - {kind} x rw\n")
    project = Project(str(tmp_path), "", str(tmp_path / ".gofigure"), "", "", None, Trust("", "", "", "", "", None))
    (said,) = check_kind(Scene(str(tmp_path), {}, project))
    assert said.level == level
    assert f"is on {kind}" in said.found
