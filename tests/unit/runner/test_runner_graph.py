from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gofigure.model import Config, Job, Stage
from gofigure.runner.graph import order


def _config(needs: dict[str, list[str]]) -> Config:
    return Config("", {}, {name: Stage(name, run="true", needs=tuple(before)) for name, before in needs.items()})


def test_what_is_needed_is_pulled_in_before() -> None:
    graph = order(Job("j", ("unit",)), _config({"unit": ["lint"], "lint": ["fetch"], "fetch": []}))
    assert [stage.name for stage in graph.stages] == ["fetch", "lint", "unit"]


def test_a_strict_job_is_a_chain() -> None:
    graph = order(Job("j", ("c", "a", "b"), strict_dependency=True), _config({"a": [], "b": [], "c": []}))
    assert [stage.name for stage in graph.stages] == ["c", "a", "b"]
    assert graph.waits_for == {"c": set(), "a": {"c"}, "b": {"a"}}


def test_a_chain_of_ten_thousand_needs_no_stack() -> None:
    names = [f"s{at:05d}" for at in range(10_000)]
    needs = {name: names[at + 1 : at + 2] for at, name in enumerate(names)}
    assert [stage.name for stage in order(Job("j", (names[0],)), _config(needs)).stages] == names[::-1]


@given(st.dictionaries(st.integers(0, 30), st.sets(st.integers(0, 30)), min_size=1), st.booleans())
def test_every_stage_comes_after_all_it_waits_for(edges: dict[int, set[int]], strict: bool) -> None:
    # Only edges to smaller numbers: acyclic by construction, in the strict order as well.
    needs = {f"s{at}": sorted(f"s{to}" for to in before if to < at and to in edges) for at, before in edges.items()}
    listed = tuple(sorted(needs, key=lambda name: int(name[1:])))
    graph = order(Job("j", listed, strict_dependency=strict), _config(needs))
    seen: set[str] = set()
    for stage in graph.stages:
        assert graph.waits_for[stage.name] <= seen
        seen.add(stage.name)
    assert seen == set(listed)
