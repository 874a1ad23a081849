"""What a hint tells a person to type can be typed."""

from __future__ import annotations

from pathlib import Path

from gofigure.cli.guard import typed

HINT = "read it, then: gofigure allow"


def test_a_command_that_only_pre_commit_has_is_called_by_its_place(tmp_path: Path) -> None:
    own, others = tmp_path / "own dir", tmp_path / "bin"
    for folder in (own, others):
        folder.mkdir()
        (folder / "gofigure").write_text("")
        (folder / "gofigure").chmod(0o755)
    python = str(own / "python")
    inside = {"PRE_COMMIT": "1", "PATH": f"{own}:/nowhere"}
    assert typed(HINT, inside, python) == f"read it, then: '{python}' -m gofigure allow"
    assert typed(HINT, {**inside, "PATH": f"{own}:{others}"}, python) == HINT
    assert typed(HINT, {"PATH": "/nowhere"}, python) == HINT
    assert typed("git add .gofigure", inside, python) == "git add .gofigure"
