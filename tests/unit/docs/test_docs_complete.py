"""Nothing is left out: every event, field, verdict, error, exit code, hook and variable stands in the docs."""

from __future__ import annotations

import inspect
import re
from typing import NamedTuple, get_args

from docs.site.made import completed
from docs.site.pages import ROOT
from gofigure import errors, events
from gofigure.cli import as_json
from gofigure.cli.man import _CODES
from gofigure.model import HANDED_VARIABLES, HOOKS, Case, Part, RunResult, StageResult, Verdict
from gofigure.watch.state import JobState, State


def _page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text()


def _part(name: str, title: str) -> str:
    """What stands below one title of the second level."""
    return _page(name).partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def _rows(text: str) -> dict[str, str]:
    """By the first cell, which is code."""
    return {found[1]: found[2] for found in re.finditer(r"^\| `([^`]+)` \|(.*)\|$", text, re.MULTILINE)}


def test_every_event_with_its_fields() -> None:
    rows = _rows(_part("events", "Events"))
    kinds: tuple[type[NamedTuple], ...] = get_args(events.Event)
    assert set(rows) == {kind.__name__ for kind in kinds}
    for kind in kinds:
        said = set(re.findall(r"`(\w+)`", rows[kind.__name__]))
        assert set(kind._fields) <= said, kind.__name__


def test_every_field_of_the_watchers_state() -> None:
    rows = _rows(_part("events", "watch --json"))
    assert set(rows) == {*State._fields, *JobState._fields}


def test_every_field_of_a_result() -> None:
    stage = StageResult("unit", "failed", "", parts=(Part("a", "failed"),), failures=(Case("", "t", "failed"),))
    run = as_json.of_run(RunResult(1, "check", "failed", (stage,)))
    text = _part("events", "run --json")
    assert set(_rows(text)) == {*run, *run["stages"][0]}
    for inner in (run["stages"][0]["parts"][0], run["stages"][0]["failures"][0]):
        for name in inner:
            assert f"`{name}`" in text, name


def test_every_verdict() -> None:
    assert set(_rows(_part("events", "Verdicts"))) == set(get_args(Verdict))


def test_every_error_and_exit_code() -> None:
    page = _page("errors")
    kinds = [one for one in vars(errors).values() if inspect.isclass(one) and one.__module__ == errors.__name__]
    for kind in kinds:
        assert f"`{kind.__name__}`" in page, kind.__name__
    told = {int(found[1]): found[2] for found in re.finditer(r"^\| (\d+) \| (.*) \|$", page, re.MULTILINE)}
    assert set(told) == set(_CODES)
    for code, words in _CODES.items():
        assert words.rstrip(".").lower().partition(":")[0].partition(",")[0].partition(";")[0] in told[code].lower(), (
            code
        )


def test_every_hook_and_what_it_hands_over() -> None:
    page = _page("hooks")
    for name in (*HOOKS, *HANDED_VARIABLES):
        assert f"`{name}`" in page, name


def test_every_key_of_the_users_own_file() -> None:

    from gofigure.own import KEYS

    assert set(_rows(completed(_page("configuration")))) >= {key.name for key in KEYS}


def test_every_layer_of_the_program_is_drawn() -> None:
    page = _part("architecture", "Layers")
    contract = re.search(r"layers = \[\n(.*?)\]", (ROOT / "pyproject.toml").read_text(), re.DOTALL)
    assert contract is not None
    for name in re.findall(r"\w+", contract[1]):
        assert name in page or name in {"about_path", "fast_path"}, name


def test_the_code_that_the_architecture_names_is_there() -> None:
    for page in ("architecture", "adding"):
        for name in re.findall(r"`((?:[a-z_]+/)+[a-z_]+(?:\.py)?)`", _page(page)):
            assert any((ROOT / top / name).exists() for top in ("", "gofigure")), f"{page}: {name}"


def test_the_target_that_is_shown_whole_is_so() -> None:
    shown = _page("adding").partition("```python\n")[2].partition("```")[0]
    assert shown in (ROOT / "gofigure/targets/cargo_test.py").read_text()
