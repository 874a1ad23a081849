"""What has run, asked of the page: the same as the command says, page by page, and words in logs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from support.page import Served
from support.repo import Repo
from support.rig import Rig

from gofigure.cli.here import here
from gofigure.model import Case, RunResult, StageResult
from gofigure.process.log_files import make_folder
from gofigure.store.ledger import NewRun
from gofigure.store.store import Store
from gofigure.trust import require_token

_EVIL = "<script>alert(1)</script>'\"&\u202e"


@contextmanager
def _store(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Store, str]]:
    monkeypatch.chdir(repo.root)
    project = here().project
    with Store.open(project.store_file, require_token(project.trust))[0] as store:
        yield store, project.state_dir


def _add(store: Store, repo: Repo, job: str = "check", verdict: Any = "passed", **more: Any) -> int:
    """A run with one stage, "unit"."""
    branch, log, key = more.get("branch", "main"), more.get("log"), more.get("key", b"k")
    new = NewRun(job, more.get("trigger", "manual"), str(repo.root), "the working tree", b"t" * 32, branch, 1)
    run = store.begin(new, [("unit", "", key)])
    excerpt, seconds = more.get("excerpt", ()), more.get("seconds", 1.0)
    result = StageResult("unit", verdict, "a.py changed", seconds, log=log, excerpt=excerpt, key=key)
    store.record(run, finished=[result], result=RunResult(run, job, verdict, (result,), seconds))
    return run


@pytest.fixture
def many(served: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    """120 runs: each third of the job "ship", each tenth failed, each fiftieth on a branch with a hostile name."""
    with _store(served.repo, monkeypatch) as (store, _):
        for at in range(1, 121):
            _add(
                store,
                served.repo,
                "ship" if at % 3 == 0 else "check",
                "failed" if at % 10 == 0 else "passed",
                branch=_EVIL if at % 50 == 0 else "main",
                excerpt=("", f"a.py:{at}: error: 100%_wrong") if at % 10 == 0 else (),
            )
    return served


def _numbers(facts: Any) -> list[int]:
    return [row["run"] for row in facts["rows"] if row["kind"] == "run"]


def _all(served: Served, query: str) -> list[list[int]]:
    """Every page of a view."""
    pages, address = [], f"/history{query}"
    while address:
        facts = served.get(address)
        pages.append(_numbers(facts))
        address = facts["older"]
    return pages


def test_all_pages_hold_each_run_once(many: Served) -> None:
    pages = _all(many, "")
    assert [len(page) for page in pages] == [50, 50, 20]
    assert [run for page in pages for run in page] == list(range(120, 0, -1))


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("?job=ship", [at for at in range(1, 121) if at % 3 == 0]),
        ("?verdict=failed", list(range(10, 121, 10))),
        ("?job=ship&verdict=failed", [30, 60, 90, 120]),
        (f"?branch={quote(_EVIL)}", [50, 100]),
        ("?text=A.PY:30:", [30]),
        ("?text=100%25_w", list(range(10, 121, 10))),
        ("?text=0__w", []),  # its letters mean nothing but themselves
        ("?trigger=pre-commit", []),
        ("?since=2h&stage=unit&verdict=timed-out", []),
        ("?until=2h", []),
        ("?job=%FF%FE", []),
    ],
)
def test_filters(many: Served, query: str, wanted: list[int]) -> None:
    assert [run for page in _all(many, query) for run in page] == wanted[::-1]


def test_the_command_finds_the_same(many: Served) -> None:
    told = many.repo.json("history", "--text", "a.py:30:")
    assert [run["run"] for run in told["runs"]] == [30]


def test_who_reads_further_down_keeps_what_is_there(many: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    oldest = many.get("/history")["from"]
    assert oldest == 71
    with _store(many.repo, monkeypatch) as (store, _):
        for _ in range(60):
            _add(store, many.repo)
    assert _numbers(many.get(f"/history?from={oldest}")) == list(range(180, 70, -1))
    assert _numbers(many.get("/history")) == list(range(180, 130, -1))


def test_what_hooks_let_be_stands_between(many: Served) -> None:
    many.repo.config(
        (many.repo.root / ".gofigure.toml").read_text().replace("[jobs.check]", '[jobs.check]\non = ["pre-commit"]')
    )
    assert many.repo.gofigure("install-hooks").returncode == 0
    many.repo.write("b.py", "")
    many.repo.git("add", "b.py")
    many.repo.git("commit", "-qm", "x", env={"GOFIGURE": "0"})
    first = many.get("/history")
    assert [row["kind"] for row in first["rows"][:2]] == ["skip", "run"]
    assert all(row["kind"] == "run" for row in many.get(first["older"])["rows"])
    assert _numbers(many.get("/history?verdict=skipped")) == []
    assert many.get("/history?verdict=skipped")["rows"][0]["hook"] == "pre-commit"


@pytest.mark.parametrize("query", ["?since=whenever", "?verdict=good", "?until=%00", "?since=99999999999999w"])
def test_what_cannot_be_asked_is_said_in_words(many: Served, query: str) -> None:
    assert many.get(f"/history{query}")["wrong"]
    page = many.ask("GET", f"/history{query}")
    assert page.status == 200
    assert "Traceback" not in page.text


def test_nothing_in_an_address_becomes_markup(many: Served) -> None:
    for show in ("runs", "logs", "durations", "stages", "tests", _EVIL):
        for name in (
            "job",
            "stage",
            "branch",
            "trigger",
            "verdict",
            "text",
            "since",
            "until",
            "find",
            "sort",
            "before",
        ):
            page = many.page(f"/history?show={quote(show)}&{name}={quote(_EVIL)}")
            assert page.status == 200
            assert "<script>alert" not in page.text
    assert "<script>alert" not in many.ask("GET", "/history?before=101").text  # a branch


def test_views_without_a_run_say_what_to_do(served: Served) -> None:
    for show in ("runs", "durations", "stages", "tests"):
        page = served.page(f"/history?show={show}").text
        assert 'class="empty"' in page, show
    assert "No run is like that" not in served.ask("GET", "/history?job=x").text  # nothing has run at all
    served.repo.gofigure("run", "check")
    assert "No run is like that" in served.ask("GET", "/history?job=y").text


def test_durations_have_a_point_for_each_run(many: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    with _store(many.repo, monkeypatch) as (store, _):
        _add(store, many.repo, seconds=9.0)
        _add(store, many.repo, "ship", "reused", seconds=0.0)
    facts = many.get("/history?show=durations&job=check")
    assert (facts["points"][0], facts["median"]) == (
        {"run": 121, "verdict": "passed", "seconds": 9.0, "started_ns": facts["points"][0]["started_ns"]},
        1.0,
    )
    assert facts["of"] == "check"
    assert many.get("/history?show=durations")["of"] == "ship"  # of the newest run
    text = many.ask("GET", "/history?show=durations&stage=unit").text
    assert text.count('class="dot passed"') + text.count('class="dot failed"') == 121
    assert 'aria-label="run 121: passed in 9.0 s' in text


def test_flaky_and_slow_stages(many: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    assert many.get("/history?show=stages")["stages"][0]["flaky"] == 1  # all have one key
    with _store(many.repo, monkeypatch) as (store, _):
        for verdict in ("passed", "failed"):
            _add(store, many.repo, verdict=verdict, key=b"other", seconds=7.0)
        _add(store, many.repo, verdict="failed", key=b"third")
    (unit,) = many.get("/history?show=stages&sort=flakiest")["stages"]
    assert (unit["runs"], unit["failed"], unit["flaky"], unit["longest"], unit["last_run"]) == (123, 14, 2, 7.0, 123)


def test_single_tests_are_those_of_the_command(many: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    with _store(many.repo, monkeypatch) as (store, _):
        run = _add(store, many.repo)
        case = Case("suite", f"slow {_EVIL}", "failed", 2.5, "assert <b>", "")
        with store._db.writing():
            store.cases.add(run, {"unit": [case]})
    told = many.repo.json("history", "--tests", "--slowest")["slowest"][0]
    shown = many.get("/history?show=tests")["tests"]["orders"]["slowest"][0]
    assert (shown["name"], shown["mean_seconds"], shown["runs"]) == (told["name"], told["mean_seconds"], told["runs"])
    page = many.page("/history?show=tests").text
    assert "assert &lt;b&gt;" in page
    assert "<script>alert" not in page


def _printed(served: Served, monkeypatch: pytest.MonkeyPatch, *texts: bytes) -> None:
    """A run for each text, which its stage has printed."""
    with _store(served.repo, monkeypatch) as (store, state_dir):
        for at, text in enumerate(texts):
            folder = make_folder(state_dir, at + 1)
            log = os.path.join(folder, "unit.log")
            with open(log, "wb") as file:
                file.write(text)
            _add(store, served.repo, log=log, branch="main" if at % 2 else "topic")


def _finds(served: Served, words: str, more: str = "") -> list[tuple[int, int, str]]:
    facts = served.get(f"/history?show=logs&find={quote(words)}{more}")
    assert (facts["looking"], facts["error"]) == (False, "")
    return [(log["run"], line["number"], line["found"]) for log in facts["found"]["logs"] for line in log["lines"]]


def test_words_in_logs(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    _printed(
        served,
        monkeypatch,
        b"one\n\x1b[31mERROR\x1b[0m: wrong\n" + b"x" * 3_000_000 + b"\nerror: wrong\n",
        "nothing\nÜBER Größe\nbad \xff".encode("latin-1") + "\nüber größe".encode(),
        b"error\r\nerror\nerror\nerror\nerror\n",
        b"<script>alert(1)</script> error:  wrong",
    )
    assert _finds(served, "error: WRONG") == [(1, 2, "ERROR: wrong"), (1, 4, "error: wrong")]
    assert _finds(served, "über größe") == [(2, 4, "über größe")]
    assert _finds(served, "error") == [
        (4, 1, "error"), (3, 1, "error"), (3, 2, "error"), (3, 3, "error"), (1, 2, "ERROR"), (1, 4, "error"),
    ]  # fmt: skip
    assert {run for run, *_ in _finds(served, "error", "&branch=topic&job=check")} == {1, 3}
    assert _finds(served, ".*") == []
    facts = served.get("/history?show=logs&find=error&stage=unit")["found"]
    assert (facts["files"], facts["runs"], facts["before"], [log["more"] for log in facts["logs"]]) == (
        4, 4, None, [False, True, False],
    )  # fmt: skip
    page = served.page("/history?show=logs&find=alert").text
    assert "<script>alert" not in page
    assert "/runs/4?stage=unit&amp;file=0&amp;find=alert&amp;line=1" in page


def _on_its_page(served: Served, run: int, words: str) -> list[int]:
    found = served.get(f"/runs/{run}/logs/0/0/search?q={quote(words)}")["lines"]
    return [line + 1 for line in found]


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        ("ошибка", "Ошибка: файл\nОШИБКА\nоши\n"),  # noqa: RUF001
        ("FAILED", "FA\033[31mIL\033[0mED\nf\x1b[1ma\x1b[0milED\nFA ILED\n"),
        ("два слова", "ДВА \033[1mСлова\033[0m\r\n\033]8;;http://x\aдва\033]8;;\a\033[K слова\n"),  # noqa: RUF001
        ("straße", "STRAßE\n\u200eStra\u202aße\n"),
    ],
)
def test_both_searches_find_what_a_person_sees(
    served: Served, monkeypatch: pytest.MonkeyPatch, words: str, printed: str
) -> None:
    _printed(served, monkeypatch, printed.encode())
    assert [line for _, line, _ in _finds(served, words)] == _on_its_page(served, 1, words) == [1, 2]


def test_logs_that_are_gone_or_that_are_no_logs_are_counted(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    _printed(served, monkeypatch, b"needle\n", b"needle\n", b"needle\n")
    runs = served.repo.root / ".git" / "gofigure" / "runs"
    (runs / "1" / "unit.log").unlink()
    (served.repo.root.parent / "elsewhere").write_bytes(b"needle\n")
    (runs / "2" / "unit.log").unlink()
    (runs / "2" / "unit.log").symlink_to(served.repo.root.parent / "elsewhere")
    facts = served.get("/history?show=logs&find=needle")["found"]
    assert (facts["files"], facts["removed"], facts["unread"]) == (1, 1, 1)
    assert [log["run"] for log in facts["logs"]] == [3]


def test_a_search_that_finds_much_says_where_to_go_on(
    served: Served, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    _printed(served, monkeypatch, *[b"needle\n"] * 45)
    first = served.get("/history?show=logs&find=needle")
    assert [log["run"] for log in first["found"]["logs"]] == list(range(45, 5, -1))
    rest = served.get(first["older"])
    assert ([log["run"] for log in rest["found"]["logs"]], rest["older"]) == ([5, 4, 3, 2, 1], "")


def test_what_came_of_a_run_in_git(served: Served) -> None:
    repo = served.repo
    repo.write("a.py", "a = 7\n")
    repo.gofigure("run", "check")  # on what no commit records yet
    assert served.get("/runs/1")["commit"] is None
    repo.commit(f"seven {_EVIL}")
    head = repo.git("rev-parse", "HEAD").decode().strip()
    wanted = {"id": head, "subject": f"seven {_EVIL}"}
    repo.gofigure("run", "check", "--commit", "HEAD")
    assert served.get("/runs/1")["commit"] == served.get("/runs/2")["commit"] == wanted
    assert [row["commit"] for row in served.get("/history")["rows"]] == [wanted, wanted]
    page = served.ask("GET", "/runs/1").body.decode()
    assert head[:10] in page
    assert "<script>alert" not in page
