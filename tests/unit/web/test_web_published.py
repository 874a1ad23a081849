"""A page in a container: which port, on whose network, and who may ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from gofigure.errors import GofigureError
from gofigure.web.door.guard import Door, Guard
from gofigure.web.door.published import Network, has_hardware, network, published_port
from gofigure.web.door.sessions import Sessions

ROUTES = """\
Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010011AC	0003	0	0	0	00000000	0	0	0
eth0	000011AC	00000000	0001	0	0	0	0000FFFF	0	0	0
"""


@pytest.fixture
def around(tmp_path: Path) -> Network:
    (tmp_path / "route").write_text(ROUTES)
    return network(str(tmp_path / "route"))


@pytest.mark.parametrize(
    ("peer", "lets_in"),
    [
        ("172.17.0.1", True),  # the engine forwards
        ("172.17.0.2", True),  # the container itself
        ("127.0.0.1", True),
        ("::1", True),
        ("192.168.65.1", True),  # beyond the gateway: some engines forward so
        ("172.17.0.3", False),  # a sibling
        ("172.17.255.254", False),
        ("odd", False),
        ("", False),
    ],
)
def test_siblings_are_refused(around: Network, peer: str, lets_in: bool) -> None:
    assert around.lets_in(peer, "172.17.0.2") is lets_in


def test_the_guard_asks(around: Network) -> None:
    guard = Guard(lambda *_: None, Door(frozenset(("127.0.0.1:8123",)), "http", "c", network=around), Sessions())  # type: ignore[arg-type]
    scope = {
        "method": "GET",
        "path": "/login",
        "headers": [(b"host", b"127.0.0.1:8123")],
        "server": ("172.17.0.2", 8123),
    }
    assert guard.refusal({**scope, "client": ("172.17.0.1", 5)}) is None
    refused = guard.refusal({**scope, "client": ("172.17.0.3", 5)})
    assert refused is not None
    assert refused.status == 403


def test_where_there_is_no_table_nobody_is_a_neighbour(tmp_path: Path) -> None:
    assert network(str(tmp_path / "none")) == Network()


def test_a_machine_has_hardware_and_a_container_has_none(tmp_path: Path) -> None:
    for name in ("lo", "eth0"):
        (tmp_path / name).mkdir()
    assert not has_hardware(str(tmp_path))
    (tmp_path / "eth0" / "device").symlink_to("../../virtio2")
    assert has_hardware(str(tmp_path))
    assert has_hardware(str(tmp_path / "none")), "where nobody knows, only loopback is safe"


def test_the_port() -> None:
    assert published_port({}) == 0
    assert published_port({"GOFIGURE_PUBLISHED": ""}) == 0
    assert published_port({"GOFIGURE_PUBLISHED": "8123"}) == 8123
    for bad in ("0", "65536", "127.0.0.1:8123", "-1", "²"):
        with pytest.raises(GofigureError, match="is no port"):
            published_port({"GOFIGURE_PUBLISHED": bad})
