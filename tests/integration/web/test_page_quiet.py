"""What a stranger sends writes nothing onto the owner's terminal; a fault of our own is told, once."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import struct
import sys
from pathlib import Path

import pytest
from support.page import Served
from support.repo import Repo
from support.rig import Rig, until

CONFIG = '[jobs.check]\nstages = ["s"]\n[stages.s]\nrun = "true"\n'
UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n"
CHUNKS = "POST /login HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n"
ODD = (
    "GET / HTTP/1.1\r\nHost: {host}\r\nOrigin: http://evil.example\r\n" + UPGRADE + "\r\n",
    "GET / HTTP/1.1\r\nHost: {host}\r\n" + UPGRADE + "\r\n",
    "\x16\x03\x01 hello\r\n\r\n",
    "GET /\xff\x00 HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length: -1\r\n\r\n",
    "GET / HTTP/1.1\r\n" + "a: b\r\n" * 20000,
    CHUNKS + "\r\n",
    CHUNKS + "Expect: 100-continue\r\n\r\n",
    "GET /static/%00%ff/.. HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "GET /login?ticket=%ff%00&ticket HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "GET /static/page.css HTTP/1.1\r\nHost: {host}\r\n\r\n" * 50 + "garbage\r\n\r\n",
)


def _send(host: str, text: str) -> bytes:
    """What is answered first, to which we answer with garbage; then the connection is reset."""
    name, _, port = host.rpartition(":")
    with socket.create_connection((name, int(port)), 20) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        answered = b""
        with contextlib.suppress(ConnectionError):  # it need not hear us out
            connection.sendall(text.format(host=host).encode("latin-1"))
            answered = connection.recv(65536)
            connection.sendall(b"garbage\r\n\r\n")
            connection.recv(65536)
        return answered


def test_no_stranger_writes_onto_the_terminal(served: Served) -> None:
    before = served.running.output
    for _ in range(3):
        answers = [_send(served.host, text) for text in ODD]
    assert answers[0].startswith(b"HTTP/1.1 403")
    assert answers[1].startswith(b"HTTP/1.1 401")
    host, _, port = served.host.rpartition(":")
    with socket.create_connection((host, int(port)), 20) as unread:  # until the page ends
        unread.sendall(f"GET /static/page.css HTTP/1.1\r\nHost: {served.host}\r\n\r\n".encode() * 1000)
        assert served.ask("GET", "/").status == 200
        os.kill(served.running.pid, signal.SIGINT)
        assert served.running.finish() == 0
    assert served.running.output.strip() == before.strip()


def test_more_connections_than_descriptors_pass_in_silence(rig: Rig, repo: Repo) -> None:
    repo.config(CONFIG)
    served = Few(rig, repo)
    before = served.running.output
    host, _, port = served.host.rpartition(":")
    many = [socket.create_connection((host, int(port)), 20) for _ in range(120)]
    fds = Path(f"/proc/{served.running.pid}/fd")
    until(lambda: not fds.exists() or len(os.listdir(fds)) >= 80, what="no descriptor is left")
    for one in many:
        one.close()
    assert served.ask("GET", "/").status == 200
    os.kill(served.running.pid, signal.SIGINT)
    assert served.running.finish() == 0
    assert served.running.output.strip() == before.strip()


class Few(Served):
    """A page that may have 80 descriptors."""

    def __init__(self, rig: Rig, repo: Repo) -> None:
        assert repo.gofigure("allow", "--yes").returncode == 0
        self.repo = repo
        words = ["sh", "-c", 'ulimit -n 80; exec "$@"', "sh", *repo.command, "ui", "--no-browser", "--json"]
        self.running = rig.start_program(words, repo.root, {**repo.env, "PYTHONUNBUFFERED": "1"})
        self.running.until_says(b"}")
        self._reached(json.loads(self.running.output)["address"])


class Broken(Served):
    """A page of which something fails."""

    def __init__(self, rig: Rig, repo: Repo, reports: Path, fault: str) -> None:
        repo.config(CONFIG)
        assert repo.gofigure("allow", "--yes").returncode == 0
        self.repo = repo
        program = (
            "import sys, gofigure.web.app as app, gofigure.web.news.live as live\n"
            f"def fail(*args): raise TypeError('<a> mistake')\n{fault} = fail\n"
            "sys.argv = ['gofigure', 'ui', '--json', '--no-browser']\nfrom gofigure.cli.main import main\nmain()"
        )
        env = {**repo.env, "TMPDIR": str(reports), "PYTHONPATH": sys.path[0], "PYTHONUNBUFFERED": "1"}
        self.running = rig.start_program([repo.command[0], "-c", program], repo.root, env)
        self.running.until_says(b"}")
        self._reached(json.loads(self.running.output)["address"])

    def said(self) -> str:
        os.kill(self.running.pid, signal.SIGINT)
        assert self.running.finish() == 0
        return self.running.output.decode()


def test_a_fault_of_our_own_is_told_once(rig: Rig, repo: Repo, tmp_path: Path) -> None:
    served = Broken(rig, repo, tmp_path, "app._facts")
    for _ in range(3):
        page, twin = served.ask("GET", "/history"), served.ask("GET", "/api/v1/history")
        [report] = tmp_path.glob("gofigure-bug-*")
        assert (page.status, twin.status) == (500, 500)
        assert "&lt;a&gt; mistake" in page.text
        assert page.headers["content-security-policy"]
        assert twin.json == {
            "error": "a bug in gofigure: TypeError: <a> mistake",
            "hint": f"the report to send is {report}",
        }
    assert "in fail" in report.read_text()
    served.running.until_says(str(report).encode())
    said = served.said()
    assert said.count("a bug in gofigure") == 1
    assert "Traceback" not in said


@pytest.mark.parametrize("fault", ["live.Live.listen", "live.Rounds.go_on"])
def test_a_fault_behind_the_page_is_told_too(rig: Rig, repo: Repo, tmp_path: Path, fault: str) -> None:
    """In a stream that has begun, in a task that nobody waits for."""
    served = Broken(rig, repo, tmp_path, fault)
    name, _, port = served.host.rpartition(":")
    with socket.create_connection((name, int(port)), 20) as listening:
        listening.sendall(f"GET /events HTTP/1.1\r\nHost: {served.host}\r\nCookie: {served.session}\r\n\r\n".encode())
        served.running.until_says(b"the report to send is")
    assert "Traceback" not in served.said()
