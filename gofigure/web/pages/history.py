"""History: what has run, by what one asks for; words in logs; how long it took; which stages and tests are to blame."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

from gofigure.errors import GofigureError
from gofigure.events import ignore
from gofigure.git.commits import Commit
from gofigure.queries import looking_up
from gofigure.store.cases import Order
from gofigure.store.history import RUN_VERDICTS, STAGE_VERDICTS, Filter, Row, Skip, in_order
from gofigure.store.hits import Hit
from gofigure.store.ledger import StageRow
from gofigure.store.told import rounded, run_told
from gofigure.store.when import moment
from gofigure.web.logs import search as log_search
from gofigure.web.page import Answer, Apart, Ask, Facts, Page, Question
from gofigure.web.plot import plot
from gofigure.web.recorded import commit_told, recorded
from gofigure.web.shown import progress, reason_of

PATH = "/history"
SHOWS = ("runs", "logs", "durations", "stages", "tests")
SORTS = ("slowest", "flakiest", "failing")
_FILTER = ("job", "stage", "branch", "trigger", "verdict", "text", "since", "until")
_RUNS = 50
_MOST = 400  # that a tab holds on to while new ones come
_POINTS = 150
_NEWEST = 2_000  # runs that stages are judged by
_CASES = 20_000  # single tests that tests are judged by
_TOP = 15
_ORDERS: tuple[Order, ...] = ("flaky", "failed", "slowest")
_LONGEST = 200  # letters of what is asked for
_KEEPS = 2.0
_PATIENCE = 0.3


class _Asked(NamedTuple):
    """What the address asks for."""

    show: str
    filter: Filter
    values: Mapping[str, str]  # of the filter, as they were typed
    find: str  # words in logs
    before: int | None  # runs with smaller numbers
    down_to: int  # the oldest run that a tab shows already; 0: nobody says
    sort: str
    wrong: str  # why it cannot be answered; "" mostly


def _asked(query: Mapping[str, str]) -> _Asked:
    said = {name: _text(query.get(name, "")) for name in (*_FILTER, "find", "show", "sort")}
    values = {name: said[name] for name in _FILTER}
    show = said["show"] if said["show"] in SHOWS else SHOWS[0]
    before = _number(query.get("before", ""))
    wanted, wrong = Filter(before=before), ""
    try:
        wanted = _filter(values)._replace(before=before)
    except GofigureError as error:
        wrong = f"{error} ({error.hint})" if error.hint else str(error)
    down_to = _number(query.get("from", "")) or 0
    sort = said["sort"] if said["sort"] in SORTS else SORTS[0]
    return _Asked(show, wanted, values, said["find"], before, down_to, sort, wrong)


def _filter(values: Mapping[str, str]) -> Filter:
    """Raises GofigureError for what is no moment or no verdict."""
    stage, verdict = values["stage"] or None, values["verdict"].replace("-", " ")
    valid = STAGE_VERDICTS if stage is not None else RUN_VERDICTS
    if verdict and verdict not in valid:
        raise GofigureError(f"no run's verdict is {verdict!r}", hint=f"one of: {', '.join(valid)}")
    return Filter(
        values["job"] or None,
        values["branch"] or None,
        values["trigger"] or None,
        stage,
        (verdict,) if verdict else (),
        moment(values["since"], "since") if values["since"] else None,
        moment(values["until"], "until", ends=True) if values["until"] else None,
        values["text"],
    )


def _text(value: str) -> str:
    """As SQLite can take it."""
    return value[:_LONGEST].strip().encode("utf-8", "replace").decode()


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 18 else None


def _questions(query: Mapping[str, str], _raw: bytes) -> Sequence[Question]:
    asked = _asked(query)
    if asked.wrong:
        return ()
    if asked.show == "logs" and asked.find:
        return (_searching(asked),)
    if asked.show == "tests":
        return (_judging(asked),)
    return ()


def _searching(asked: _Asked) -> Question:
    typed = {**asked.values, "before": str(asked.before)}
    return log_search.question(asked.find, asked.filter, tuple(sorted(typed.items())))


def _judging(asked: _Asked) -> Question:
    return Question(("tests", asked.filter.stage), partial(_tests, asked.filter.stage), _KEEPS, _PATIENCE)


def _facts(ask: Ask) -> Facts:
    asked = _asked(ask.query)
    facts: Facts = {
        "show": asked.show,
        "filter": dict(asked.values),
        "find": asked.find,
        "sort": asked.sort,
        "sorts": [{"name": name, "address": _address(asked, sort=name)} for name in SORTS],
        "wrong": asked.wrong,
        "choices": _choices(ask, asked),
        "shows": [{"name": name, "address": _address(asked, show=name)} for name in SHOWS],
        "newest": _address(asked) if asked.before is not None else "",
        "clear": f"{PATH}?show={asked.show}",
        "older": "",
    }
    if asked.wrong:
        return facts
    return {**facts, **_SHOWN[asked.show](asked, ask)}


def _address(asked: _Asked, **more: object) -> str:
    """Of the same question, with something else in it."""
    query = {**asked.values, "find": asked.find, "show": asked.show, **more}
    if query.get("show") == SHOWS[0]:
        del query["show"]
    given = {name: value for name, value in query.items() if value}
    return f"{PATH}?{urlencode(given)}" if given else PATH


def _choices(ask: Ask, asked: _Asked) -> dict[str, list[str]]:
    """What can be chosen; names that nobody knows any more stay as long as they are asked for."""
    history = ask.store.history
    found = {column: {*history.names(column), asked.values[column]} - {""} for column in ("job", "trigger", "stage")}
    if asked.show in ("runs", "logs"):
        found["branch"] = history.names("branch") - {""}
    verdicts = STAGE_VERDICTS if asked.values["stage"] else RUN_VERDICTS
    return {**{name: sorted(names) for name, names in found.items()}, "verdict": list(verdicts)}


def _runs(asked: _Asked, ask: Ask) -> Facts:
    history, wanted = ask.store.history, asked.filter
    runs = history.runs(wanted._replace(after=asked.down_to - 1), _MOST) if asked.down_to and not asked.before else []
    more = bool(runs)
    if len(runs) < _RUNS:
        runs = history.runs(wanted, _RUNS + 1)
        more = len(runs) > _RUNS
        runs = runs[:_RUNS]
    # What is no run stands between those beside which it happened.
    oldest = runs[-1].started_ns if more else 0
    above = history.run(asked.before) if asked.before is not None else None
    until = min((at for at in (wanted.until_ns, above.started_ns if above else None) if at is not None), default=None)
    between = wanted._replace(until_ns=until)
    moments: list[Skip | Hit] = [*history.skips(between, _RUNS, oldest), *history.hits(between, _RUNS, oldest)]
    stages = history.stages([run.id for run in runs])
    commits = recorded(ask)
    rows = [_row(row, stages, commits) for row in in_order(runs, moments)]
    return {
        "rows": rows,
        "from": runs[-1].id if runs and asked.before is None else 0,
        "older": _address(asked, before=runs[-1].id) if more else "",
        "any": bool(rows) or bool(history.runs(Filter(), 1)),
    }


def _row(row: Row, stages: Mapping[int, list[StageRow]], commits: Mapping[bytes, Commit]) -> Facts:
    if isinstance(row, Skip):
        return {"kind": "skip", **row._asdict()}
    if isinstance(row, Hit):
        return {"kind": "hit", **row._asdict()}
    own = stages[row.id]
    commit = commit_told(commits.get(row.tree))
    reason = reason_of(row, own)
    return {"kind": "run", **run_told(row), "commit": commit, "reason": reason, "progress": dict(progress(own))}


def _logs(asked: _Asked, ask: Ask) -> Facts:
    answer = ask.answers.get(_searching(asked).name, Answer())
    found = answer.value
    before = found["before"] if found else None
    return {
        **_behind(answer),
        "looking": bool(asked.find) and not answer.at_ns,
        "found": found,
        "older": _address(asked, before=before) if before is not None else "",
    }


def _behind(answer: Answer) -> Facts:
    return {"looking": not answer.at_ns, "error": answer.error, "hint": answer.hint, "at_ns": answer.at_ns}


def _durations(asked: _Asked, ask: Ask) -> Facts:
    trends, job, stage = ask.store.trends, asked.filter.job, asked.filter.stage
    if job is None and stage is None:
        job = _favourite(ask)
    took = trends.of_stage(stage, _POINTS) if stage is not None else trends.of_job(job, _POINTS) if job else []
    runs = [
        {"run": one.run, "verdict": one.state, "seconds": rounded(one.seconds), "started_ns": one.started_ns}
        for one in took
    ]
    passed = [one.seconds for one in took if one.state == "passed"]
    median = rounded(statistics.median(passed)) if passed else None
    drawn = plot(runs, median)
    return {
        "of": stage if stage is not None else job or "",
        "of_stage": stage is not None,
        "points": runs,
        "median": median,
        "plot": _plain(drawn) if drawn is not None else None,
    }


def _plain(drawn: Any) -> Facts:
    return {
        **drawn._asdict(),
        "points": [point._asdict() for point in drawn.points],
        "lines": [line._asdict() for line in drawn.lines],
        "median": drawn.median._asdict() if drawn.median is not None else None,
    }


def _favourite(ask: Ask) -> str | None:
    """The job of the newest run."""
    return next((run.job for run in ask.store.history.runs(Filter(), 1)), None)


def _stages(asked: _Asked, ask: Ask) -> Facts:
    found = ask.store.trends.stages(_NEWEST)
    if asked.sort == "flakiest":
        found.sort(key=lambda one: (-one.flaky, -one.failed / one.runs))
    elif asked.sort == "failing":
        found.sort(key=lambda one: -one.failed / one.runs)
    else:
        found.sort(key=lambda one: -(one.median or 0.0))
    rows = [{**one._asdict(), "median": rounded(one.median), "longest": rounded(one.longest)} for one in found]
    return {"stages": rows, "newest_runs": _NEWEST}


def _tests(stage: str | None, apart: Apart) -> Facts:
    """What `gofigure history --tests` says, of as many as can be looked through in a moment."""
    with looking_up(apart.project, ignore) as (store, _):
        after = store.cases.older_than(_CASES)
        told = {order: store.cases.told(order, _TOP, stage, after) for order in _ORDERS}
        stages = sorted(store.cases.stages())
    orders = {
        order: [
            {
                **one._asdict(),
                "mean_seconds": rounded(one.mean_seconds),
                "longest_seconds": rounded(one.longest_seconds),
            }
            for one in tests
        ]
        for order, tests in told.items()
    }
    return {"orders": orders, "after": after, "stages": stages}


def _shown_tests(asked: _Asked, ask: Ask) -> Facts:
    answer = ask.answers.get(_judging(asked).name, Answer())
    return {**_behind(answer), "tests": answer.value}


_SHOWN = {"runs": _runs, "logs": _logs, "durations": _durations, "stages": _stages, "tests": _shown_tests}

PAGE = Page("History", PATH, "history.html", _facts, questions=_questions)
