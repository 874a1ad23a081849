"""A page at a Unix socket, by way of a port that leads there, as `ssh -L` makes one."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import select
import signal
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.page import Answer, Served
from support.repo import Repo
from support.rig import Rig, said, until

CONFIG = '[jobs.check]\nstages = ["s"]\n[stages.s]\nrun = "true"\n'


@contextlib.contextmanager
def _leading_to(place: Path) -> Iterator[int]:
    """A port of this machine that leads to a socket."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_lead, args=(listening, place), daemon=True).start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)


def _lead(listening: socket.socket, place: Path) -> None:
    with contextlib.suppress(OSError):
        while True:
            threading.Thread(target=_pass_on, args=(listening.accept()[0], place), daemon=True).start()


def _pass_on(here: socket.socket, place: Path) -> None:
    with here, socket.socket(socket.AF_UNIX) as there, contextlib.suppress(OSError):
        there.connect(str(place))
        while True:
            for one in select.select([here, there], [], [])[0]:
                data = one.recv(65536)
                if not data:
                    return
                (there if one is here else here).sendall(data)


class Led(Served):
    """A page whose browser is elsewhere."""

    def __init__(self, rig: Rig, repo: Repo, place: str) -> None:
        assert repo.gofigure("allow", "--yes").returncode == 0
        self.repo = repo
        self.running = rig.start(repo, "ui", "--json", "--socket", place)
        self.running.until_says(b"}")
        self.told: dict[str, Any] = json.loads(self.running.output)
        self._reached(self.told["opens"])

    def by(self, port: int) -> None:
        self.host = f"localhost:{port}"
        self.login = self.login.replace(self.address, f"http://{self.host}")
        self.address = f"http://{self.host}"

    def ask_as(self, host: str, **headers: str) -> Answer:
        return self.ask("GET", "/api/v1/now", {"Host": host, **headers})


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "page.sock"


@pytest.fixture
def led(rig: Rig, repo: Repo, place: Path) -> Led:
    repo.config(CONFIG)
    return Led(rig, repo, str(place))


def test_a_browser_elsewhere_sees_all_of_it(led: Led, place: Path) -> None:
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert led.told["address"] == f"unix:{place}"
    assert led.told["leads"].startswith(f"ssh -N -L 8123:{place} ")
    assert led.told["opens"].startswith("http://localhost:8123/login?ticket=")
    with _leading_to(place) as port:
        led.by(port)
        assert led.session
        assert led.ask("GET", led.login.removeprefix(led.address), cookie="").status == 403
        assert led.ask("GET", "/").status == 200
        assert led.ask("GET", "/", cookie="").status == 401
        connection = http.client.HTTPConnection(led.host, timeout=20)
        connection.request("GET", "/events", headers={"Cookie": led.session})
        events = connection.getresponse()
        assert events.getheader("content-type", "").startswith("text/event-stream")
        while b"event: news" not in events.readline():
            pass
        assert led.do("run", names=["check"]).status == 200
        until(lambda: led.get("/history")["rows"], what="a run")
        connection.close()


def test_any_port_may_lead_there_but_no_other_name(led: Led, place: Path) -> None:
    with _leading_to(place) as port:
        led.by(port)
        for host in ("localhost", "127.0.0.1", "localhost:8123", "127.0.0.1:80"):
            assert led.ask_as(host).status == 200, host
            assert led.ask_as(host, Origin=f"http://{host}").status == 200, host
            assert led.ask_as(host, Origin="http://localhost:1").status == 403
        odd = ("evil.example", "evil.example:8123", "localhost:8123:1", "localhost:", "localhost.", "localhost:1.evil")
        for host in (*odd, "127.0.0.1.nip.io:80", "[::1]:80", "localhost:123456", "localhost:\xb2", ""):
            assert led.ask_as(host).status in (400, 403), host


def test_a_second_one_says_how_to_come_too(led: Led, place: Path) -> None:
    again = led.repo.json("ui")
    assert again["pid"] == led.running.pid
    assert again["leads"] == led.told["leads"]
    with _leading_to(place) as port:
        led.by(port)
        assert led.ask("GET", again["opens"].partition(":8123")[2], cookie="").status == 303
    text = said(led.repo.gofigure("ui", "--socket", str(place)))
    assert led.told["leads"] in text
    assert re.search(r"http://localhost:8123/login\?ticket=\S", text)


def test_its_path_is_told_whole(rig: Rig, repo: Repo) -> None:
    repo.config(CONFIG)
    led = Led(rig, repo, "rel.sock")
    assert led.told["address"] == f"unix:{repo.root}/rel.sock"
    assert repo.gofigure("ui", "--socket", "rel.sock").returncode == 0
    assert repo.gofigure("ui", "--socket", "other.sock").returncode == 2


@pytest.mark.parametrize("is_ours", [True, False])
def test_at_its_end_only_its_own_socket_goes(led: Led, place: Path, is_ours: bool) -> None:
    if not is_ours:
        place.rename(place.with_name("moved"))
        place.write_text("another's")
    os.kill(led.running.pid, signal.SIGINT)
    assert led.running.finish() == 0
    assert place.exists() == (not is_ours)
