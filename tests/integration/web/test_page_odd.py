"""A request may say anything: it is answered in words, and never with a bug."""

from __future__ import annotations

import pytest
from support.page import Served

_TEXT = """\
[jobs.check]
on = ["change"]
stages = ["unit"]

[stages.unit]
run = "true"
inputs = ["*.py"]
"""
_ODD: tuple[object, ...] = (
    [[1]], {"a": [1]}, 7, 1.5, True, None, "", "\ud800", "\0", "x" * 300, [], {}, [None], {"": None}, "nan", "inf",
    "1e999", "9" * 5000, "-0", "٣", -1, 1 << 70, "true", ["\ud800"], {"\ud800": "\ud800"}, [[["x"]]], "'\"\\\n",
)  # fmt: skip
_EDITS: tuple[dict[str, object], ...] = (
    {"do": "set", "kind": "stages", "name": "unit", "key": "timeout", "value": "90"},
    {"do": "set", "kind": "stages", "name": "unit", "key": "inputs", "value": ["a"]},
    {"do": "set", "kind": "stages", "name": "unit", "key": "env", "value": {"A": "b"}},
    {"do": "set", "kind": "jobs", "name": "check", "key": "strict_dependency", "value": True},
    {"do": "add", "kind": "stages", "name": "new", "target": "pytest"},
    {"do": "add", "kind": "jobs", "name": "new"},
    {"do": "rename", "kind": "stages", "name": "unit", "to": "other"},
    {"do": "remove", "kind": "stages", "name": "unit"},
)


@pytest.mark.parametrize("edit", _EDITS, ids=lambda edit: f"{edit['do']}-{edit.get('key', edit['kind'])}")
def test_no_field_of_a_change_is_too_odd(served: Served, edit: dict[str, object]) -> None:
    for field in edit:
        for odd in _ODD:
            answer = served.do("check", file="shared", text=_TEXT, edit={**edit, field: odd})
            assert answer.status in (200, 400, 409), (field, odd, answer)
            assert isinstance(answer.json, dict)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("check", {"file": "shared", "text": _TEXT, "edit": {}}),
        ("preview", {"file": "shared", "text": _TEXT}),
        ("save", {"file": "shared", "text": _TEXT, "seen": ""}),
        ("confirm", {"code": ""}),
        ("run", {"names": ["check"], "again": False, "staged": False, "commit": ""}),
        ("cancel", {"run": 1}),
        ("pause", {"job": "check", "off": True}),
        ("dismiss", {"number": 1}),
        ("look", {"stage": "s"}),
        ("rollback", {"stage": "s", "to": 1}),
        ("reset", {"stage": "s", "seen": "", "typed": ""}),
    ],
)
def test_no_field_of_what_a_button_says_is_too_odd(served: Served, name: str, body: dict[str, object]) -> None:
    for field in body:
        for odd in _ODD:
            if (name, field, odd) == ("run", "again", True):  # a run
                continue
            answer = served.do(name, **{**body, field: odd})
            assert answer.status in (200, 400, 404, 409), (field, odd, answer)
            assert isinstance(answer.json, dict)


@pytest.mark.parametrize("digits", [19, 5000, 20_000])
def test_no_number_is_too_long(served: Served, digits: int) -> None:
    long = "9" * digits
    assert served.repo.gofigure("run", "check").returncode == 0
    for path in (f"/runs/{long}", f"/runs/1/logs/{long}/0", f"/runs/1/logs/0/{long}", f"/runs/{long}/logs/0/0/raw"):
        answer = served.ask("GET", f"/api/v1{path}")
        assert (answer.status, bool(answer.json["error"])) == (404, True)
    assert served.ask("GET", f"/runs/{long}").status == 404
    assert served.ask("GET", f"/api/v1/runs/1/kept/{long}/{long}").status == 404
    for query in (f"first={long}", f"count={long}", f"seen={long}"):
        assert served.ask("GET", f"/api/v1/runs/1/logs/0/0?{query}").status == 200
    for path in (f"/history?before={long}", f"/content?first={long}", f"/deploy?to={long}", f"/runs/1?line={long}"):
        assert served.ask("GET", path).status == 200
