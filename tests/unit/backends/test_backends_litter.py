"""Names that editors make up."""

from __future__ import annotations

import pytest

from gofigure.triggers.backends.litter import is_litter


@pytest.mark.parametrize(
    "name",
    [b"4913", b".a.py.swp", b".a.swx", b".a.swo", b"a.py~", b".#a.py", b"#a.py#", b"a.py___jb_tmp___", b"___jb_x",
     b"a.py___jb_old___", b".goutputstream-AB12", b".~lock.a.odt#", b"\xff~"],
)  # fmt: skip
def test_litter(name: bytes) -> None:
    assert is_litter(name)


@pytest.mark.parametrize(
    "name", [b"a.py", b"49130", b".swp", b"a.swp", b"#a", b"a#", b".gitignore", b"~a", b"a~b", b"jb_tmp", b".env"]
)
def test_content(name: bytes) -> None:
    assert not is_litter(name)
