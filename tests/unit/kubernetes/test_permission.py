"""What may be started by whom."""

from __future__ import annotations

from typing import Any

import pytest

from gofigure.errors import GofigureError
from gofigure.model import YES_VARIABLE
from gofigure.recipes.kubernetes.contexts import Judged
from gofigure.recipes.kubernetes.permission import ask_to_delete, list_named, require
from gofigure.recipes.order import Order

_SPEC: dict[str, Any] = {"context": "c", "namespace": "dev", "protected": False, "reset": "none", "rollback": ""}


def _order(trigger: str) -> Order:
    return Order("deploy", "/r", "/s", "/m", "x:1", trigger, "", {})


@pytest.mark.parametrize(
    ("judged", "spec", "trigger", "said"),
    [
        (Judged("local", ""), {}, "change", ""),
        (Judged("local", ""), {}, "post-commit", ""),
        (Judged("allowed", ""), {}, "post-commit", ""),
        (Judged("allowed", ""), {}, "change", "no deploy to it starts when a file is saved"),
        (Judged("refused", "far"), {}, "manual", "is no local cluster (far)"),
        (Judged("local", "", protected=True), {}, "post-commit", "deployed to by hand only, not by post-commit"),
        (Judged("local", "", protected=True), {}, "page", "deployed to by hand only, not from the page"),
        (Judged("local", ""), {"protected": True}, "change", "deployed to by hand only, not by change"),
        (Judged("local", "", protected=True), {}, "manual", ""),
        (Judged("local", ""), {"reset": "all"}, "manual", ""),
        (Judged("local", ""), {"reset": "all"}, "change", "deletes by hand only, not by change"),
        (Judged("local", ""), {"reset": "all"}, "page", "deletes only what somebody has seen"),
        (Judged("allowed", ""), {"reset": "all"}, "manual", "deletes only on local clusters"),
        (Judged("allowed", ""), {"reset": "all", "rollback": "x"}, "manual", ""),
    ],
)
def test_who_may_start_what(judged: Judged, spec: dict[str, Any], trigger: str, said: str) -> None:
    if not said:
        require({**_SPEC, **spec}, _order(trigger), judged, "~/config.toml")
        return
    with pytest.raises(GofigureError) as error:
        require({**_SPEC, **spec}, _order(trigger), judged, "~/config.toml")
    assert said in str(error.value)
    assert error.value.hint


def test_a_yes_to_anything_is_no_yes_from_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = {**_SPEC, "reset": "all"}
    monkeypatch.setenv(YES_VARIABLE, "1")
    with pytest.raises(GofigureError, match="somebody has seen"):
        require(spec, _order("page"), Judged("local", ""), "~/config.toml")
    with pytest.raises(GofigureError, match="another list"):
        ask_to_delete(["deployment/a"], spec, _order("page"))
    ask_to_delete(["deployment/a"], spec, _order("manual"))
    monkeypatch.setenv(YES_VARIABLE, list_named(["deployment/b", "deployment/a"], spec))
    require(spec, _order("page"), Judged("local", ""), "~/config.toml")
    ask_to_delete(["deployment/a", "deployment/b"], spec, _order("page"))
    for other in (["deployment/a"], ["deployment/a", "deployment/b", "deployment/c"]):
        with pytest.raises(GofigureError, match="another list"):
            ask_to_delete(other, spec, _order("manual"))
    with pytest.raises(GofigureError, match="another list"):
        ask_to_delete(["deployment/a", "deployment/b"], {**spec, "namespace": "other"}, _order("page"))
