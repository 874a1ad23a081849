"""Who gets an answer, and what every answer forbids: routes × methods × who asks."""

from __future__ import annotations

import itertools
import json
import stat
from collections.abc import Mapping

import pytest
from support.page import BROWSER, Served
from support.repo import Repo
from support.rig import Rig

ROUTES = (
    "/", "/runs/1", "/events", "/favicon.ico", "/api/v1/now", "/api/v1/runs/1", "/api/v1/ticket",
    "/api/v1/runs/1/logs/0/0", "/api/v1/runs/1/logs/0/0/search?q=x", "/api/v1/runs/1/logs/0/0/raw",
    "/api/v1/do/run", "/api/v1/do/cancel", "/api/v1/do/pause", "/jobs", "/api/v1/jobs", "/api/v1/do/check",
    "/api/v1/content", "/api/v1/do/preview", "/api/v1/do/save", "/api/v1/do/confirm", "/nothing", "/api/v1/nothing",
    "/api/v1/runs/1/kept/0/0", "/history", "/deploy", "/docs", "/api/v1/do/reset",
)  # fmt: skip
OPEN = ("/login?ticket=x", "/static/page.css", "/static/main.js")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE")
JSON = {"Content-Type": "application/json", "X-Gofigure": "1"}


def test_no_route_answers_under_another_name_or_to_another_site(served: Served) -> None:
    port = served.host.rpartition(":")[2]
    odd = ("evil.example", "127.0.0.1.nip.io", "localhost.", "LOCALHOST", "[::1]", "0.0.0.0")
    strangers: list[dict[str, str]] = [
        *({"Host": host} for host in ("", "evil.example", "127.0.0.1", *(f"{name}:{port}" for name in odd))),
        *({"Origin": o} for o in ("http://evil.example", "null", f"https://{served.host}", "http://127.0.0.1:1", "")),
        *({"Sec-Fetch-Site": site} for site in ("cross-site", "same-site", "odd")),
    ]
    for route, method, stranger in itertools.product((*ROUTES, *OPEN), METHODS, strangers):
        answer = served.ask(method, route, {**JSON, **stranger}, b"{}" if method == "POST" else None)
        assert answer.status in (400, 403), (route, method, stranger, answer)  # 400: the server's own, of the Host


def test_without_the_cookie_there_is_nothing(served: Served) -> None:
    name = served.session.partition("=")[0]
    for route, method in itertools.product(ROUTES, METHODS):
        for cookie in ("", f"{name}=", f"{name}=guess", f"other={served.session.partition('=')[2]}"):
            answer = served.ask(method, route, JSON, b"{}" if method == "POST" else None, cookie=cookie)
            assert answer.status == 401, (route, method, cookie, answer)
    bad = served.ask("GET", "/api/v1/now", {"Authorization": "Bearer guess"}, cookie="")
    assert bad.status == 401


@pytest.mark.parametrize("missing", ["Content-Type", "X-Gofigure"])
def test_a_change_wants_json_and_our_header(served: Served, missing: str) -> None:
    headers = {**BROWSER, **JSON}
    del headers[missing]
    assert served.ask("POST", "/api/v1/do/run", headers, b'{"names": ["check"]}').status in (403, 415)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = served.ask("POST", "/api/v1/do/run", {**headers, "Content-Type": kind}, b'{"names": ["check"]}')
        assert answer.status in (403, 415)
    assert served.ask("POST", "/api/v1/do/run", {**JSON, "Sec-Fetch-Site": "none"}, b"{}").status == 403
    assert served.repo.json("history")["runs"] == []


def test_no_get_changes_anything(served: Served) -> None:
    for name in (
        "run",
        "cancel",
        "pause",
        "dismiss",
        "look",
        "rollback",
        "reset",
        "check",
        "preview",
        "save",
        "confirm",
    ):
        assert served.ask("GET", f"/api/v1/do/{name}?names=check").status == 405
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert served.ask(method, "/api/v1/do/run", JSON).status == 405


def test_every_answer_forbids_what_a_page_never_needs(served: Served) -> None:
    for route in (*ROUTES[:2], *ROUTES[3:6], *OPEN, "/nothing"):
        for cookie in (None, ""):
            headers = served.ask("GET", route, cookie=cookie).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["cross-origin-resource-policy"] == "same-origin"
            assert "access-control-allow-origin" not in headers
            assert headers["cache-control"] == _kept(route, headers)
            assert "etag" not in headers or route.startswith(("/static/", "/favicon"))


def _kept(route: str, headers: Mapping[str, str]) -> str:
    """Icons for an hour: ten tabs change theirs at once. Other files are asked about, and nothing else is kept."""
    if "etag" not in headers:
        return "no-store"
    return "max-age=3600" if route.endswith((".svg", ".ico")) else "no-cache"


def test_a_ticket_opens_the_page_once(served: Served) -> None:
    way_in = served.login.removeprefix(served.address)
    assert served.ask("GET", way_in.replace("ticket=", "ticket=x"), cookie="").status == 403
    first = served.ask("GET", way_in, cookie="")
    assert (first.status, first.headers["location"]) == (303, "/")
    assert (
        "storage" in first.headers["clear-site-data"]
    )  # what another server on this port may have left in the browser
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert served.host.rpartition(":")[2] in cookie.partition("=")[0]
    assert served.ask("GET", way_in, cookie="").status == 403
    assert served.ask("GET", way_in, cookie=cookie.partition(";")[0]).status == 303  # who is in stays in
    page = served.ask("GET", "/", cookie=cookie.partition(";")[0])
    assert page.status == 200
    assert cookie.partition("=")[2].partition(";")[0] not in page.text


def test_a_glance_at_the_way_in_does_not_use_it_up(served: Served) -> None:
    way_in = served.login.removeprefix(served.address)
    assert served.ask("HEAD", way_in, cookie="").status == 405
    assert served.ask("GET", way_in, cookie="").status == 303


def test_whoever_follows_a_link_is_told_how_to_come(served: Served) -> None:
    """Asking again is no way: a browser says again where it came from."""
    answer = served.ask("GET", "/", {"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403
    assert "copy its address" in answer.text


def test_a_second_one_finds_the_first(served: Served) -> None:
    done = served.repo.json("ui", "--no-browser")
    assert done["pid"] == served.running.pid
    assert done["address"].startswith(f"{served.address}/login?ticket=")
    assert served.ask("GET", done["address"].removeprefix(served.address), cookie="").status == 303


def test_status_tells_of_it(served: Served) -> None:
    assert served.repo.json("status")["page"] == served.address
    assert f"page: {served.address} ".encode() in served.repo.gofigure("status").stdout


@pytest.mark.parametrize("words", [("run", "check"), ("run", "check", "--json"), ("watch", "--once", "check")])
def test_who_serves_no_page_loads_nothing_of_it(repo: Repo, words: tuple[str, ...]) -> None:
    repo.config('[jobs.check]\nstages = ["s"]\n[stages.s]\nrun = "true"\n')
    assert repo.gofigure("allow", "--yes").returncode == 0
    done = repo.gofigure(*words, env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert done.returncode == 0, done
    for name in (b"starlette", b"uvicorn", b"jinja2", b"pygit2", b"gofigure.web", b"asyncio"):
        assert name not in done.stderr, name


def test_the_key_is_its_owners_alone(served: Served) -> None:
    card = served.repo.root / ".git" / "gofigure" / "page.json"
    assert stat.S_IMODE(card.stat().st_mode) == 0o600
    key = json.loads(card.read_text())["key"]
    answer = served.ask("GET", "/api/v1/now", {"Authorization": f"Bearer {key}"}, cookie="")
    assert answer.json["jobs"][0]["job"] == "check"


def test_read_only_refuses_every_change(rig: Rig, repo: Repo) -> None:
    repo.config('[jobs.check]\nstages = ["s"]\n[stages.s]\nrun = "true"\n')
    served = Served(rig, repo, "--read-only")
    assert served.do("run", names=["check"]).status == 403
    assert "data-do" not in served.ask("GET", "/").text


def test_no_address_that_others_reach_without_tls(repo: Repo) -> None:
    repo.config('[jobs.check]\nstages = ["s"]\n[stages.s]\nrun = "true"\n')
    assert repo.gofigure("allow", "--yes").returncode == 0
    done = repo.gofigure("ui", "--no-browser", "--host", "192.0.2.1")
    assert done.returncode == 2, done
    assert b"--certificate" in done.stderr


@pytest.mark.parametrize(
    "odd", ['prefs={"theme":"dark"}', "foo[bar]=1", "n=\xfc", "path=/", "expires=3", "nameless", "a b=c", "k@=2", "="]
)
def test_odd_cookies_of_other_servers_keep_nobody_out(served: Served, odd: str) -> None:
    for line in (f"{odd}; {served.session}", f"{served.session}; {odd}"):
        assert served.ask("GET", "/", cookie=line).status == 200
    assert served.ask("GET", "/", cookie=f"{odd}; x{served.session}").status == 401


def test_who_is_not_let_in_learns_nothing(served: Served) -> None:
    for path in ("/login?ticket=x", "/login", "/static/none", "/static/a/b"):
        answer = served.ask("GET", path, cookie="x=y")
        assert answer.status in (403, 404)
        assert str(served.repo.root) not in answer.text
        assert "<" not in answer.text
