"""Where each stage runs."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from gofigure.model import Job, Snapshot, SnapshotKind, Stage
from gofigure.runner.graph import Graph
from gofigure.runner.key import Facts
from gofigure.runner.places import fallen_back, placed
from gofigure.runner.plan import Content, Plan, Read, Step
from gofigure.snapshot.select import Selector

FACTS = Facts("", (), "test", {}, {}, "", {}, "")


def _step(text: str) -> Step:
    """A line such as `c needs a b; differs; in-place; reuse`."""
    words, *more = (part.strip() for part in text.split(";"))
    name, _, needs = words.partition(" needs ")
    workspace = next((word for word in more if word in ("in-place", "private")), "auto")
    stage = Stage(name, needs=tuple(needs.split()), workspace=workspace)  # type: ignore[arg-type]
    differs = ("a.py changed",) if "differs" in more else ()
    reads = (Read(Selector(), b"", 1),)
    step = Step(stage, b"", (), FACTS, reads, differs, (), "", gets_arguments=False)
    return step._replace(fate="reuse") if "reuse" in more else step


def _content(kind: SnapshotKind = "index") -> Content:
    return Content(Snapshot(kind, b"1"), Snapshot("working tree", b"2"))


def _placed(*lines: str, kind: SnapshotKind = "index") -> Mapping[str, Step]:
    return placed({step.stage.name: step for step in map(_step, lines)}, _content(kind))


def _private(*lines: str, kind: SnapshotKind = "index") -> str:
    return " ".join(name for name, step in _placed(*lines, kind=kind).items() if step.place == "private")


@pytest.mark.parametrize(
    ("lines", "private"),
    [
        (["a", "b"], ""),
        (["a; differs", "b"], "a"),
        (["a; private", "b"], "a"),
        (["a; differs; in-place"], ""),
        (["a; differs; reuse"], ""),
        (["a; private; reuse", "b"], ""),
        # What one leaves behind, the other finds.
        (["a", "b needs a; differs"], "a b"),
        (["a; differs", "b needs a"], "a b"),
        (["a; differs", "b", "c needs a b", "d"], "a b c"),
        (["a", "b", "c needs a", "d needs b", "e needs c d; differs", "f"], "a b c d e"),
        (["a; differs", "b needs a", "c needs b", "d", "e needs d"], "a b c"),
        (["a; differs", "b needs a; in-place", "c needs b"], "a c"),
        (["a; reuse", "b needs a; differs"], "a b"),
        (["a; differs; reuse", "b needs a"], "a b"),
        (["a; differs; reuse", "b needs a; reuse"], ""),
    ],
)
def test_stages_that_need_one_another_share_a_place(lines: list[str], private: str) -> None:
    assert _private(*lines) == private
    assert _private(*lines, kind="folder") == "", "without git there is nothing to check out from"


def test_the_reason_names_what_differs_what_was_asked_or_who_took_it_along() -> None:
    steps = _placed("a; differs", "b needs a", "c; private")
    assert {name: step.why_there for name, step in steps.items()} == {
        "a": "the working tree differs: a.py changed",
        "b": "a does",
        "c": "it asks for that",
    }
    assert all(not step.unprovable for step in steps.values())


def test_in_place_on_other_content_proves_nothing() -> None:
    assert _placed("a; differs; in-place")["a"].astray
    assert not _placed("a; differs")["a"].astray


@pytest.mark.parametrize("kind", ["index", "commit"])
def test_without_a_private_checkout_a_commit_is_not_judged_by_other_files(kind: SnapshotKind) -> None:
    steps = _placed("a; differs", "b needs a", "c", kind=kind)
    plan = Plan(Job("j", tuple(steps)), _content(kind), Graph((), {}), steps)
    back = fallen_back(plan, "the disk is full")
    assert [step.place for step in back.steps.values()] == ["in place"] * 3
    a = back.steps["a"]
    if kind == "commit":
        assert (a.fate, a.reason) == ("not checked out", "no private checkout: the disk is full")
    else:
        assert (a.fate, a.unprovable) == ("run", "it ran on other content: a.py changed")
    assert back.steps["b"].fate == back.steps["c"].fate == "run"
