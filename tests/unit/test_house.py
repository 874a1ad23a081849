"""The rules of the house: layers, sizes, and that what is said is true."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from gofigure.cli.main import gofigure as command

ROOT = Path(__file__).resolve().parent.parent.parent
MODULES = sorted((ROOT / "gofigure").rglob("*.py"))


def test_imports_point_down_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0, capsys.readouterr().out


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_small_and_says_what_it_is(module: Path) -> None:
    text = module.read_text()
    tree = ast.parse(text)
    assert text.count("\n") <= 400
    assert (ast.get_docstring(tree) or "").partition("\n")[0].endswith((".", ";", ":")), "begin with one sentence"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 60, f"{node.name} is too long"


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text()
    for name in command.list_commands(None):  # type: ignore[arg-type]
        assert f"`gofigure {name}" in readme, name


def test_every_decision_is_one_page() -> None:
    for page in (ROOT / "docs" / "decisions").glob("*.md"):
        assert page.read_text().count("\n") < 60, page.name
