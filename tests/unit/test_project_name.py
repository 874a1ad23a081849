"""What a project is called, in the names of its images and the labels of its objects."""

from __future__ import annotations

from pathlib import Path

import pytest

from gofigure.recipes.order import project


@pytest.mark.parametrize(
    ("state_dir", "name"),
    [
        ("/home/a/shop/.git/gofigure", "shop"),
        ("/home/a/shop.git/gofigure", "shop"),
        ("/home/a/My Shop!/.gofigure.d", "my-shop"),
        ("/home/a/_/.git/gofigure", "project"),
    ],
)
def test_as_its_folder(state_dir: str, name: str) -> None:
    assert project(state_dir) == name


def test_as_what_a_link_leads_to(tmp_path: Path) -> None:
    (tmp_path / "shop/.git/gofigure").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "shop")
    assert project(str(tmp_path / "link/.git/gofigure")) == "shop"
