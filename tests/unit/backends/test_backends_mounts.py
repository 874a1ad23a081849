"""Which file system holds a path, by the text of /proc/self/mountinfo, and which ones are not believed."""

from __future__ import annotations

import pytest

from gofigure.triggers.backends.mounts import is_remote, kind_of_mount, remote_below

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
    "kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "drvfs", "fuse", "fuse.sshfs", "fuse.grpcfuse", "vboxsf", "virtiofs"]
)
def test_file_systems_of_another_machine(kind: str) -> None:
    assert is_remote(kind)


@pytest.mark.parametrize("kind", ["", "ext4", "xfs", "btrfs", "overlay", "tmpfs", "zfs", "apfs", "fusectl", "nfsd"])
def test_file_systems_of_this_one(kind: str) -> None:
    assert not is_remote(kind)


def test_mounts_inside_the_working_tree() -> None:
    assert remote_below("/home", MOUNTS) == {"/home/you": "nfs4"}
    assert remote_below("/home/you", MOUNTS) == {}
