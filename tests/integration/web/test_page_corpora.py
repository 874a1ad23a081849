"""Names of files that are not ours to give, and logs that would be markup or commands."""

from __future__ import annotations

import itertools

from support.page import Served

_UPS = (
    "../",
    "..%2f",
    "%2e%2e/",
    "%2e%2e%2f",
    "..%5c",
    "..\\",
    "..%c0%af",
    "%252e%252e%252f",
    "....//",
    "./",
    "//",
    "%00/",
)
_FILES = ("etc/passwd", "proc/self/environ", ".git/config", "page.json", "../gofigure/page.json", "etc/passwd%00.css")
_PLACES = (
    "/deploy/",
    "/docs/",
    "/api/v1/runs/1/kept/0/",
    "/static/",
    "/runs/",
    "/api/v1/runs/1/logs/0/",
    "/api/v1/runs/1/logs/",
    "/api/v1/",
    "/",
)


def test_no_path_leads_out(served: Served) -> None:
    served.repo.gofigure("run", "check")
    asked = 0
    for place, up, times, file in itertools.product(_PLACES, _UPS, (1, 6), _FILES):
        answer = served.ask("GET", f"{place}{up * times}{file}")
        assert answer.status in (400, 403, 404), (place, up, times, file, answer)
        assert b"root:" not in answer.body
        assert b"repositoryformatversion" not in answer.body
        asked += 1
    for name in ("-1", "9" * 40, "1e3", "0x1", "1;2", "%EF%BC%91", "last", "1/../2"):
        for route in (f"/runs/{name}", f"/api/v1/runs/{name}/logs/0/0", f"/api/v1/runs/1/logs/{name}/0"):
            assert served.ask("GET", route.replace("%EF%BC%91", "%EF%BC%91")).status in (400, 404), route
    assert asked > 800
    assert served.ask("GET", "/api/v1/runs/1/logs/0/0").status == 200


def test_what_is_printed_is_only_text(served: Served) -> None:
    served.repo.gofigure("run", "check")
    page = served.ask("GET", "/runs/1")
    assert "<b>bold</b>" not in page.text
    lines = served.get("/runs/1/logs/0/0")["lines"]
    assert lines[0][:2] == [["red", "fg1"], [" <b>bold</b>", ""]]


def test_names_from_the_repository_are_only_text(served: Served) -> None:
    branch = "x<img/src=x/onerror=alert(1)>'\"$(7)"
    served.repo.git("checkout", "-q", "-b", branch)
    served.repo.gofigure("run", "check")
    for path in ("/", "/runs/1", "/runs/1?stage=<script>alert(1)</script>", "/<script>alert(1)</script>"):
        text = served.ask("GET", path.replace("<", "%3C").replace(">", "%3E")).text
        assert "<img" not in text
        assert "<script>" not in text
        assert "onerror=alert(1)&gt;" in text or "onerror" not in text


def test_a_log_is_downloaded_and_never_shown(served: Served) -> None:
    served.repo.gofigure("run", "check")
    raw = served.ask("GET", "/api/v1/runs/1/logs/0/0/raw")
    assert raw.body == b"\x1b[31mred\x1b[0m <b>bold</b>\n"
    assert raw.headers["content-disposition"] == 'attachment; filename="run-1-lint.log"'
    assert raw.headers["content-type"].startswith("text/plain")
