"""A page by TLS, and at addresses that cannot be had."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import resource
import signal
import socket
import ssl
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from support.repo import Repo
from support.rig import Rig, Running, said

from gofigure.web.door import tls

if TYPE_CHECKING:
    from .conftest import Pair

CONFIG = '[jobs.check]\nstages = ["s"]\n[stages.s]\nrun = "true"\n'


@pytest.fixture
def allowed(repo: Repo) -> Repo:
    repo.config(CONFIG)
    assert repo.gofigure("allow", "--yes").returncode == 0
    return repo


def _served(rig: Rig, repo: Repo, *options: str) -> tuple[Running, str]:
    running = rig.start(repo, "ui", "--no-browser", "--json", *options)
    running.until_says(b"}")
    return running, json.loads(running.output)["address"]


def _asked(login: str, pair: Pair) -> http.client.HTTPResponse:
    trusting = ssl.create_default_context(cafile=str(pair.certificate))
    trusting.check_hostname = False
    connection = http.client.HTTPSConnection(urlsplit(login).netloc, context=trusting, timeout=20)
    connection.request("GET", f"/login?{urlsplit(login).query}")
    answer = connection.getresponse()
    connection.close()
    return answer


def test_another_address_by_tls(rig: Rig, allowed: Repo, pair: Pair) -> None:
    """127.0.0.1 stands for it: which addresses a machine has, nobody knows."""
    _, login = _served(rig, allowed, *pair.options)
    assert login.startswith("https://")
    answer = _asked(login, pair)
    assert answer.status == 303
    assert "; Secure" in str(answer.getheader("set-cookie"))
    assert allowed.json("ui", "--no-browser")["address"].startswith("https://")
    assert allowed.json("ui", "--no-browser", *pair.options)["address"].startswith("https://")


def test_whoever_does_not_speak_tls_is_borne_with_in_silence(rig: Rig, allowed: Repo, pair: Pair) -> None:
    running, login = _served(rig, allowed, *pair.options)
    before = running.output
    name, port = urlsplit(login).hostname, urlsplit(login).port
    assert name is not None
    assert port is not None
    silent = [socket.create_connection((name, port), 20) for _ in range(300)]
    silent[0].sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert _asked(login, pair).status == 303
    for one in silent:
        one.close()
    os.kill(running.pid, signal.SIGINT)
    assert running.finish() == 0
    assert running.output.strip() == before.strip()


def test_half_a_handshake_is_not_waited_for(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "_PATIENCE", 0.05)

    async def talk() -> bytes:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda *_: None)
        context = tls.context_of(str(pair.certificate), str(pair.key))
        server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0, ssl=context)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"\x16\x03\x01\x02\x00\x01")
        answered = await reader.read()
        writer.close()
        server.close()
        return answered

    with asyncio.Runner(loop_factory=tls.Loop) as runner:
        assert runner.run(asyncio.wait_for(talk(), 20)) == b""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="another process's limits are asked for")
def test_more_descriptors_than_a_shell_gives(rig: Rig, allowed: Repo) -> None:
    words = ["sh", "-c", 'ulimit -Sn 300; exec "$@"', "sh", *allowed.command, "ui", "--no-browser", "--json"]
    running = rig.start_program(words, allowed.root, {**allowed.env, "PYTHONUNBUFFERED": "1"})
    running.until_says(b"}")
    soft, hard = resource.prlimit(running.pid, resource.RLIMIT_NOFILE)
    assert soft == min(4096, hard)


def test_files_that_are_no_such_pair(allowed: Repo, pair: Pair, other_pair: Pair, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    cases = {
        "No such file": (tmp_path / "none.pem", pair.key),
        "Is a directory": (pair.certificate, tmp_path),
        "the other way round": (pair.key, pair.certificate),
        "is not the key of": (other_pair.certificate, pair.key),
        "holds no certificate": (empty, pair.key),
        "holds no private key": (pair.certificate, empty),
        "passphrase": (other_pair.certificate, other_pair.key),
    }
    for words, (certificate, key) in cases.items():
        done = allowed.gofigure("ui", "--no-browser", "--certificate", str(certificate), "--key", str(key))
        assert done.returncode == 2, (words, said(done))
        assert words in said(done), words
        assert ".pem" in said(done) or str(tmp_path) in said(done)
        assert "a bug" not in said(done)


def test_an_address_that_is_not_here(allowed: Repo, pair: Pair) -> None:
    done = allowed.gofigure("ui", "--no-browser", "--host", "192.0.2.1", *pair.options)
    assert done.returncode == 2
    assert "this machine has no address 192.0.2.1" in said(done)


def test_a_page_elsewhere_is_not_the_one_that_was_asked_for(rig: Rig, allowed: Repo, pair: Pair) -> None:
    _served(rig, allowed)
    for options in (pair.options, ("--host", "127.0.0.2"), ("--host", "192.0.2.1", *pair.options)):
        done = allowed.gofigure("ui", "--no-browser", *options)
        assert done.returncode == 2, options
        assert "at work here already" in said(done)
        assert "ticket=" not in said(done)
