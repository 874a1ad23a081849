"""Stages of pre-commit's hooks, the way that pre_commit_ways has found for them."""

from __future__ import annotations

import shlex

from gofigure.importing import commands, types
from gofigure.importing.expressions import any_of, both, both_found
from gofigure.importing.facts import Line, Stage, lines
from gofigure.importing.given import get, shown
from gofigure.importing.known_hooks import known
from gofigure.importing.pre_commit_ways import OF_FILES, Hook, Way, Whole, expression
from gofigure.targets.pre_commit import PROGRAMS

# Its hooks read nothing but the files.
_PLAIN_REPO = "pre-commit/pre-commit-hooks"
# What a hook of git is told by, for pre-commit itself.
_HANDED = {
    "commit-msg": '--commit-msg-filename "$1"',
    "prepare-commit-msg": '--commit-msg-filename "$1" --prepare-commit-message-source "${2-}"'
    ' --commit-object-name "${3-}"',
    "post-commit": "",
    "post-checkout": '--from-ref "$1" --to-ref "$2" --checkout-type "$3"',
    "post-merge": '--is-squash-merge "$1"',
    "post-rewrite": '--rewrite-command "$1"',
    "pre-rebase": '--pre-rebase-upstream "$1" --pre-rebase-branch "${2-}"',
}
_ASKS = (
    Line("cache", False, "it asks git for the branch, or for what is staged"),
    Line("workspace", "in-place", "another checkout has neither"),
)


def stage_of(whole: Whole, hook: Hook, way: Way, on: str) -> Stage | None:
    """A hook as a stage, for one of git's hooks; None where there is none to be, which is told."""
    if way.kind == "left out":
        whole.reading.leave(hook.line, hook.id, way.why, way.todo)
        return None
    for key, given in hook.table.items():
        if key not in way.honours:
            whole.reading.leave(given.line, f"{hook.id}.{key}", "a stage of its own has no such thing")
    return _own(whole, hook, way, on) if way.kind == "own" else _delegated(whole, hook, way, on)


def _own(whole: Whole, hook: Hook, way: Way, on: str) -> Stage:
    """A stage that does without pre-commit."""
    reading, table = whole.reading, hook.table
    env = reading.pairs(get(table, "env"), f"{hook.id}.env")
    line = commands.joined(way.words)
    by_files = way.each is not None and (on in OF_FILES or on == "manual")
    fix = way.fix and (by_files or on == "pre-commit")
    if get(table, "language").value == "fail":
        line = f"printf '%s\\n' {shlex.quote(' '.join(way.words))} {commands.FILES} >&2; exit 1"
    elif by_files:
        few = f"printf '%s\\0' {commands.FILES} | xargs -0 -n {way.each} {line}"
        line = few if way.each else f"{line} {commands.FILES}"
    elif way.each is not None and on in ("commit-msg", "prepare-commit-msg"):
        line = f'{line} "$1"'
    if by_files:
        inputs = commands.settings_for(whole.place, commands.joined(way.words))
        made = lines(run=line, files=_wanted(whole, hook, way.types or ("", "")), inputs=inputs)
    else:
        made = lines(run=line)
    narrow = "files" in table or "types" in table or "types_or" in table
    more = "; after any change, unless inputs says less" if narrow and way.each is None and on in OF_FILES else ""
    return Stage(
        hook.calls, (*made, *lines(image=way.image, env=env), *_besides(way, fix=fix)), f"{_why(whole, hook)}{more}"
    )


def _delegated(whole: Whole, hook: Hook, way: Way, on: str) -> Stage | None:
    """A stage that has pre-commit run one hook."""
    reading = whole.reading
    missing = not whole.program
    if missing:
        reading.leave(hook.line, hook.id, "pre-commit or prek runs it, neither can be started here: switched off",
                      "pipx install pre-commit, then remove its line enabled = false")  # fmt: skip
    off = (Line("enabled", False, "until pre-commit or prek is installed"),) if missing else ()
    why, called = _why(whole, hook), shlex.quote(hook.calls)
    if on in _HANDED:
        line = f"{whole.program or PROGRAMS[1]} run --hook-stage {on} {called} {_HANDED[on]}".rstrip()
        return Stage(hook.calls, (*lines(run=line), *off), why)
    if on not in (*OF_FILES, "manual"):
        reading.leave(hook.line, f"{hook.id}: stages: {on}", "pre-commit cannot be asked for it in another's hook")
        return None
    stage = on if on == "manual" or (hook.stages and "pre-commit" not in hook.stages) else ""
    made = lines(target="pre-commit", run=f"--hook-stage {stage} {called}" if stage else called)
    if way.each is not None:
        made = (*made, *lines(files=_looked_at(whole, hook, way), inputs=_inputs(whole, hook, way)))
    return Stage(hook.calls, (*made, *_besides(way, fix=way.fix), *off), why)


def _besides(way: Way, *, fix: bool) -> tuple[Line, ...]:
    if way.asks_git and not fix:
        return _ASKS
    return lines(fix=fix)


def _looked_at(whole: Whole, hook: Hook, way: Way) -> str:
    """What pre-commit itself will look at more closely: also names without an ending, known by their first line."""
    narrowed = (way.types or ("", ""))[0] or types.any_of(known(hook.id).types, whole.place) or ""
    return _wanted(whole, hook, (f"{narrowed}|(?:^|/)[^./]+$" if narrowed else "", ""))


def _inputs(whole: Whole, hook: Hook, way: Way) -> tuple[str, ...]:
    """What each file's result depends on besides: settings, and of a local hook the files that make it up."""
    if _PLAIN_REPO in hook.repo:
        return ()
    found = commands.settings_for(whole.place, f"{hook.id} {commands.joined(way.words)}")
    needs = whole.reading.texts(get(hook.table, "additional_dependencies"), f"{hook.id}.additional_dependencies")
    return (*found, *(commands.folders_of(whole.place, needs) if hook.repo == "local" else ()))


def _wanted(whole: Whole, hook: Hook, told: tuple[str, str]) -> str:
    """The files that a hook gets: by the file's own rules, its own, and types."""
    reading = whole.reading
    own = expression(reading, hook.table, "files", f"{hook.id}.files")
    wanted = both_found(both_found(whole.files, own), told[0])
    unwanted = [
        one for one in (whole.exclude, expression(reading, hook.table, "exclude", f"{hook.id}.exclude"), told[1]) if one
    ]
    return both(wanted, any_of(unwanted))


def _why(whole: Whole, hook: Hook) -> str:
    reading, table = whole.reading, hook.table
    name = reading.text(get(table, "name"), f"{hook.id}.name") or reading.text(get(table, "description"), "")
    where = "" if hook.repo == "local" else f", of {hook.repo}"
    return f"{whole.file}: {hook.id}{f' ({shown(name)})' if name and name != hook.id else ''}{where}"
