"""Whose the other end of a connection is, where both are on this machine.

An address that a browser is started with is among its arguments, which all users can read; a cookie is sent to all
ports of a host, so another user's server gets it too.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from collections.abc import Mapping
from typing import NamedTuple

Address = tuple[str, int | None]  # an IP address and a port

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_MAPPED = bytes(10) + b"\xff\xff"  # before an IPv4 address that is used as an IPv6 one (RFC 4291, 2.5.5.2)
_USER, _INODE = 6, 8  # columns, from the first address on
_ROOT = 0
_INET_DIAG_MSG = 88  # bytes, with the head before it
_SOCK_DIAG, _BY_FAMILY = 4, 20  # linux/netlink.h, linux/sock_diag.h
_UNMAPPED = "/proc/sys/kernel/overflowuid"  # what those are called that a user namespace has no number for


class Owner(NamedTuple):
    """Who holds a connection's other end."""

    user: int
    is_held: bool = True  # False: it was closed already, and the kernel has forgotten whose it was


def users_of(environ: Mapping[str, str]) -> frozenset[int]:
    """Those who may come: whoever we run as, root, and who has become root to start us."""
    user, before = os.getuid(), environ.get("SUDO_UID", "")
    is_sudo = user == _ROOT and before.isascii() and before.isdecimal()
    return frozenset((_ROOT, user, int(before) if is_sudo else user))


def is_anothers(users: frozenset[int], client: Address | None, server: Address | None) -> bool:
    """Whether the other end is known to be held by none of `users`."""
    found = owner(client, server) if client is not None and server is not None else None
    if found is None or (found.user in users and found.is_held):
        return False
    return not found.is_held or found.user != _unmapped()


def owner(client: Address, server: Address, tables: tuple[str, ...] = _TABLES) -> Owner | None:
    """Who holds the client's end, by the kernel's tables (proc_net(5), tcp); None: not on this machine, or a machine
    that does not say.
    """
    try:
        ends = [f"{_word(client, mapped)} {_word(server, mapped)} ".encode() for mapped in (False, True)]
    except (OSError, ValueError, struct.error):
        return None
    if tables is _TABLES and (found := _asked(client, server)) is not None:
        return found
    for table in tables:
        with contextlib.suppress(OSError), open(table, "rb") as file:
            rows = file.read()  # tens of thousands on some machines, so they are not taken apart
            for at in filter(lambda at: at >= 0, map(rows.find, ends)):
                words = rows[at:].split(b"\n", 1)[0].split()
                return Owner(int(words[_USER]), words[_INODE] != b"0")
    return None


def _asked(client: Address, server: Address) -> Owner | None:
    """The kernel's answer for this one connection (sock_diag(7)): the tables may be long. None: ask them."""
    family = socket.AF_INET6 if ":" in client[0] else socket.AF_INET
    ends = b"".join(socket.inet_pton(family, host).ljust(16, b"\0") for host, _ in (client, server))
    wanted = struct.pack("=BBxxI", family, socket.IPPROTO_TCP, 2**32 - 1)
    wanted += struct.pack("!HH", client[1] or 0, server[1] or 0) + ends + struct.pack("=III", 0, 2**32 - 1, 2**32 - 1)
    head = struct.pack("=IHHII", 16 + len(wanted), _BY_FAMILY, 1, 0, 0)
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as kernel:
            kernel.settimeout(1)
            kernel.send(head + wanted)
            said = kernel.recv(4096)
    except (OSError, AttributeError):  # no Linux, or one that is not asked so
        return None
    if len(said) < _INET_DIAG_MSG or struct.unpack_from("=H", said, 4)[0] != _BY_FAMILY:
        return None
    user, inode = struct.unpack_from("=II", said, 80)
    return Owner(user, inode != 0)


def _unmapped() -> int | None:
    """The number that stands for anybody, in a user namespace; None: all users are known by their own."""
    try:
        with open("/proc/self/uid_map", encoding="ascii") as known, open(_UNMAPPED, encoding="ascii") as number:
            return None if known.read().split() == ["0", "0", str(2**32 - 1)] else int(number.read())
    except (OSError, ValueError):
        return None


def _word(address: Address, mapped: bool) -> str:
    """As the tables have it: words of four bytes in the machine's order, in hexadecimal."""
    host, port = address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    packed = socket.inet_pton(family, host)
    if mapped and family == socket.AF_INET:
        packed = _MAPPED + packed
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return f"{''.join(f'{word:08X}' for word in words)}:{port or 0:04X}"
