"""What a page bears with: connections that ask nothing, orders that wait, signals, and who asks for another page."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from support.page import Served
from support.repo import Repo
from support.rig import Rig, said, until
from uvicorn.server import ServerState

from gofigure.errors import GofigureError
from gofigure.web.actions import refuse_too_many
from gofigure.web.door import patient
from gofigure.web.page import Waiting


def test_a_thousand_silent_connections_do_not_stop_it(served: Served) -> None:
    host, _, port = served.host.rpartition(":")
    silent = [socket.create_connection((host, int(port)), 20) for _ in range(300)]
    try:
        assert silent[-1].recv(1) == b""  # it was one too many
        for one in silent[:60]:
            one.close()
        assert served.ask("GET", "/").status == 200
    finally:
        for one in silent:
            one.close()


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter, asyncio.Event], Awaitable[bytes]]


def _talked(app: ASGIApp, talk: Talk) -> bytes:
    """What comes of talking with a server of that application."""

    async def both() -> bytes:
        config = uvicorn.Config(app, log_config=None, lifespan="off")
        config.load()
        state, lost = ServerState(), asyncio.Event()

        class Told(patient.Patient):
            def connection_lost(self, exc: Exception | None) -> None:
                super().connection_lost(exc)
                lost.set()

        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Told(config, state, {}), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            return await talk(reader, writer, lost)
        finally:
            writer.close()
            server.close()

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(asyncio.wait_for(both(), 30))
    finally:
        loop.close()


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHo", b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /"])
def test_half_a_request_is_not_waited_for(begun: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient, "_PATIENCE", 0.05)

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _lost: asyncio.Event) -> bytes:
        writer.write(begun)
        return await reader.read()  # to its end

    assert _talked(app, talk).endswith(b"ok") == (b"\r\n\r\n" in begun)


LONG = 16 * 1024 * 1024


def _long(*, ends: bool) -> ASGIApp:
    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close")]})
        await send({"type": "http.response.body", "body": bytes(LONG), "more_body": not ends})
        while (await receive())["type"] != "http.disconnect":
            pass

    return app


@pytest.mark.parametrize("ends", [False, True])
def test_who_reads_nothing_is_not_waited_for(ends: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the middle of an answer, nor where all is written and only to be sent."""
    monkeypatch.setattr(patient, "_PATIENCE", 0.05)

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lost: asyncio.Event) -> bytes:
        transport = writer.transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await lost.wait()
        return b"gone"

    assert _talked(_long(ends=ends), talk) == b"gone"


def test_who_reads_slowly_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient, "_PATIENCE", 0.5)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _lost: asyncio.Event) -> bytes:
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        read = 0
        while data := await reader.read(LONG):
            read += len(data)
            await asyncio.sleep(0.02)  # as slow as it is: this is no waiting for anything
        return str(read >= LONG).encode()

    assert _talked(_long(ends=True), talk) == b"True"


def test_what_waits_is_said_until_it_runs_and_can_be_taken_back(served: Served) -> None:
    assert served.gate is not None
    served.do("run", names=["slow"])
    served.gate.arrive()
    served.do("run", names=["slow"])
    until(lambda: served.get("/now")["queue"], what="the second waits")
    [waiting] = served.get("/now")["queue"]
    assert (waiting["number"], waiting["failed"]) == (2, False)
    assert served.do("run", names=["slow"]).status == 409  # a third
    assert served.do("dismiss", number=2).status == 200
    until(lambda: not served.get("/now")["queue"], what="it was taken back")
    served.gate.open()
    until(lambda: not served.get("/now")["under_way"], what="the first ends")
    assert [run["verdict"] for run in served.get("/history")["rows"]] == ["passed"]


def test_not_too_many_at_once() -> None:
    waiting = [Waiting(at, f"gofigure run -- {at}", 0, pid=at) for at in range(1, 17)]
    refuse_too_many(("run", "--", "x"), waiting[:15])
    with pytest.raises(GofigureError):
        refuse_too_many(("run", "--", "x"), waiting)
    ended = [one._replace(error="no", pid=0) for one in waiting]
    refuse_too_many(("run", "--", "x"), ended)


def test_a_commit_that_nothing_has_run_on_is_not_run_from_here(served: Served) -> None:
    """Its scripts may be anybody's: it was fetched, and never checked out."""
    head = served.repo.git("rev-parse", "HEAD").decode().strip()
    assert served.do("run", names=["check"], commit=head[:10]).status == 409
    served.repo.gofigure("run", "check", "--commit", "HEAD")
    content = served.get("/runs/1")["run"]["content"]
    assert served.do("run", names=["check"], commit=content.removeprefix("commit ")).status == 200
    assert served.do("run", names=["check"], commit=head, again=True).status == 200
    refused = served.do("run", names=["check"], commit="HEAD")
    assert (refused.status, "no hash" in refused.json["error"]) == (409, True)
    assert "gofigure run --commit" in refused.json["hint"]
    assert served.do("run", names=["check"], commit=head[:9]).status == 409


def test_what_does_not_wait_cannot_be_dismissed(served: Served) -> None:
    assert served.do("dismiss", number=7).status == 404


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_while_somebody_listens(served: Served, number: signal.Signals) -> None:
    host, _, port = served.host.rpartition(":")
    with socket.create_connection((host, int(port)), 20) as listening:
        head = f"GET /events HTTP/1.1\r\nHost: {served.host}\r\nCookie: {served.session}\r\n\r\n"
        listening.sendall(head.encode())
        assert b"200" in listening.recv(100)
        os.kill(served.running.pid, number)
        assert served.running.finish() == 0
    assert b"Traceback" not in served.running.output


def test_who_asks_for_another_kind_of_page_gets_none(served: Served, rig: Rig, repo: Repo) -> None:
    for option in (["--read-only"], ["--port", "1"], ["--socket", f"{repo.root}/s"]):
        done = repo.gofigure("ui", "--no-browser", *option)
        assert done.returncode == 2, option
        assert "at work here already" in said(done)
        assert "ticket=" not in said(done)
    assert repo.gofigure("ui", "--no-browser").returncode == 0


def test_without_a_configuration_it_says_so(repo: Repo) -> None:
    for text, words in ((None, "gofigure init"), ("[jobs", "TOML")):
        if text is not None:
            (repo.root / ".gofigure.toml").write_text(text)
        done = repo.gofigure("ui", "--no-browser")
        assert done.returncode == 2
        assert words in said(done)
        assert "not been allowed" not in said(done)
