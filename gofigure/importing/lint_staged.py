"""lint-staged: each command of each glob is a stage, and gets the files that are not proven yet as "$@"."""

from __future__ import annotations

import itertools
import re

from gofigure.importing import commands
from gofigure.importing.expressions import both
from gofigure.importing.facts import Found, Job, Stage, lines
from gofigure.importing.formats import read_any
from gofigure.importing.given import Given, Reading, get, shown
from gofigure.importing.globs import BadGlob, to_files
from gofigure.starter import Place

_RC = (".lintstagedrc", ".lintstagedrc.json", ".lintstagedrc.yaml", ".lintstagedrc.yml")
_SCRIPT = re.compile(r"(?:.*/)?(?:\.lintstagedrc|lint-staged\.config)\.(?:js|cjs|mjs|ts|cts|mts)")
_ANY = re.compile(r"(?:.*/)(?:\.lintstagedrc(?:\.\w+)?)")
PACKAGE = "package.json"
_KEY = "lint-staged"
_MOST = 500  # packages that are looked into


def files(place: Place) -> tuple[str, ...]:
    """Its configuration at the root: in package.json, or a file of its own; others are only named."""
    own = [name for name in _RC if name in place.files]
    scripts = [name for name in place.files if _SCRIPT.fullmatch(name) or _ANY.fullmatch(name)]
    packages = itertools.islice((name for name in place.files if f"/{name}".endswith(f"/{PACKAGE}")), _MOST)
    inside = [name for name in packages if f'"{_KEY}"' in _without_dependencies(place.read(name))]
    inside.sort(key=lambda name: name != PACKAGE)
    return tuple(dict.fromkeys((*inside[:1], *own, *inside[1:], *scripts)))


def _without_dependencies(text: str) -> str:
    return re.sub(r'"lint-staged"\s*:\s*"[^"]*"', "", text)


def read(place: Place, names: tuple[str, ...]) -> Found:
    reading = Reading(names[0])
    stages: list[Stage] = []
    for name in names:
        reading.file = name
        if _SCRIPT.fullmatch(name):
            reading.leave(0, "the whole file", "a program decides what runs, and it is not run here",
                          "write its globs and commands as stages: files = ..., run = ...")  # fmt: skip
        elif "/" in name:
            reading.leave(0, "the whole file", "settings of a folder below", "bring them over by hand")
        elif not stages:
            given = read_any(place.read(name), name)
            if name == PACKAGE:
                given = get(reading.table(given, name), _KEY)
            stages = _stages(place, reading, name, given)
    job = Job("pre-commit", tuple(stages), f"{names[0]}: lint-staged", ("pre-commit",))
    return Found(_KEY, names, (job,) if stages else (), tuple(reading.left))


def _stages(place: Place, reading: Reading, name: str, given: Given) -> list[Stage]:
    made: list[Stage] = []
    for glob, value in reading.table(given, _KEY).items():
        try:
            wanted = _wanted(glob)
        except BadGlob as error:
            reading.leave(
                value.line, shown(glob), f"a glob that is not understood: {error}", "write its stages by hand"
            )
            continue
        for line in reading.texts(value, shown(glob)):
            stage = _stage(place, reading, value, name, glob, wanted, line)
            made += [stage] if stage is not None else []
    return made


def _wanted(glob: str) -> str:
    if glob.startswith("!") and not glob.startswith("!("):
        return both("", to_files(glob[1:], "micromatch"))
    return to_files(glob, "micromatch")


def _stage(place: Place, reading: Reading, given: Given, name: str, glob: str, wanted: str, line: str) -> Stage | None:
    words = commands.words_of(line)
    if not words:
        reading.leave(given.line, shown(line), "its quotes are not closed", "mend it there")
        return None
    if words[:2] == ["git", "add"]:
        return None  # what changed is added by gofigure
    words = commands.from_modules(place, words)
    run = f"{commands.joined(words)} {commands.FILES}"
    inputs = commands.settings_for(place, run)
    made = lines(run=run, files=wanted, inputs=inputs, fix=not commands.only_looks(line))
    return Stage(_named(words), made, f"{name}: lint-staged, {shown(glob)}: {shown(line)}")


def _named(words: list[str]) -> str:
    """By its program."""
    known = [word for word in words if word not in ("npx", "yarn", "pnpm", "npm", "run", "exec", "bunx", "node", "dlx")]
    plain = [word for word in known if not word.startswith("-")]
    return (plain or words)[0].rpartition("/")[2]
