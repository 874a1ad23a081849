"""Which file system holds a path, by the text of /proc/self/mountinfo."""

from __future__ import annotations

from pathlib import Path

import pytest

from gofigure.doctor import filesystem
from gofigure.doctor.filesystem import check_kind
from gofigure.doctor.scene import Scene
from gofigure.project import Project
from gofigure.triggers.backends.mounts import kind_of_mount
from gofigure.trust import Trust

MOUNTS = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home/you rw shared:2 master:1 - nfs4 server:/home rw
31 22 0:41 / /mnt/with\040space rw - fuse.sshfs you@there: rw
32 30 0:42 / /home/you/local rw - xfs /dev/sdb1 rw
33 22 0:43 / /twice rw - tmpfs tmpfs rw
34 22 0:44 / /twice rw - 9p share rw
nonsense
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/repo", "ext4"),
        ("/home/you/repo", "nfs4"),
        ("/home/young", "ext4"),
        ("/home/you", "nfs4"),
        ("/home/you/local/repo", "xfs"),
        ("/mnt/with space/repo", "fuse.sshfs"),
        ("/twice/repo", "9p"),
    ],
)
def test_the_longest_mount_point_counts_and_of_two_the_later(path: str, kind: str) -> None:
    assert kind_of_mount(path, MOUNTS) == kind


def test_without_the_text_nobody_knows() -> None:
    assert kind_of_mount("/srv", "") == ""


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
