"""Go: the tests of every module, wherever its go.mod is; where there are none, go vet."""

from __future__ import annotations

from gofigure.starter.commands import in_folders, lead_out
from gofigure.starter.facts import Draft, Found, Place

_FILE = "go.mod"


def find(place: Place) -> Found | None:
    modules = place.below(_FILE)
    if not modules:
        return None
    manifests = [f"{folder}/{_FILE}" if folder else _FILE for folder in modules]
    tests = [path for path in place.files if path.endswith("_test.go")]
    tested = [folder for folder in modules if any(_module_of(path, modules) == folder for path in tests)]
    missing = "" if place.runs("go") else "go cannot be started"
    told = manifests[0] + (f" and {len(manifests) - 1} more" if len(manifests) > 1 else "")
    together = "go.work" in place.files or lead_out(place, manifests)
    if tested:
        lines = in_folders("go_test", "go test ./...", tested, together=together)
        draft = Draft("go-test", "test", f"Tests: {told}", lines, missing)
    else:
        lines = in_folders(None, "go vet ./...", modules, together=together)
        draft = Draft("go-vet", "lint", f"{told}: there are no tests yet", lines, missing)
    return Found("Go", tuple(manifests[:3]), (draft,))


def _module_of(path: str, modules: tuple[str, ...]) -> str | None:
    """The innermost module that holds a file."""
    above = [folder for folder in modules if not folder or path.startswith(f"{folder}/")]
    return max(above, key=len, default=None)
