"""A page in a container, whose engine publishes it at its host's loopback: where to listen, and who may ask.

An engine forwards what arrives at 127.0.0.1:PORT of its host to the container's address, never to the container's
loopback. So the page listens on every address of the container; on a machine's own network it never does. Whoever
shares the container's network reaches that address too, past what was published: these are turned away, but for the
gateway, by which the engine forwards. Browser and Host still know one address alone, the host's.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from typing import NamedTuple

from gofigure.errors import GofigureError

VARIABLE = "GOFIGURE_PUBLISHED"
LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - of the container alone
_INTERFACES = "/sys/class/net"
_ROUTES = "/proc/net/route"


class Network(NamedTuple):
    """What a container is connected to."""

    gateways: frozenset[str] = frozenset()
    neighbours: tuple[ipaddress.IPv4Network, ...] = ()  # reached without a gateway

    def lets_in(self, peer: str, own: str) -> bool:
        """Whether `peer` may ask at our address `own`."""
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        if address.is_loopback or peer == own or peer in self.gateways:
            return True
        return not any(address in network for network in self.neighbours)


def published_port(environ: Mapping[str, str]) -> int:
    """The port of the host's loopback that leads to this page; 0: nobody publishes it. Raises GofigureError."""
    told = environ.get(VARIABLE, "")
    if not told:
        return 0
    if told.isascii() and told.isdecimal() and 0 < int(told) < 65536:
        return int(told)
    raise GofigureError(f"{VARIABLE}={told} is no port", hint=f"{VARIABLE}=8123, with: -p 127.0.0.1:8123:8123")


def has_hardware(interfaces: str = _INTERFACES) -> bool:
    """Whether this is a machine's own network, as with --network host; also where nobody knows."""
    try:
        names = os.listdir(interfaces)
    except OSError:
        return True
    return any(os.path.lexists(os.path.join(interfaces, name, "device")) for name in names)


def network(routes: str = _ROUTES) -> Network:
    """What the kernel's table of routes says (proc(5)): addresses in hexadecimal, the last byte first."""
    try:
        with open(routes, encoding="ascii") as file:
            rows = [line.split() for line in file][1:]
    except OSError:
        return Network()
    gateways = {_address(row[2]) for row in rows if row[2] != "00000000"}
    direct = [f"{_address(row[1])}/{_address(row[7])}" for row in rows if row[2] == "00000000"]
    return Network(frozenset(gateways), tuple(ipaddress.IPv4Network(one) for one in direct))


def _address(word: str) -> str:
    return ".".join(str(byte) for byte in reversed(bytes.fromhex(word)))
