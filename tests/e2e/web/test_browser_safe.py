"""Who is let in, and that no other site can read or steer anything: in a real browser, by its own rules."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, expect
from support.page import Served
from support.rig import Rig

from .conftest import Opening

_ATTACK = """<!doctype html><meta charset=utf-8><body><script>
const target = "%s";
window.got = [];
const note = (what) => (value) => window.got.push([what, String(value).slice(0, 200)]);
const plain = { method: "POST", mode: "no-cors", credentials: "include", body: '{"names":["check"]}' };
const json = { ...plain, mode: "cors", headers: { "Content-Type": "application/json", "X-Gofigure": "1" } };
const heard = new EventSource(target + "/events", { withCredentials: true });
heard.addEventListener("news", (event) => note("events")(event.data));
const framed = document.createElement("iframe");
framed.src = target + "/";
document.body.append(framed);
const script = document.createElement("script");
script.src = target + "/static/main.js";
script.onload = () => note("script")("loaded");
document.body.append(script);
const form = document.createElement("form");
form.method = "post"; form.enctype = "text/plain"; form.action = target + "/api/v1/do/run"; form.target = "into";
const input = document.createElement("input");
input.name = '{"names":["check"],"x":"'; input.value = '"}';
form.append(input); document.body.append(form);
const into = document.createElement("iframe"); into.name = "into"; document.body.append(into);
form.submit();
Promise.allSettled([
  fetch(target + "/api/v1/now", { credentials: "include" }).then((r) => r.text()).then(note("read")),
  fetch(target + "/api/v1/ticket", { credentials: "include" }).then((r) => r.text()).then(note("ticket")),
  fetch(target + "/api/v1/do/run", plain),
  fetch(target + "/api/v1/do/run", json).then(note("steered")),
  navigator.sendBeacon(target + "/api/v1/do/run", '{"names":["check"]}'),
]).then(() => setTimeout(() => { document.title = "done"; }, 300));
</script>"""


@contextmanager
def _attacker(target: str) -> Iterator[int]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = (_ATTACK % target).encode() if self.path == "/" else b""
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()


def test_a_page_on_another_port_reads_and_steers_nothing(
    opening: Opening, served: Served, context: BrowserContext
) -> None:
    opening()  # the browser has the cookie
    for name in ("127.0.0.1", "localhost", "evil.example"):
        with _attacker(served.address) as port:
            tab = context.new_page()
            tab.goto(f"http://{name}:{port}/")
            expect(tab).to_have_title("done")
            assert tab.evaluate("window.got") == [], name
            assert tab.frames[1].url.startswith("chrome-error:") or "shop" not in tab.frames[1].content()
            tab.close()
    assert served.repo.json("history")["runs"] == []


def test_another_name_for_this_machine_is_not_answered(
    opening: Opening, served: Served, context: BrowserContext
) -> None:
    """DNS rebinding: the attacker's page is same-origin with us by name."""
    opening()
    tab = context.new_page()
    answer = tab.goto(served.address.replace("127.0.0.1", "evil.example") + "/")
    assert answer is not None
    assert answer.status == 403
    status = tab.evaluate("fetch('/api/v1/now').then((answer) => answer.status)")
    assert status == 403


def test_the_way_in(served: Served, context: BrowserContext) -> None:
    stranger = context.new_page()
    stranger.goto(served.address)
    expect(stranger.locator("body")).to_contain_text("gofigure ui")
    tab = context.new_page()
    tab.goto(served.login)
    expect(tab).to_have_url(f"{served.address}/")
    expect(tab.locator("nav")).to_contain_text("Now")
    assert tab.evaluate("document.cookie") == ""
    assert "ticket" not in tab.evaluate("document.referrer + location.href")
    context.clear_cookies()
    again = context.new_page()
    again.goto(served.login)
    expect(again.locator("body")).to_contain_text("used before")


class Impostor(BaseHTTPRequestHandler):
    """Who has got the port of a page that has ended: news as its tabs want them, and markup of its own."""

    seen: str = ""  # the state that a tab says it knows, if it has heard of one
    asked: threading.Event

    def do_GET(self) -> None:
        events = self.path == "/events"
        if events:
            type(self).seen = self.headers.get("Last-Event-ID", "")
        else:
            self.asked.set()
        epoch, _, count = self.seen.partition(".")
        news = {"stamp": f"{epoch or 'other'}.{int(count or 0) + 1}", "state": "passed", "mark": ""}
        page = (
            '<html><head><link rel="icon" href="/x"></head><body><header id="top"></header><main id="main">'
            '<p>OWNED</p><meta http-equiv="refresh" content="0;url=/x">'
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if events else "text/html")
        self.end_headers()
        self.wfile.write(f"event: news\ndata: {json.dumps(news)}\n\n".encode() if events else page.encode())

    def log_message(self, *_args: object) -> None:
        pass


def test_who_has_got_the_port_says_nothing_to_open_tabs(opening: Opening, served: Served) -> None:
    tab = opening()
    expect(tab.locator('[data-key="job-check"]')).to_contain_text("it has not run here yet")
    os.kill(served.running.pid, signal.SIGKILL)
    served.running.finish()
    Impostor.asked = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", urlsplit(served.address).port or 0), Impostor) as impostor:
        threading.Thread(target=impostor.serve_forever, daemon=True).start()
        expect(tab.locator("#link")).to_contain_text("does not know this tab")
        assert Impostor.asked.is_set()
        expect(tab.locator("#main")).to_contain_text("it has not run here yet")
        assert tab.url == f"{served.address}/"
        impostor.shutdown()


def test_tabs_go_on_with_the_next_server(opening: Opening, served: Served, rig: Rig, context: BrowserContext) -> None:
    tab = opening()
    expect(tab.locator('[data-key="job-check"]')).to_contain_text("it has not run here yet")
    os.kill(served.running.pid, signal.SIGKILL)
    served.running.finish()
    expect(tab.locator("#link")).to_contain_text("has gone")
    tab.locator('[data-key="job-check"]').get_by_role("button", name="Run").click()
    expect(tab.locator("#said")).to_contain_text("has gone: type gofigure ui")
    served.repo.gofigure("run", "check")  # which nobody hears
    served.forgiven = ("401 (Unauthorized)",)  # the tab may ask the next one before it is let in there
    again = Served(rig, served.repo)
    expect(tab.locator("#link")).to_contain_text("does not know this tab")
    new = context.new_page()
    new.goto(again.login)
    expect(new.locator('[data-key="job-check"] .mark.passed').first).to_be_visible()
    new.close()
    tab.bring_to_front()
    expect(tab.locator('[data-key="job-check"] .mark.passed').first).to_be_visible()
    expect(tab.locator("#link")).to_be_empty()
