"""What is written is good TOML and a good configuration, whatever files are called."""

from __future__ import annotations

import tomli
from hypothesis import given
from hypothesis import strategies as st
from support.places import place

from gofigure.config import parse
from gofigure.starter import chosen, config_text, survey
from gofigure.starter.text import literal, plain
from gofigure.targets import KINDS

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=12).filter(
    lambda name: name not in (".", "..")
)
FOLDERS = st.one_of(
    st.just(""), NAMES.map("{}/".format), st.tuples(NAMES, NAMES).map(lambda two: f"{two[0]}/{two[1]}/")
)
FILES = st.sampled_from(
    [
        ("pyproject.toml", "[tool.ruff]\n[tool.mypy]\n"),
        ("pyproject.toml", 'x = { path = "../x" }'),
        ("setup.cfg", "[flake8]\n"),
        ("tests/test_a.py", "import unittest\n"),
        ("test_b.py", "import pytest\n"),
        ("package.json", '{"scripts": {"test": "x", "lint": "y", "build": "z"}}'),
        ("package.json", '{"scripts": {"test": "x"}, "dependencies": {"a": "workspace:*"}}'),
        ("package.json", "{"),
        ("yarn.lock", ""),
        ("go.mod", "replace x => ../x"),
        ("go.mod", ""),
        ("a_test.go", ""),
        ("Cargo.toml", ""),
        ("Makefile", "test:\nlint:\nbuild:\n"),
        (".pre-commit-config.yaml", ""),
        ("Dockerfile", ""),
        ("k8s.yaml", "apiVersion: v1\nkind: Pod\n"),
        ("lefthook.yml", ""),
        ("node_modules", ""),
    ]
)
PROGRAMS = [
    "ruff",
    "flake8",
    "mypy",
    "pytest",
    ".venv/bin/pytest",
    "npm",
    "yarn",
    "go",
    "cargo",
    "make",
    "prek",
    "python3",
]


@given(
    files=st.lists(st.tuples(FOLDERS, FILES), max_size=8),
    programs=st.sets(st.sampled_from(PROGRAMS)),
    pytest_module=st.booleans(),
    in_git=st.booleans(),
)
def test_whatever_is_found_makes_a_good_configuration(
    files: list[tuple[str, tuple[str, str]]],
    programs: set[str],
    pytest_module: bool,
    in_git: bool,
) -> None:
    there = {folder + name: text for folder, (name, text) in files}
    modules = ["pytest"] if pytest_module else []
    found = survey(place(there, programs, modules=modules, in_git=in_git))
    drafts = chosen(found)
    text = config_text(drafts, [one.remark for one in found if one.remark])
    config = parse(text.encode(), "x", targets=tuple(KINDS))
    active = [one.name for one in drafts if one.active]
    assert list(config.stages) == active
    assert [stage for job in config.jobs.values() for stage in job.stages] == sorted(
        active, key=lambda name: config.stages[name].type == "build"
    )
    assert set(active) - {"markers"} <= _possible(programs, modules)
    # What is only a comment is as good once it is uncommented.
    uncommented = [one._replace(missing="") for one in drafts if one.role != "later"]
    assert len(parse(config_text(uncommented).encode(), "x", targets=tuple(KINDS)).stages) == len(uncommented)


def _possible(programs: set[str], modules: list[str]) -> set[str]:
    """Stages that have their program."""
    has = {"pytest"} if modules or "pytest" in programs or ".venv/bin/pytest" in programs else set()
    has |= {"unittest"} if "python3" in programs else set()
    has |= {"pre-commit"} if "prek" in programs else set()
    has |= programs & {"ruff", "flake8", "mypy"}
    for program in programs:
        has |= {f"{program}-{word}" for word in ("lint", "test", "check", "build", "vet")}
    return has


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.one_of(ANY_TEXT, st.lists(ANY_TEXT).map(tuple)))
def test_a_value_is_read_as_it_was_meant(value: str | tuple[str, ...]) -> None:
    read = tomli.loads(f"x = {literal(value)}")["x"]
    assert read == (value if isinstance(value, str) else list(value))


@given(ANY_TEXT)
def test_a_comment_stays_one(text: str) -> None:
    assert tomli.loads(f"# {plain(text)}\nx = 1") == {"x": 1}
    assert plain(text).isprintable()


def test_a_name_cannot_add_a_stage() -> None:
    """The file is allowed as soon as it is written: what stands in it must be ours."""
    evil = "a\n[stages.evil]\nrun = 'evil'\n#"
    files = {f"{evil}/go.mod": "../", f"{evil}/x_test.go": "", f"{evil}/Dockerfile": "", f"{evil}/test_x.py": ""}
    found = survey(place(files, ["pytest", "go"]))
    text = config_text(chosen(found), [evil])
    assert list(parse(text.encode(), "x", targets=tuple(KINDS)).stages) == ["pytest", "go-test"]


def test_a_simple_project_has_a_short_file() -> None:
    files = {"pyproject.toml": "[tool.ruff]\n[tool.mypy]\n", "tests/test_a.py": "", ".gitignore": "__pycache__\n"}
    text = config_text(chosen(survey(place(files, ["ruff", "pytest", "mypy"]))))
    assert text.count("\n") < 30
    assert max(map(len, text.splitlines())) <= 120
