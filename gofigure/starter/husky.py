"""husky and lint-staged: both may stay; hooks that are installed are kept, and run first."""

from __future__ import annotations

import re

from gofigure.starter.facts import Found, Place

_HOOKS = (".husky/pre-commit", ".husky/commit-msg", ".husky/pre-push", ".huskyrc", ".huskyrc.json")
_STAGED = (".lintstagedrc", ".lintstagedrc.json", ".lintstagedrc.yaml", ".lintstagedrc.yml", "lint-staged.config.js",
           "lint-staged.config.mjs", "lint-staged.config.cjs")  # fmt: skip
_PACKAGE = "package.json"


def find(place: Place) -> Found | None:
    package = place.read(_PACKAGE)
    husky = next((name for name in _HOOKS if name in place.files or place.exists(name)), "")
    staged = next((name for name in _STAGED if name in place.files), "")
    husky = husky or (_PACKAGE if re.search(r'"husky"\s*:\s*\{', package) else "")
    staged = staged or (_PACKAGE if re.search(r'"lint-staged"\s*:\s*[{\[]', package) else "")
    if not husky and not staged:
        return None
    tools = " and ".join([*(["husky"] if husky else []), *(["lint-staged"] if staged else [])])
    kept = "; its installed hooks are kept, and run first" if husky else ""
    remark = f"{husky or staged}: nothing here runs what {tools} has; gofigure import brings it over{kept}"
    return Found(tools, (husky or staged,), remark=remark)
