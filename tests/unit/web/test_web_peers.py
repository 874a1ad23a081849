"""Whose the other end of a connection is, as the kernel's tables say."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from gofigure.web.door.peers import Owner, is_anothers, owner, users_of


@pytest.mark.parametrize(
    ("family", "listen", "connect"),
    [
        (socket.AF_INET, "127.0.0.1", "127.0.0.1"),
        (socket.AF_INET6, "::1", "::1"),
        (socket.AF_INET, "127.0.0.1", "::ffff:127.0.0.1"),  # an IPv6 socket that speaks IPv4
    ],
)
def test_a_connection_of_our_own(family: socket.AddressFamily, listen: str, connect: str) -> None:
    with socket.socket(family) as server:
        server.bind((listen, 0))
        server.listen()
        with socket.create_connection((connect, server.getsockname()[1])):
            peer, address = server.accept()
            with peer:
                ends = address[:2], peer.getsockname()[:2]
                assert owner(*ends) == Owner(os.getuid())
                assert not is_anothers(frozenset((os.getuid(),)), *ends)
                assert is_anothers(frozenset((os.getuid() + 1,)), *ends)
                assert owner(ends[0], (listen, 1)) is None


def test_an_end_that_nobody_holds_any_more_is_nobodys() -> None:
    """The kernel would call it root's: a stranger's request whose answer is not waited for."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()):
            peer, address = server.accept()
        with peer:
            ends = address, peer.getsockname()
            assert owner(*ends) is not None
            assert is_anothers(users_of({}), *ends)


@pytest.mark.parametrize("user", [0, 1000])
def test_anothers_connection(tmp_path: Path, user: int) -> None:
    def table(*ends: str) -> str:
        rows = [f"   {at}: {end} 01 00000000:00000000 00:00000000 00000000  {user} 0 4" for at, end in enumerate(ends)]
        path = tmp_path / "tcp"
        path.write_text("\n".join(("  sl  local_address rem_address   st", *rows)))
        return str(path)

    client, server = ("127.0.0.1", 0xABCD), ("127.0.0.1", 80)
    word = f"{int.from_bytes(bytes([127, 0, 0, 1]), sys.byteorder):08X}"
    forth, back = f"{word}:ABCD {word}:0050", f"{word}:0050 {word}:ABCD"
    assert owner(client, server, (table(back, forth),)) == Owner(user)
    assert owner(client, server, (table(back),)) is None  # our own end of it
    assert owner(client, server, (str(tmp_path / "none"),)) is None


def test_nobody_knows() -> None:
    users = frozenset((1,))
    assert not is_anothers(users, None, None)  # a Unix socket
    assert not is_anothers(users, ("odd", 1), ("odd", 2))
    assert not is_anothers(users, ("192.0.2.1", 1), ("192.0.2.2", 2))


@pytest.mark.parametrize(
    ("user", "sudo", "users"),
    [
        (0, "1000", {0, 1000}),
        (0, "", {0}),
        (0, "odd", {0}),
        (1000, "1001", {0, 1000}),  # anybody can say that of himself
    ],
)
def test_who_may_come(monkeypatch: pytest.MonkeyPatch, user: int, sudo: str, users: set[int]) -> None:
    monkeypatch.setattr(os, "getuid", lambda: user)
    assert users_of({"SUDO_UID": sudo} if sudo else {}) == users
