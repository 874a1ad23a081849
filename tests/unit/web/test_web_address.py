"""Which addresses a page may be served at."""

from __future__ import annotations

import pytest

from gofigure.errors import GofigureError
from gofigure.web.door.where import Where, refuse_unsafe


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_alone(host: str) -> None:
    refuse_unsafe(Where(host))


def test_others_by_tls_alone() -> None:
    refuse_unsafe(Where("192.0.2.1", certificate="c.pem", key="k.pem"))


@pytest.mark.parametrize(
    "where",
    [
        *map(Where, ("0.0.0.0", "192.0.2.1", "::", "2001:db8::1", "example.org", "localhost.evil", "")),
        Where("0.0.0.0", certificate="c.pem", key="k.pem"),
        Where("192.0.2.1", certificate="c.pem"),
        Where("192.0.2.1", key="k.pem"),
    ],
)
def test_no_other(where: Where) -> None:
    with pytest.raises(GofigureError):
        refuse_unsafe(where)
