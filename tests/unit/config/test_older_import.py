"""The older files into TOML: the text loads to the same values, and nothing of what was there is touched."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gofigure.config import parse, parse_layers, read_layers
from gofigure.config.importing import import_older
from gofigure.errors import ConfigError, GofigureError
from gofigure.model import HOOKS

TARGETS = ("checkout", "docker", "go_test", "kubernetes", "make", "pytest", "shell")
TYPES = ("checkout", "build", "test", "deploy")

_NAMES = st.from_regex(r"[\w][\w.-]{0,9}", fullmatch=True).filter(lambda name: len(name.encode()) < 60)
_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20).filter(
    lambda text: bool(text.strip())
)
_PATHS = (
    st.lists(st.sampled_from("abéπ'\" \\.#"), min_size=1, max_size=4)
    .map("".join)
    .filter(lambda p: p not in (".", ".."))
)
_PATTERNS = st.sampled_from([r".*_test\.go", "Dockerfile", r"it's \"", r"\'\\\x41", "a\tb", "\x7f", "[]'a-z]+$"])


def _stage(name: str) -> st.SearchStrategy[dict[str, Any]]:
    some = {
        "source": _PATTERNS,
        "locations": st.lists(_PATHS, max_size=4, unique=True),
    }
    by_line = st.fixed_dictionaries(
        {"stage": st.just(name), "stageExecution": _TEXT.filter(lambda line: line != "default")},
        optional={**some, "target": st.sampled_from(TARGETS)},
    )
    by_target = st.fixed_dictionaries(
        {"stage": st.just(name), "target": st.sampled_from(("go_test", "make", "pytest"))},
        optional={**some, "stageExecution": st.just("default")},
    )
    image = st.fixed_dictionaries({"stage": st.just(name), "target": st.just("docker")}, optional={"source": _PATTERNS})
    checkout = st.fixed_dictionaries(
        {
            "stage": st.just(name),
            "target": st.just("checkout"),
            "url": st.sampled_from(("/srv/x.git", "https://a.b/c")),
        },
        optional={"ref": st.sampled_from(("main", "v1.0", "pull/7/head"))},
    )
    deploy = st.fixed_dictionaries(
        {
            "stage": st.just(name),
            "target": st.just("kubernetes"),
            "context": st.sampled_from(("minikube", "kind-é")),
            "namespace": st.just("dev"),
        },
        optional=some,
    )
    return by_line | by_target | image | checkout | deploy


@st.composite
def _files(draw: st.DrawFn) -> dict[str, str]:
    """Job files and stage files."""
    files: dict[str, str] = {}
    names = draw(st.lists(_NAMES, min_size=1, max_size=5, unique=True))
    for number, name in enumerate(names):
        files[f"stage-{number}.json"] = json.dumps(draw(_stage(name)), ensure_ascii=draw(st.booleans()))
    for name in draw(st.lists(_NAMES, min_size=1, max_size=3, unique_by=str.casefold)):
        automated = draw(st.booleans())
        some: dict[str, st.SearchStrategy[Any]] = {
            "jobType": st.sampled_from(TYPES),
            "strictDependency": st.booleans(),
            "watchFunction": st.just("file_hash"),
        }
        if automated:
            some["hooks"] = st.lists(st.sampled_from(HOOKS), unique=True)
        stages = st.lists(
            st.sampled_from(sorted(files.keys() & {f"stage-{n}.json" for n in range(5)})), min_size=1, unique=True
        )
        job = draw(st.fixed_dictionaries({"jobStages": stages, "automated": st.just(automated)}, optional=some))
        files[f"gofigure-{name}.json"] = json.dumps(job)
    if draw(st.booleans()):
        files[".fignore"] = "node_modules\n*.log\nit's/\"odd\n"
    return files


@given(_files(), st.sampled_from([b"", b"# mine", b"settle = 1\n", b"[jobs]\r\n[stages]\r\n"]))
def test_the_text_loads_to_the_same_values(files: dict[str, str], before: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in files.items():
            (root / name).write_text(text)
        path = str(root / ".gofigure.toml")
        if before:
            (root / ".gofigure.toml").write_bytes(before)
        meant = parse_layers(read_layers(path), targets=TARGETS)
        imported = import_older(path, (), targets=TARGETS)
    assert imported.after.startswith(before)
    told = parse(imported.after, path, targets=TARGETS)
    assert (told.jobs, told.stages, told.settle) == (meant.jobs, meant.stages, meant.settle)
    unused = {name for name in files if name[:6] == "stage-" and f'"{name}"' not in str(files.values())}
    assert set(imported.replaced) == files.keys() - unused


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in "ab":
        (tmp_path / f"gofigure-{name}.json").write_text(json.dumps({"jobStages": [f"stage-{name}.json"]}))
        (tmp_path / f"stage-{name}.json").write_text(json.dumps({"stage": name, "target": "make"}))
    return tmp_path


def test_one_of_several_jobs(root: Path) -> None:
    imported = import_older(str(root / ".gofigure.toml"), ["gofigure-b.json"], targets=TARGETS)
    assert imported.before is None
    assert imported.after.decode() == (
        '# from gofigure-b.json\n[jobs.b]\nstages = ["b"]\n\n'
        '# from stage-b.json\n[stages.b]\ntype = "test"\ntarget = "make"\n'
    )
    assert imported.replaced == ("gofigure-b.json", "stage-b.json")


def test_a_stage_that_another_job_reads_stays(root: Path) -> None:
    (root / "gofigure-a.json").write_text('{"jobStages": ["stage-a.json", "stage-b.json"]}')
    with pytest.raises(GofigureError, match=r"stage-b\.json is also a stage of a job that is not to be imported"):
        import_older(str(root / ".gofigure.toml"), ["gofigure-b.json"], targets=TARGETS)


def test_a_stage_that_no_job_names(root: Path) -> None:
    (root / "stage-c.json").write_text('{"stage": "c", "target": "make"}')
    imported = import_older(str(root / ".gofigure.toml"), ["stage-c.json"], targets=TARGETS)
    assert (imported.jobs, imported.stages, imported.replaced) == ((), ("c",), ("stage-c.json",))


def test_files_in_folders(root: Path) -> None:
    (root / "old").mkdir()
    (root / "old/gofigure-c.json").write_text('{"jobStages": ["old/stage-c.json"]}')
    (root / "old/stage-c.json").write_text('{"stage": "c", "target": "make"}')
    path = str(root / ".gofigure.toml")
    imported = import_older(path, ["old/gofigure-c.json"], targets=TARGETS)
    assert (imported.jobs, imported.stages) == (("c",), ("c",))
    assert imported.replaced == ("old/gofigure-c.json", "old/stage-c.json")
    assert import_older(path, ["old/stage-c.json"], targets=TARGETS).replaced == ("old/stage-c.json",)


def test_names_that_are_taken(root: Path) -> None:
    (root / ".gofigure.toml").write_text('[stages.b]\nrun = "true"\n')
    with pytest.raises(ConfigError, match=r'stage-b.json:1: the stage "b" is also in .*/\.gofigure\.toml:1'):
        import_older(str(root / ".gofigure.toml"), (), targets=TARGETS)


def test_a_file_that_leaves_no_room(root: Path) -> None:
    (root / ".gofigure.toml").write_text("jobs = {}\n")
    with pytest.raises(GofigureError, match="leaves no room for other tables"):
        import_older(str(root / ".gofigure.toml"), (), targets=TARGETS)


def test_nothing_to_import(tmp_path: Path) -> None:
    with pytest.raises(GofigureError, match=r"no gofigure-JOB\.json in"):
        import_older(str(tmp_path / ".gofigure.toml"), (), targets=TARGETS)
    with pytest.raises(ConfigError, match=r"no gofigure-x\.json in"):
        import_older(str(tmp_path / ".gofigure.toml"), ["gofigure-x.json"], targets=TARGETS)
