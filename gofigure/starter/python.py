"""Python: ruff, flake8 and mypy where they are configured; tests by pytest, or else by unittest."""

from __future__ import annotations

import re

from gofigure.starter.commands import in_folders, lead_out, word
from gofigure.starter.facts import Draft, Found, Line, Place

_MARKS = ("pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "pytest.ini", "requirements.txt")
_TEST = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test)\.py$")
_VENVS = (".venv", "venv", "env")
_MOST_READ = 50  # test files that are opened to see what they are written for
# Where each linter may be configured: a section of a file, or the whole of one ("").
_RUFF = {"pyproject.toml": r"\[tool\.ruff[\].]", "ruff.toml": "", ".ruff.toml": ""}
_FLAKE8 = {"setup.cfg": r"\[flake8\]", "tox.ini": r"\[flake8\]", ".flake8": ""}
_MYPY = {"pyproject.toml": r"\[tool\.mypy\]", "setup.cfg": r"\[mypy\]", "mypy.ini": "", ".mypy.ini": ""}


def find(place: Place) -> Found | None:
    tests = tuple(path for path in place.files if _TEST.search(path))
    marks = tuple(name for name in _MARKS if name in place.files)
    projects = place.below("pyproject.toml")
    drafts = [
        draft
        for draft in (
            _per_file(place, "ruff", _RUFF, 'check --no-fix --force-exclude "$@"'),
            _per_file(place, "flake8", _FLAKE8, '"$@"'),
            _mypy(place),
            _tests(place, tests, () if marks else projects) if tests else None,
        )
        if draft is not None
    ]
    told = [*(marks or [f"{folder}/pyproject.toml" for folder in projects[:3]])]
    if not told and not drafts:
        return None
    if tests:
        told.append(f"{len(tests)} test file{'s' if len(tests) > 1 else ''}")
    return Found("Python", tuple(told), tuple(drafts))


def _configured(place: Place, where: dict[str, str]) -> str:
    """The first file that configures a linter; "" if none does."""
    for name, section in where.items():
        if name in place.files and (not section or re.search(rf"^\s*{section}", place.read(name), re.MULTILINE)):
            return name
    return ""


def _program(place: Place, name: str) -> str:
    """The project's own, for it knows the project's packages; or the one on PATH; "" if there is neither."""
    for venv in _VENVS:
        if place.runs(f"{venv}/bin/{name}"):
            return f"{venv}/bin/{name}"
    return name if place.runs(name) else ""


def _per_file(place: Place, name: str, where: dict[str, str], words: str) -> Draft | None:
    settings = _configured(place, where)
    if not settings:
        return None
    program = _program(place, name)
    lines = (
        Line("run", f"{program or name} {words}", 'the files that are not proven yet arrive as "$@"'),
        Line("files", r"\.py$"),
        Line("inputs", (settings,), "what the result of every file depends on"),
    )
    return Draft(name, "lint", f"{settings} configures {name}", lines, "" if program else _absent(name))


def _mypy(place: Place) -> Draft | None:
    settings = _configured(place, _MYPY)
    if not settings:
        return None
    program = _program(place, "mypy")
    chosen = re.search(r"^\s*(files|packages|modules)\s*=", place.read(settings), re.MULTILINE)
    lines = (
        Line("run", f"{program or 'mypy'}{'' if chosen else ' .'}"),
        Line("inputs", ("**/*.py", "**/*.pyi", settings), "all at once: a module's types come from others"),
    )
    return Draft("mypy", "lint", f"{settings} configures mypy", lines, "" if program else _absent("mypy"))


def _tests(place: Place, tests: tuple[str, ...], projects: tuple[str, ...]) -> Draft:
    """All tests at once, or those of each sub-project."""
    why = f"Tests: {tests[0]}" + (f" and {len(tests) - 1} more" if len(tests) > 1 else "")
    folders = [one for one in projects if any(path.startswith(f"{one}/") for path in tests)]
    if not all(any(path.startswith(f"{one}/") for one in folders) for path in tests):
        folders = []
    name, command, missing = _runner(place, tests, apart=bool(folders))
    if folders:
        together = lead_out(place, [f"{one}/pyproject.toml" for one in folders])
        lines = in_folders("pytest" if command == "pytest" else None, command, folders, together=together)
    else:
        narrow = 'reads everything; narrower: inputs = ["src/**", "tests/**", ...]'
        lines = (Line("target", "pytest", narrow) if command == "pytest" else Line("run", command, narrow),)
    return Draft(name, "test", why, (*lines, *_leaving_nothing(place)), missing)


def _runner(place: Place, tests: tuple[str, ...], *, apart: bool) -> tuple[str, str, str]:
    """What can run the tests here: the stage's name, the command, and why it cannot be used."""
    program = "pytest" if apart and place.runs("pytest") else "" if apart else _program(place, "pytest")
    if program:
        return "pytest", program, ""
    if place.imports("pytest"):
        return "pytest", "python3 -m pytest", ""
    for_unittest = "" if apart else _unittest(place, tests)
    if for_unittest and place.runs("python3"):
        return "unittest", for_unittest, ""
    return "pytest", "pytest", _absent("pytest")


def _unittest(place: Place, tests: tuple[str, ...]) -> str:
    """The command for tests that need no more than Python; "" if they need more, or lie in several places."""
    texts = [place.read(path) for path in tests[:_MOST_READ]]
    folders = {path.rpartition("/")[0] for path in tests}
    if len(folders) > 1 or not all("unittest" in text and "pytest" not in text for text in texts):
        return ""
    (folder,) = folders
    return "python3 -m unittest discover" + (f" -s {word(folder)}" if folder else "")


def _leaving_nothing(place: Place) -> tuple[Line, ...]:
    env = {}
    if not place.in_git or not re.search(r"__pycache__|\*\.py\[|\*\.pyc", place.read(".gitignore")):
        env["PYTHONDONTWRITEBYTECODE"] = "1"
    if not place.in_git:  # in git its cache ignores itself
        env["PYTEST_ADDOPTS"] = "-p no:cacheprovider"
    return (Line("env", env, "what a stage leaves behind would count as a change"),) if env else ()


def _absent(name: str) -> str:
    return f"{name} cannot be started, from PATH or from .venv"
