"""`.dockerignore` takes and brings back what docker's own documentation says."""

from __future__ import annotations

import pytest

from gofigure.snapshot.dockerignore import ignored_globs
from gofigure.snapshot.globs import matcher


@pytest.mark.parametrize(
    ("text", "left_out", "sent"),
    [
        ("# comment\n*/temp*\n*/*/temp*\ntemp?", ["a/temp.txt", "a/tempdir/x", "a/b/temporary.txt", "tempa", "tempb/x"],
         ["temp.txt", "a/b/c/temp", "comment"]),
        ("*.md\n!README.md", ["a.md"], ["README.md", "docs/a.md"]),
        ("*.md\n!README*.md\nREADME-secret.md", ["a.md", "README-secret.md"], ["README.md", "README-2.md"]),
        ("*.md\nREADME-secret.md\n!README*.md", ["a.md"], ["README-secret.md"]),
        ("**/*.go", ["a.go", "x/y/a.go"], ["a.gopher"]),
        ("**/node_modules", ["node_modules/a", "x/node_modules/b/c"], ["node_modules_2/a"]),
        ("/build", ["build/a", "build"], ["src/build/a"]),
        ("build/", ["build/a"], ["src/build/a"]),
        ("  spaced  \n", ["spaced/x"], ["other"]),
        ("*\n!src\n!go.mod", ["a", "b/c"], ["src/a", "src/b/c", "go.mod"]),
        ("*\n!src/*.go", ["src/a.txt", "x"], ["src/a.go"]),
        ("src\n!src/keep/**", ["src/a"], ["src/keep/a", "src/keep/b/c"]),
        ("a/../b", ["b/x"], ["a/x"]),
        ("./c", ["c"], ["d/c"]),
        (".\n!x", [], ["x", "y"]),
        ("..\n../z", [], ["z"]),
        ("[ab].txt\n[^a]b", ["a.txt", "b.txt", "xb"], ["c.txt", "ab"]),
        ("\\*.txt", ["*.txt"], ["a.txt"]),
        ("!first\nfirst", ["first"], []),
        ("\ufeffbom", ["bom"], []),
        (".git", [".git/config"], [".gitignore"]),
    ],
)  # fmt: skip
def test_what_is_sent(text: str, left_out: list[str], sent: list[str]) -> None:
    for location in ("", "services/a[1]"):
        matches = matcher(ignored_globs(text, location))
        below = f"{location}/" if location else ""
        assert [path for path in left_out if not matches(f"{below}{path}".encode())] == []
        assert [path for path in sent if matches(f"{below}{path}".encode())] == []


def test_a_location_is_no_pattern() -> None:
    matches = matcher(ignored_globs("x", "a*"))
    assert matches(b"a*/x")
    assert not matches(b"ab/x")
