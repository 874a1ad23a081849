"""Another user of this machine gets no answer, whatever he has found out."""

from __future__ import annotations

import http.client
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from support.page import Answer, Served
from support.repo import Repo
from support.rig import Rig, until

NOBODY = 65534
CONFIG = '[jobs.check]\nstages = ["s"]\n[stages.s]\nrun = "true"\n'


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Path]:
    """A program that a page can be started with; it writes its address beside itself, and stays while it exists."""
    program = tmp_path / "browser"
    stays = 'while [ -e "$0" ]; do sleep 0.1; done'
    program.write_text(f'#!/bin/sh\necho "$1" >"$0.part"\nmv "$0.part" "$0.seen"\nexec >/dev/null 2>&1\n{stays}\n')
    program.chmod(0o755)
    yield program
    program.unlink()


def _opened(browser: Path) -> str:
    seen = browser.with_suffix(".seen")
    until(seen.exists, what="a browser")
    address = seen.read_text().strip()
    seen.unlink()
    return address


def _as_nobody(host: str) -> socket.socket:
    if os.geteuid() != 0:
        pytest.skip("only root can ask as another user")
    os.seteuid(NOBODY)
    try:
        connection = socket.socket()
    finally:
        os.seteuid(0)
    connection.settimeout(20)
    name, _, port = host.rpartition(":")
    connection.connect((name, int(port)))
    return connection


def _asked(served: Served, path: str, headers: Mapping[str, str] = {}) -> Answer:
    stranger = http.client.HTTPConnection(served.host, timeout=20)
    stranger.sock = _as_nobody(served.host)
    stranger.request("GET", path, headers=headers)
    answer = stranger.getresponse()
    read = Answer(answer.status, dict(answer.getheaders()), answer.read())
    stranger.close()
    return read


def test_who_sees_what_a_browser_is_started_with_cannot_use_it(rig: Rig, repo: Repo, browser: Path) -> None:
    """All users of a machine see the arguments of all processes."""
    repo.config(CONFIG)
    env = {"DISPLAY": ":0", "BROWSER": f"{browser} %s"}
    served = Served(rig, repo, env=env, browser=True)
    first = _opened(browser)
    assert repo.gofigure("ui", env=env).returncode == 0  # which finds the first
    for way_in in (first, _opened(browser)):
        path = way_in.removeprefix(served.address)
        assert _asked(served, path).status == 403
        assert served.ask("GET", path, cookie="").status == 303


def test_whoever_has_the_cookie_is_still_another(served: Served) -> None:
    """A browser sends it to all ports of a host, another user's server among them."""
    for path in ("/", "/static/page.css", "/events", "/api/v1/ticket"):
        assert served.ask("GET", "/", {"Cookie": served.session}).status == 200
        answer = _asked(served, path, {"Cookie": served.session})
        assert answer.status == 403
        assert "gofigure ui" in answer.text


def test_others_take_no_place_away(served: Served) -> None:
    many = [_as_nobody(served.host) for _ in range(300)]
    assert all(one.recv(12) == b"HTTP/1.1 403" for one in many)
    assert served.ask("GET", "/").status == 200
    for one in many:
        one.close()


def test_who_became_root_to_start_it_may_look(rig: Rig, repo: Repo) -> None:
    repo.config(CONFIG)
    served = Served(rig, repo, env={"SUDO_UID": str(NOBODY)})
    assert _asked(served, "/static/page.css").status == 200
