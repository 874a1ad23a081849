"""Reads what Jest writes with --json, and Vitest with its json reporter, which has the same form."""

from __future__ import annotations

import json
import os
from typing import Any

from gofigure.model import Case, CaseVerdict
from gofigure.reports.listener import MOST, told_apart

_VERDICTS: dict[str, CaseVerdict] = {
    "passed": "passed", "failed": "failed", "pending": "skipped", "skipped": "skipped", "todo": "skipped",
}  # fmt: skip


def read_jest(data: bytes, folder: str) -> tuple[list[Case], int]:
    """The tests, and how many more there were. `folder`: what the names of files are relative to."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        return [], 0
    cases = [case for file in _list(told, "testResults") for case in _cases(file, os.path.realpath(folder))]
    cases = told_apart(cases)
    return cases[:MOST], max(0, len(cases) - MOST)


def _cases(file: Any, folder: str) -> list[Case]:
    path = _text(file, "name")
    name = os.path.relpath(path, folder) if path.startswith(folder + "/") else path
    found = []
    for one in _list(file, "assertionResults"):
        verdict = _VERDICTS.get(_text(one, "status"))
        if verdict is None:
            continue
        groups = [str(group) for group in _list(one, "ancestorTitles") if group]
        took = one.get("duration") if isinstance(one, dict) else None
        line = _first(next(iter(_list(one, "failureMessages")), "")) if verdict == "failed" else ""
        seconds = took / 1000 if isinstance(took, int | float) else None
        found.append(Case(" > ".join([name, *groups]), _text(one, "title"), verdict, seconds, line))
    if not found and _text(file, "status") == "failed":  # it could not even be loaded
        found.append(Case(name, "[failed to run]", "failed", None, _first(_text(file, "message"))))
    return found


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _text(value: Any, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _first(text: object) -> str:
    lines = str(text).splitlines()
    return next((line.strip() for line in lines if line.strip(" ●") and "Test suite failed to run" not in line), "")
