"""Bringing over a project as a new user would: import, install the hooks, commit. The other tool is not needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.repo import Repo

PRE_COMMIT = """\
exclude: ^vendor/
fail_fast: true
repos:
  - repo: local
    hooks:
      - id: tidy
        name: no blanks at the end
        entry: ./tidy.sh --fix
        language: script
        types: [python]
      - id: compile
        name: it compiles
        entry: python3 -m py_compile
        language: system
        types: [python]
        exclude: ^broken/
      - id: message
        name: a good message
        entry: grep -q '^[A-Z]'
        language: system
        stages: [commit-msg]
"""
TIDY = "#!/bin/sh\nshift\nfor file do sed -i 's/ *$//' \"$file\"; done\n"
LEFTHOOK = """\
pre-commit:
  parallel: true
  commands:
    tidy:
      root: web/
      glob: "*.py"
      run: ../tidy.sh --fix {staged_files}
      stage_fixed: true
    compile:
      glob: "*.py"
      exclude: ["broken/*", "vendor/*"]
      run: python3 -m py_compile {staged_files}
commit-msg:
  jobs:
    - name: message
      run: grep -q '^[A-Z]' {1}
"""
PACKAGE = {"lint-staged": {"*.py": "./tidy.sh --fix", "**/*.py": ["python3 -m py_compile"]}}


def ready(repo: Repo, files: dict[str, str]) -> None:
    repo.write("tidy.sh", TIDY, mode=0o755)
    repo.write(".gitignore", "__pycache__/\n")
    for name, text in files.items():
        repo.write(name, text)


PROJECTS: dict[str, dict[str, str]] = {
    "pre-commit": {".pre-commit-config.yaml": PRE_COMMIT},
    "lefthook": {"lefthook.yml": LEFTHOOK},
    "husky": {
        ".husky/pre-commit": "npx lint-staged\ngrep -rn FORBIDDEN web && exit 1 || true\n",
        ".husky/commit-msg": "grep -q '^[A-Z]' \"$1\"\n",
        "package.json": json.dumps(PACKAGE),
    },
}


@pytest.mark.parametrize("tool", PROJECTS)
def test_a_project_is_brought_over_and_committed_to(repo: Repo, tool: str) -> None:
    ready(repo, PROJECTS[tool])
    repo.write("web/a.py", "x = 1\n")
    shown = repo.gofigure("import")
    assert shown.returncode == 0, shown.stderr.decode()
    assert b"[stages.tidy" in shown.stdout, shown.stdout
    assert b"gofigure install-hooks" in shown.stdout
    assert not (repo.root / ".gofigure.toml").exists()

    assert repo.gofigure("import", "--write").returncode == 0
    assert repo.gofigure("validate").returncode == 0
    assert repo.gofigure("install-hooks").returncode == 0
    first = repo.commit("First")
    assert first.returncode == 0, first.stderr.decode()

    repo.write("web/a.py", "x = 2   \n")
    repo.write("unstaged.txt", "mine\n")
    repo.git("add", "web/a.py")
    mended = repo.try_git("commit", "-q", "-m", "Second")
    assert mended.returncode == 0, mended.stderr.decode()
    assert repo.git("show", "HEAD:web/a.py") == b"x = 2\n"
    assert (repo.root / "web/a.py").read_bytes() == b"x = 2\n"

    repo.write("web/a.py", "x = (\n")
    broken = repo.commit("Third")
    assert broken.returncode != 0
    assert b"SyntaxError" in broken.stderr or b"never closed" in broken.stderr, broken.stderr.decode()
    repo.write("web/a.py", "x = 3\n")
    small = repo.commit("no capital letter")
    assert small.returncode != 0
    assert repo.commit("Fourth").returncode == 0
    (again,) = repo.json("run", "pre-commit")["runs"]
    assert {stage["verdict"] for stage in again["stages"] if "tidy" not in stage["stage"]} == {"reused"}, again


def test_what_stands_there_is_never_written_over(repo: Repo) -> None:
    ready(repo, PROJECTS["lefthook"])
    repo.config("# mine\n")
    done = repo.gofigure("import", "--write")
    assert done.returncode == 2
    assert b"is there already, and stays as it is" in done.stdout
    assert (repo.root / ".gofigure.toml").read_text() == "# mine\n"
    assert repo.gofigure("import").returncode == 0
    assert repo.json("import")["written"] is False


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    what=st.sampled_from(["file", "link", "dangling", "folder", "empty"]), options=st.sampled_from([(), ("--json",)])
)
def test_nothing_of_that_name_is_ever_touched(
    tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str], what: str, options: tuple[str, ...]
) -> None:
    repo = Repo.create(tmp_path_factory.mktemp("repo"), environment)
    ready(repo, PROJECTS["lefthook"])
    place, other = repo.root / ".gofigure.toml", repo.root / "other"
    match what:
        case "file":
            place.write_text("# mine\n")
        case "empty":
            place.write_text("")
        case "link":
            other.write_text("# theirs\n")
            place.symlink_to(other)
        case "dangling":
            place.symlink_to(other)
        case _:
            place.mkdir()
    before = _seen(place, other)
    assert repo.gofigure("import", "--write", *options).returncode == 2
    assert _seen(place, other) == before


def _seen(place: Path, other: Path) -> tuple[object, ...]:
    return (
        place.is_symlink(),
        place.read_bytes() if place.is_file() else None,
        other.read_bytes() if other.exists() else None,
    )


def test_only_the_files_that_are_named(repo: Repo) -> None:
    ready(repo, {**PROJECTS["lefthook"], "Makefile": "test:\n\ttrue\n"})
    made = repo.json("import", "Makefile")
    assert [one["tool"] for one in made["found"]] == ["make"]
    assert [one["stage"] for one in made["stages"]] == ["test"]
    both = repo.json("import")
    assert [one["tool"] for one in both["found"]] == ["lefthook", "make"]
    unknown = repo.gofigure("import", "setup.py")
    assert unknown.returncode == 2
    assert b"setup.py is no file that gofigure import knows" in unknown.stderr


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, b"nothing to bring over"),
        ({"lefthook.yml": "pre-commit: [\n"}, b"lefthook.yml:2: not valid YAML"),
        ({"package.json": "{'a': 1}"}, b"package.json:1: not valid JSON"),
        ({".pre-commit-config.yaml": "repos: 7\na: &a [*a]\n"}, b".pre-commit-config.yaml:2: an alias inside"),
    ],
)
def test_what_cannot_be_brought_over_is_said_in_words(repo: Repo, files: dict[str, str], words: bytes) -> None:
    for name, text in files.items():
        repo.write(name, text)
    done = repo.gofigure("import")
    assert done.returncode == 2
    assert words in done.stderr
    assert b"Traceback" not in done.stderr


def test_what_is_left_over_is_told_and_written_down(repo: Repo) -> None:
    repo.write("lefthook.yml", "extends: [a.yml]\npre-commit: {commands: {a: {run: 'true'}}}\n")
    done = repo.gofigure("import", "--write")
    told = b"lefthook.yml:1: extends: other files that it is made of (bring over what you use of it by hand)"
    assert b"not carried over: " + told in done.stdout
    assert b"# - " + told in (repo.root / ".gofigure.toml").read_bytes()
    left = repo.json("import")["left"]
    assert [(one["file"], one["line"], one["what"]) for one in left] == [("lefthook.yml", 1, "extends")]


def test_tasks_are_run_by_hand(repo: Repo) -> None:
    repo.write("Makefile", "lint:\n\t@echo looked\ntest:\n\tfalse\n")
    done = repo.gofigure("import", "--write")
    assert b"gofigure allow" in done.stdout
    assert repo.gofigure("allow", "--yes").returncode == 0
    (run,) = repo.json("run", "make")["runs"]
    assert [(stage["stage"], stage["verdict"]) for stage in run["stages"]] == [("lint", "passed"), ("test", "failed")]


def test_a_terminal_obeys_nothing_that_a_file_says(repo: Repo) -> None:
    repo.write("lefthook.yml", 'pre-commit: {commands: {"a\\e[31m": {run: "echo \\e[2J", tags: ["\\a"]}}}\n')
    done = repo.gofigure("import")
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"\x07" not in done.stdout + done.stderr


def test_the_older_files_come_first_and_others_are_named(repo: Repo) -> None:
    repo.write("gofigure-check.json", '{"jobType": "test", "jobStages": ["stage-a.json"]}')
    repo.write("stage-a.json", '{"stage": "a", "target": "make", "source": "Makefile", "locations": ["."]}')
    repo.write("lefthook.yml", "pre-commit: {commands: {b: {run: 'true'}}}\n")
    done = repo.gofigure("import")
    assert done.returncode == 0, done.stderr.decode()
    assert b"+[jobs.check]" in done.stdout
    assert b"of lefthook there is also: gofigure import lefthook.yml" in done.stdout
    assert b"[stages.b]" in repo.gofigure("import", "lefthook.yml").stdout
