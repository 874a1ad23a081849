"""Projects in folders, whose jobs and stages have `/` and `:` in their names, on every page."""

from __future__ import annotations

import html
import re
from typing import Any

from support.mono import begin
from support.page import Served
from support.repo import Repo
from support.rig import Rig, until

_HREF = re.compile(r'(?:href|data-href)="([^"#]+)')


def test_every_link_leads_somewhere(rig: Rig, repo: Repo) -> None:
    begin(repo)
    served = Served(rig, repo)
    seen, left = set[str](), ["/"]
    while left:
        path = left.pop()
        if path in seen or len(seen) > 80:
            continue
        seen.add(path)
        answer = served.ask("GET", path)
        assert answer.status == 200, path
        if "text/html" in answer.headers["content-type"]:
            found = (html.unescape(one) for one in _HREF.findall(answer.text))
            left += [one if one.startswith("/") else path.partition("?")[0] + one for one in found if "://" not in one]
    run = next(row for row in served.get("/history")["rows"] if row.get("job") == "services/web:check")
    assert [stage["stage"] for stage in served.get(f"/runs/{run['run']}")["stages"]] == [
        "lib:build",
        "services/web:unit",
    ]
    assert any("services/api%3Aunit" in path or "services/api:unit" in path for path in seen)


def test_a_folders_job_is_run_by_its_button_and_a_new_one_shows_itself(rig: Rig, repo: Repo) -> None:
    begin(repo)
    served = Served(rig, repo)
    repo.write("services/api/app", "new\n")
    before = served.get("/now")
    assert [job["job"] for job in before["jobs"]] == ["docs", "lib:check", "services/api:check", "services/web:check"]
    assert served.do("run", names=["services/api:check"]).status == 200
    newest = _row(before)["run"]
    until(lambda: _row(served.get("/now"))["run"] > newest, what="it has run")
    until(lambda: _row(served.get("/now"))["verdict"] == "passed", what="it has passed")
    repo.write("services/new/.gofigure.toml", "[jobs.check]\nstages = ['a']\n[stages.a]\nrun = 'true'\n")
    until(lambda: "services/new:check" in str(served.get("/now")), what="the new folder's job is there")


def _row(now: Any) -> Any:
    return next(job for job in now["jobs"] if job["job"] == "services/api:check")
