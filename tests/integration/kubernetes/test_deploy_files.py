"""Manifests that are none: each is told by the name that the user knows."""

from __future__ import annotations

import os

import pytest
from support.kubernetes.cluster import Cluster
from support.kubernetes.manifests import config_map, configure
from support.repo import Repo


def test_what_the_server_cannot_read_is_told_by_its_own_file(here: Repo, pretended: Cluster) -> None:
    here.write("deploy/a.yml", config_map("a"))
    here.write("deploy/b.yml", config_map("b", "2"))
    configure(here, pretended)
    assert here.gofigure("run").returncode == 1
    log = here.gofigure("logs", "deploy").stdout.decode()
    assert "configmap/b is in deploy/b.yml:1" in log
    assert "configmap/a is in" not in log
    assert pretended.objects() == {}


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_what_is_no_file_any_more_is_not_taken_for_empty(here: Repo, pretended: Cluster, kind: str) -> None:
    here.write("deploy/a.yml", config_map("a"))
    place = here.write("deploy/b.yml", config_map("b"))
    configure(here, pretended, 'reset = "owned"')
    here.git("add", "-A")
    assert here.gofigure("run").returncode == 0
    place.unlink()
    if kind == "link":
        place.symlink_to("nowhere")
    else:
        os.mkfifo(place)
    done = here.gofigure("run")
    assert done.returncode != 0
    told = done.stdout + done.stderr + here.gofigure("logs", "deploy").stdout
    assert b"deploy/b.yml is no file" in told
    assert set(pretended.objects()) == {"configmap/a", "configmap/b"}
