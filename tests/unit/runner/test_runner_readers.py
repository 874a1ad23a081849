"""Who makes what stands at a path."""

from __future__ import annotations

import pytest

from gofigure.model import Job, Snapshot, Stage
from gofigure.runner.graph import Graph
from gofigure.runner.key import Facts
from gofigure.runner.plan import Content, Plan, Read, Step
from gofigure.runner.readers import makers
from gofigure.snapshot.select import Selector

FACTS = Facts("", (), "test", {}, {}, "", {}, "")
STAGES = (
    Stage("build", outputs=("dist/**", "!dist/README")),
    Stage("pack", outputs=("pack.tar", "dist/pack")),
    Stage("test"),
)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        (b"dist/app.js", ("build",)),
        (b"dist/pack", ("build", "pack")),
        (b"pack.tar", ("pack",)),
        (b"dist/README", ()),
        (b"src/a.py", ()),
    ],
)
def test_who_makes(path: bytes, names: tuple[str, ...]) -> None:
    steps = {
        stage.name: Step(stage, b"", (), FACTS, (Read(Selector(), b"", 1),), (), (), "", gets_arguments=False)
        for stage in STAGES
    }
    here = Snapshot("working tree", b"")
    assert makers(Plan(Job("j", ()), Content(here, here), Graph((), {}), steps), path) == names
