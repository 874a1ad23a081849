"""What the page costs: with 10,000 runs on record and a log of 50 MB, in a real browser. `--write`: into the docs."""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import page as docs
from bench.live import fields_of, seconds_of
from playwright.sync_api import Browser, sync_playwright
from support.page import Served
from support.pair import project_at
from support.repo import Repo, clean_environment
from support.rig import Rig

from gofigure import trust
from gofigure.events import ignore
from gofigure.model import RunResult, StageResult
from gofigure.process import family
from gofigure.process.log_files import make_folder
from gofigure.project import open_store
from gofigure.store.ledger import NewRun

_JOBS, _RUNS, _LOG = 20, 10_000, 50_000_000
_TABS, _SHARES = 10, 8
_BUSY = 4_500_000  # rounds of a loop in sh: about 5 s of a core
_HIDDEN = "Object.defineProperty(document, 'hidden', { value: true })"
_HEAD = "## The page"


def prepared(folder: Path) -> Repo:
    """A repository of many jobs, many runs, and one large log, of the newest of them."""
    (folder / "home").mkdir()
    env = clean_environment(folder / "home")
    os.environ["HOME"] = env["HOME"]  # where permissions are kept
    repo = Repo.create(folder / "repo", env)
    jobs = "".join(f'[jobs.job{at}]\nstages = ["a{at}", "b{at}"]\n' for at in range(_JOBS))
    stages = "".join(f'[stages.a{at}]\nrun = "true"\n[stages.b{at}]\nrun = "true"\n' for at in range(_JOBS))
    line = "while read x; do date +%s.%N; done < ../talk"
    talk = f'[jobs.talk]\nstages = ["talk"]\n[stages.talk]\nrun = "{line}"\ncache = false\n'
    shares = [f"share{at}" for at in range(_SHARES)]
    busy = f"i=0; while [ $i -lt {_BUSY} ]; do i=$((i+1)); done"
    work = f"[jobs.work]\nstages = {shares}\n"
    work += "".join(f'[stages.{share}]\nrun = "{busy}"\ncache = false\n' for share in shares)
    repo.config(jobs + talk + work + stages)
    repo.write("a.py", "1\n")
    repo.commit()
    assert repo.gofigure("allow", "--yes").returncode == 0
    os.mkfifo(folder / "talk")
    project = project_at(repo)
    with open_store(project, trust.require_token(project.trust), ignore) as store, store._db.writing():
        for number in range(1, _RUNS + 1):
            job = number % _JOBS
            new = NewRun(f"job{job}", "manual", project.root, "the working tree", bytes(32), "main", 1)
            run = store.ledger.begin(new, [(f"{name}{job}", "a.py changed", bytes(32)) for name in "ab"])
            folder_of_logs = make_folder(project.state_dir, run) if number == _RUNS else ""
            log = os.path.join(folder_of_logs, f"b{job}.log") if folder_of_logs else None
            verdicts = ("passed", "failed" if number % 7 == 0 and number < _RUNS else "passed")
            results = [
                StageResult(f"{name}{job}", verdict, "a.py changed", 0.1, 0, log if name == "b" else None)  # type: ignore[arg-type]
                for name, verdict in zip("ab", verdicts, strict=True)
            ]
            store.ledger.stage_finished(run, results)
            store.ledger.finish(RunResult(run, f"job{job}", verdicts[1], (), 0.2))  # type: ignore[arg-type]
    with open(log or "", "wb") as file:
        text = b"\x1b[32m%07d\x1b[0m a line as long as they mostly are, with some words of what was done: ok\n"
        file.write(b"".join(text % at for at in range(_LOG // 88)))
    return repo


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--trials", type=int, default=10)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, contextlib.closing(Rig(Path(place))) as rig:
        repo = prepared(Path(place))
        served = Served(rig, repo)
        lines = [*_server(served, chosen.trials), *_browser(served, repo, chosen.trials)]
    text = ["| what | goal | median | worst |", "|---|---|---|---|", *lines, "", docs.machine(), docs.load()]
    print("\n".join(text))
    if chosen.write:
        docs.write("page", f"{_HEAD}\n\nWith {_RUNS:,} runs on record, and a log of {_LOG // 10**6} MB.", text)


def _server(served: Served, trials: int) -> Iterator[str]:
    headers = {"Cookie": served.session}
    config = served.repo.root / ".gofigure.toml"

    def first_byte(path: str) -> Callable[[], float]:
        def measure() -> float:
            os.utime(config)  # another state: nothing is remembered
            connection = http.client.HTTPConnection(urlsplit(served.address).netloc)
            began = time.perf_counter()
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read(1)
            took = time.perf_counter() - began
            connection.close()
            return took

        return measure

    yield _row("Now: first byte", "50 ms", [first_byte("/")() for _ in range(trials)])
    yield _row("Run: first byte", "50 ms", [first_byte(f"/runs/{_RUNS}")() for _ in range(trials)])
    middle = f"/api/v1/runs/{_RUNS}/logs/1/0?first=400000&count=400"
    yield _row("400 lines from the middle of the log", "", [first_byte(middle)() for _ in range(trials)])


def _browser(served: Served, repo: Repo, trials: int) -> Iterator[str]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        tab = browser.new_page()
        name, _, value = served.session.partition("=")
        tab.context.add_cookies([{"name": name, "value": value, "url": served.address}])

        def opened(path: str, ready: str) -> float:
            tab.goto("about:blank")
            began = time.perf_counter()
            tab.goto(served.address + path, wait_until="commit")
            tab.wait_for_selector(ready)
            return time.perf_counter() - began

        opened("/", ".row.item")
        yield _row("Now: usable in Chromium", "300 ms", [opened("/", ".row.item") for _ in range(trials)])
        yield _row("a log of 50 MB: open", "500 ms", [opened(f"/runs/{_RUNS}", ".log .line") for _ in range(trials)])
        yield _row("a line of output: until it is seen", "150 ms", _seen(served, repo, tab, trials))
        tab.close()
        yield from _watched(browser, served, repo, trials)
        browser.close()
    resident = int(Path(f"/proc/{served.running.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6
    yield f"| memory of the page's process | 120 MB | {resident:.0f} MB | |"


def _seen(served: Served, repo: Repo, tab: object, trials: int) -> list[float]:
    """From the moment that a stage prints a line to the browser's showing it."""
    from playwright.sync_api import Page

    assert isinstance(tab, Page)
    assert served.do("run", names=["talk"]).status == 200
    with open(repo.root.parent / "talk", "w", buffering=1) as talk:
        talk.write("x\n")
        while not [run for run in served.get("/now")["under_way"] if run["job"] == "talk"]:
            time.sleep(0.01)
        run = served.get("/now")["under_way"][0]["run"]
        tab.goto(f"{served.address}/runs/{run}")
        tab.wait_for_selector(".log .line")
        tab.evaluate(
            """() => { window.seen = []; const rows = document.querySelector('.log');
            new MutationObserver(() => window.seen.push([Date.now() / 1000, rows.innerText]))
            .observe(rows, { childList: true, subtree: true }); }"""
        )
        for _ in range(trials):
            talk.write("x\n")
            time.sleep(0.5)
        seen = tab.evaluate("window.seen")
    told: dict[str, float] = {}
    for at, text in json.loads(json.dumps(seen)):
        for word in text.split():
            if word.count(".") == 1 and len(word) > 18:
                told.setdefault(word, at)
    return [at - float(word) for word, at in list(told.items())[1:]]


def _watched(browser: Browser, served: Served, repo: Repo, trials: int) -> Iterator[str]:
    """What a run that wants all cores loses to those who look on: the processor's time, and that on the wall."""
    taken, ratios = [], []
    for trial in range(trials):
        alone = 0.0 if trial % 2 else _work(repo)
        with _looking_on(browser, served):
            before = _used(served.running.pid)
            beside = _work(repo)
            taken.append((_used(served.running.pid) - before) / (beside * len(os.sched_getaffinity(0))))
        ratios.append(beside / (alone or _work(repo)))
    long = f"a run of {beside:.0f} s that wants all cores, beside {_TABS} tabs, one of them seen"
    middle, worst = statistics.median(taken), max(taken)
    yield f"| {long}: what page and browser take of the cores | 2 % | {middle:.1%} | {worst:.1%} |"
    middle, worst = statistics.median(ratios) - 1, max(ratios) - 1
    yield f"| the same, on the wall, against none | +2 % | {middle:+.1%} | {worst:+.1%} |"


@contextlib.contextmanager
def _looking_on(browser: Browser, served: Served) -> Iterator[None]:
    """Tabs, once all of them rest."""
    context = browser.new_context()
    name, _, value = served.session.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": served.address}])
    tabs = [context.new_page() for _ in range(_TABS)]
    for tab in tabs[1:]:
        tab.add_init_script(_HIDDEN)
    for tab in tabs:
        tab.goto(served.address)
        tab.wait_for_selector(".row.item")
    before = -1.0
    while _used(served.running.pid) - before > 0.1:
        before = _used(served.running.pid)
        time.sleep(2)
    yield
    context.close()


def _used(server: int) -> float:
    """Seconds of processor time that the page's process, with what it has started, and the browser have had."""
    seconds = 0.0
    for pid in family.descendants(os.getpid()):
        with contextlib.suppress(OSError):
            if pid == server or "chrom" in Path(f"/proc/{pid}/comm").read_text():
                seconds += seconds_of(fields_of(pid))
    return seconds


def _work(repo: Repo) -> float:
    began = time.perf_counter()
    assert repo.gofigure("run", "work").returncode == 0
    return time.perf_counter() - began


def _row(what: str, goal: str, seconds: list[float]) -> str:
    return f"| {what} | {goal} | {statistics.median(seconds) * 1e3:.0f} ms | {max(seconds) * 1e3:.0f} ms |"


if __name__ == "__main__":
    main()
