"""Cycles of `needs`, and of `needs` with a strict order."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gofigure.config import parse
from gofigure.config.graph_check import cycles, draw
from gofigure.errors import ConfigError

Jobs = dict[str, list[str]]
Needs = dict[str, list[str]]


def text(jobs: Jobs, needs: Needs, *, strict: bool = True) -> str:
    lines = [
        f"[jobs.{name}]\nstrict_dependency = {str(strict).lower()}\nstages = {each}" for name, each in jobs.items()
    ]
    lines += [f"[stages.{name}]\nrun = 'x'\nneeds = {each}" for name, each in needs.items()]
    return "\n".join(lines) + "\n"


def problems(source: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(source.encode(), "x", targets=("shell",))
    return [str(problem) for problem in caught.value.problems]


def good(source: str) -> None:
    parse(source.encode(), "x", targets=("shell",))


@pytest.mark.parametrize(
    ("needs", "line", "key", "drawn"),
    [
        ({"a": ["a"]}, 3, "a.needs[0]", "a → a"),
        ({"a": ["b"], "b": ["a"]}, 3, "a.needs[0]", "a → b → a"),
        ({"x": ["a"], "a": ["y", "b"], "b": ["c"], "c": ["a"], "y": []}, 6, "a.needs[1]", "a → b → c → a"),
    ],
)
def test_a_cycle_of_needs_is_drawn(needs: Needs, line: int, key: str, drawn: str) -> None:
    assert problems(text({}, needs)) == [
        f"x:{line}: stages.{key}: found the cycle {drawn}, expected that no stage needs itself"
    ]


def test_separate_cycles_are_separate_problems() -> None:
    assert len(problems(text({}, {"a": ["b"], "b": ["a"], "c": ["d"], "d": ["c"], "e": ["a", "c"]}))) == 2


def test_of_cycles_that_overlap_one_is_drawn() -> None:
    assert len(problems(text({}, {"a": ["b"], "b": ["a", "c"], "c": ["a"]}))) == 1


def test_a_diamond_is_no_cycle() -> None:
    good(text({}, {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}))


def test_a_strict_order_against_needs() -> None:
    assert problems(text({"check": ["a", "b"]}, {"a": ["b"], "b": []})) == [
        (
            "x:3: jobs.check.stages[1]: found the cycle a → b → a, expected an order that can be kept: "
            "b → a comes from strict_dependency (the order of this list), the rest from needs"
        )
    ]
    good(text({"check": ["a", "b"]}, {"a": ["b"], "b": []}, strict=False))
    good(text({"check": ["b", "a"]}, {"a": ["b"], "b": []}))


def test_a_strict_order_against_needs_through_other_stages() -> None:
    needs = {"a": ["hidden"], "hidden": ["c"], "b": [], "c": []}
    assert problems(text({"check": ["a", "b", "c"]}, needs)) == [
        (
            "x:3: jobs.check.stages[2]: found the cycle a → hidden → c → b → a, "
            "expected an order that can be kept: "
            "c → b, b → a comes from strict_dependency (the order of this list), the rest from needs"
        )
    ]


def test_jobs_may_order_the_same_stages_differently() -> None:
    good(text({"one": ["a", "b"], "two": ["b", "a"]}, {"a": [], "b": []}))


def test_only_the_job_at_fault_is_reported() -> None:
    (only,) = problems(text({"one": ["b", "a"], "two": ["a", "b"]}, {"a": ["b"], "b": []}))
    assert only.startswith("x:6: jobs.two.stages[1]: ")


def test_a_cycle_of_needs_is_not_reported_again_for_each_job() -> None:
    assert len(problems(text({"one": ["a", "b"], "two": ["b"]}, {"a": ["b"], "b": ["a"]}))) == 1


def test_a_long_cycle_is_drawn_short() -> None:
    assert draw(("a", "b", "a")) == "a → b → a"
    drawn = draw((*(f"s{n}" for n in range(1000)), "s0"))
    assert drawn.startswith("s0 → s1 → ")
    assert drawn.endswith("→ … 989 more … → s998 → s999 → s0")


def test_ten_thousand_stages_in_a_chain() -> None:
    names = [f"s{n}" for n in range(10_000)]
    needs = {name: [f"s{n + 1}"] if n < 9_999 else [] for n, name in enumerate(names)}
    source = text({"all": names[::-1]}, needs)
    good(source)
    # Processor time and loose, for a busy machine: a quadratic check takes minutes.


GRAPHS = st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), unique=True, max_size=4))


@given(GRAPHS)
def test_cycles_finds_one_exactly_where_there_is_one(graph: dict[str, list[str]]) -> None:
    found = list(cycles(graph, lambda name: graph.get(name, ())))
    # What can be removed leaf by leaf has no cycle.
    left = dict(graph)
    while free := [name for name, after in left.items() if not any(other in left for other in after)]:
        for name in free:
            del left[name]
    assert bool(found) == bool(left)
    for cycle in found:
        assert cycle[0] == cycle[-1]
        assert all(after in graph[name] for name, after in itertools.pairwise(cycle))
