"""pre-commit: what needs no environment of its own becomes a stage like any other, the rest stays with pre-commit.

One stage for each hook. A hook of another repository, or in a language that pre-commit provides, is run by the target
`pre-commit`, on the files that are not proven yet; that also filters by types which names do not tell.
"""

from __future__ import annotations

import shlex
from typing import NamedTuple

from gofigure.errors import ConfigError
from gofigure.importing import commands, types
from gofigure.importing.expressions import any_of, both, both_found, usable, without_layout
from gofigure.importing.facts import Found, Job, Line, Stage, lines
from gofigure.importing.formats import read_any
from gofigure.importing.given import Reading, Table, get, shown
from gofigure.importing.hook_names import as_hook
from gofigure.model import HOOKS
from gofigure.starter import Place
from gofigure.targets.pre_commit import PROGRAMS

NAMES = (".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml")
_TOP = ("repos", "default_install_hook_types", "default_language_version", "default_stages", "files", "exclude",
        "fail_fast", "minimum_pre_commit_version", "minimum_prek_version", "ci", "orphan")  # fmt: skip
_HOOK = ("id", "name", "entry", "language", "files", "exclude", "types", "types_or", "exclude_types", "args", "stages",
         "alias", "additional_dependencies", "always_run", "verbose", "log_file", "language_version", "pass_filenames",
         "require_serial", "fail_fast", "description", "minimum_pre_commit_version", "priority",
         "env", "groups")  # fmt: skip
_OURS = ("system", "script", "unsupported", "unsupported_script", "docker_image", "fail")
_OF_FILES = ("pre-commit", "pre-merge-commit", "pre-push")
# Hooks of known repositories that change files, whatever their arguments.
_FIXERS = frozenset((
    "trailing-whitespace", "end-of-file-fixer", "mixed-line-ending", "fix-byte-order-marker",
    "double-quote-string-fixer", "requirements-txt-fixer", "sort-simple-yaml", "file-contents-sorter",
    "fix-encoding-pragma", "black", "black-jupyter", "isort", "ruff-format", "pyupgrade", "reorder-python-imports",
    "autopep8", "yapf", "docformatter", "add-trailing-comma", "setup-cfg-fmt", "pyproject-fmt", "tox-ini-fmt",
    "yesqa", "blacken-docs", "nbstripout", "mdformat", "prettier", "clang-format", "gofmt", "go-fmt", "goimports",
    "fmt", "cargo-fmt", "rustfmt", "terraform_fmt", "shfmt", "stylua", "taplo-format", "biome-format", "biome-check",
    "typos", "absolufy-imports", "nixfmt", "alejandra", "dotnet-format",
))  # fmt: skip
# Hooks about messages, whose own manifest says so.
_OF_MESSAGES = frozenset(("commitlint", "conventional-pre-commit", "gitlint", "commitizen", "gitlint-ci", "commit-msg"))
# What known hooks look at; pre-commit looks again, so more than they want does no harm.
_TYPES_OF = {
    **dict.fromkeys(
        ("ruff", "ruff-check", "ruff-format", "black", "black-jupyter"), ("python", "pyi", "jupyter", "markdown")),
    **dict.fromkeys(
        ("isort", "flake8", "mypy", "pyupgrade", "pylint", "bandit", "autoflake", "pydocstyle", "debug-statements",
         "check-ast", "check-docstring-first", "name-tests-test"), ("python", "pyi", "cython")),
    **dict.fromkeys(("check-yaml", "yamllint", "sort-simple-yaml"), ("yaml",)),
    **dict.fromkeys(("check-json", "pretty-format-json"), ("json",)),
    "check-toml": ("toml",), "check-xml": ("xml",), "shellcheck": ("shell",), "markdownlint": ("markdown", "mdx"),
}  # fmt: skip
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


class _Whole(NamedTuple):
    """What holds for all hooks."""

    place: Place
    reading: Reading
    file: str
    program: str  # that can be started here; "" if there is none
    files: str
    exclude: str
    stages: tuple[str, ...]  # where a hook is run that does not say
    installed: tuple[str, ...]


class _Hook(NamedTuple):
    """One hook as it is written."""

    id: str
    line: int
    table: Table
    repo: str
    stages: tuple[str, ...]
    calls: str  # what pre-commit calls it by


def files(place: Place) -> tuple[str, ...]:
    return tuple(name for name in NAMES if name in place.files)[:1]


def read(place: Place, names: tuple[str, ...]) -> Found:
    file = names[0]
    reading = Reading(file)
    top = reading.table(read_any(place.read(file), file), "the file")
    if not reading.left and "repos" not in top:
        raise _no_repos(file)
    reading.unknown(top, _TOP, "")
    whole = _whole(place, reading, file, top)
    _tell_top(reading, top)
    hooks = _hooks(reading, top, whole)
    strict = reading.flag(get(top, "fail_fast"), "fail_fast") or any(
        reading.flag(get(hook.table, "fail_fast"), f"{hook.id}.fail_fast") for hook in hooks
    )
    jobs = tuple(_jobs(whole, hooks, strict=strict))
    take_over = tuple(
        f"{name} uninstall{'' if on == 'pre-commit' else f' --hook-type {on}'}"
        for on in HOOKS
        for name in PROGRAMS
        if f"# File generated by {name}:" in place.read(f".git/hooks/{on}")
    )
    return Found("pre-commit", (file,), jobs, tuple(reading.left), take_over)


def _no_repos(file: str) -> ConfigError:
    from gofigure.errors import Problem

    return ConfigError([Problem(file, 1, "", "found no key 'repos', expected a list of repositories")])


def _whole(place: Place, reading: Reading, file: str, top: Table) -> _Whole:
    program = next((name for name in PROGRAMS if place.runs(name)), "")
    told = reading.texts(get(top, "default_install_hook_types"), "default_install_hook_types")
    installed = tuple(one for one in (as_hook(name) for name in told) if one in HOOKS) or ("pre-commit",)
    default = tuple(as_hook(name) for name in reading.texts(get(top, "default_stages"), "default_stages"))
    return _Whole(
        place, reading, file, program,
        _expression(reading, top, "files", "files"), _expression(reading, top, "exclude", "exclude"),
        default, installed,
    )  # fmt: skip


def _tell_top(reading: Reading, top: Table) -> None:
    for name, why, todo in (
        ("ci", "settings of pre-commit.ci", "it stays where it is, for as long as that service is used"),
        ("minimum_pre_commit_version", "gofigure does not ask for a version", ""),
        ("minimum_prek_version", "gofigure does not ask for a version", ""),
    ):
        if name in top:
            reading.leave(top[name].line, name, why, todo)


def _expression(reading: Reading, table: Table, key: str, what: str) -> str:
    """A regular expression, on one line; "" where it says nothing."""
    given = get(table, key)
    text = reading.text(given, what)
    if text in ("", "^$") and key == "exclude":
        return ""
    made = without_layout(text)
    if not usable(made):
        reading.leave(given.line, f"{what}: {shown(text)}", "no regular expression", "mend it there")
        return ""
    return "" if made in (".*", "^.*$") else made


def _hooks(reading: Reading, top: Table, whole: _Whole) -> list[_Hook]:
    found: list[_Hook] = []
    for at, given in enumerate(reading.items(get(top, "repos"), "repos")):
        repo = reading.table(given, f"repos[{at}]")
        address = reading.text(get(repo, "repo"), f"repos[{at}].repo")
        if not address:
            reading.leave(given.line, f"repos[{at}]", "it names no repository", "mend it there")
            continue
        for number, hook in enumerate(reading.items(get(repo, "hooks"), f"repos[{at}].hooks")):
            what = f"repos[{at}].hooks[{number}]"
            table = reading.table(hook, what)
            name = reading.text(get(table, "id"), f"{what}.id")
            if not name:
                reading.leave(hook.line, what, "a hook without an id", "mend it there")
                continue
            reading.unknown(table, _HOOK, name)
            told = tuple(as_hook(one) for one in reading.texts(get(table, "stages"), f"{name}.stages"))
            calls = reading.text(get(table, "alias"), f"{name}.alias") or name
            found.append(_Hook(name, hook.line, table, address, told or whole.stages, calls))
    return found


def _jobs(whole: _Whole, hooks: list[_Hook], *, strict: bool) -> list[Job]:
    """One for each of git's hooks that they are run by; those for `manual` are run by hand."""
    made: list[Job] = []
    for on in (*HOOKS, "manual"):
        stages = [stage for hook in hooks if on in _run_by(whole, hook) if (stage := _stage(whole, hook, on))]
        if not stages:
            continue
        by_hand = on == "manual"
        why = f"{whole.file}: hooks of the stage manual" if by_hand else f"{whole.file}: its hooks for {on}"
        made.append(Job(on, tuple(stages), why, () if by_hand else (on,), strict=strict))
    for hook in hooks:
        for one in hook.stages:
            if one not in HOOKS and one != "manual":
                whole.reading.leave(hook.line, f"{hook.id}: stages: {shown(one)}", "no hook of git")
    return made


def _run_by(whole: _Whole, hook: _Hook) -> tuple[str, ...]:
    if hook.stages:
        return hook.stages
    if hook.id in _OF_MESSAGES:
        return ("commit-msg",)
    return tuple(one for one in whole.installed if one in _OF_FILES) or ("pre-commit",)


def _stage(whole: _Whole, hook: _Hook, on: str) -> Stage | None:
    language = whole.reading.text(get(hook.table, "language"), f"{hook.id}.language")
    if hook.repo == "local" and language in _OURS:
        ours = _own(whole, hook, language, on)
        if ours is not None:
            return ours
    return _delegated(whole, hook, on)


def _why(whole: _Whole, hook: _Hook) -> str:
    reading, table = whole.reading, hook.table
    name = reading.text(get(table, "name"), f"{hook.id}.name") or reading.text(get(table, "description"), "")
    where = "" if hook.repo == "local" else f", of {hook.repo}"
    return f"{whole.file}: {hook.id}{f' ({shown(name)})' if name and name != hook.id else ''}{where}"


def _own(whole: _Whole, hook: _Hook, language: str, on: str) -> Stage | None:
    """A stage that does without pre-commit; None where that would not be the same."""
    reading, table = whole.reading, hook.table
    entry = commands.words_of(reading.text(get(table, "entry"), f"{hook.id}.entry"))
    args = list(reading.texts(get(table, "args"), f"{hook.id}.args"))
    types_told = _types(whole, hook)
    if not entry or types_told is None:
        return None
    image = ""
    if language == "docker_image":
        image, entry = _image(entry)
        if not image:
            return None
    if language in ("script", "unsupported_script") and "/" not in entry[0]:
        entry[0] = f"./{entry[0]}"
    passes = "pass_filenames" not in table or reading.flag(table["pass_filenames"], f"{hook.id}.pass_filenames")
    line = commands.joined([*entry, *args])
    if language == "fail":
        line = f"printf '%s\\n' {shlex.quote(' '.join(entry))} {commands.FILES} >&2; exit 1"
    elif passes and (on in _OF_FILES or on == "manual"):
        line = f"{line} {commands.FILES}"
    elif passes and on in ("commit-msg", "prepare-commit-msg"):
        line = f'{line} "$1"'
    if passes and (on in _OF_FILES or on == "manual"):
        wanted = _wanted(whole, hook, types_told)
        inputs = commands.settings_for(whole.place, line)
        made = lines(run=line, files=wanted, inputs=inputs, image=image, fix=_fixes(hook, line))
    else:
        made = lines(run=line, image=image, fix=_fixes(hook, line) and on == "pre-commit")
    narrow = "files" in table or "types" in table or "types_or" in table
    more = "; after any change, unless inputs says less" if narrow and not passes and on in _OF_FILES else ""
    return Stage(hook.calls, made, f"{_why(whole, hook)}{more}")


def _image(entry: list[str]) -> tuple[str, list[str]]:
    """The image and what is started in it; none where only the image itself says that."""
    if entry[0] == "--entrypoint" and len(entry) > 2:
        return entry[2], [entry[1], *entry[3:]]
    if entry[0].startswith("-") or len(entry) == 1 or entry[1].startswith("-"):
        return "", entry
    return entry[0], entry[1:]


def _fixes(hook: _Hook, line: str) -> bool:
    return hook.id in _FIXERS or commands.is_fixer(f"{hook.id} {line}")


def _types(whole: _Whole, hook: _Hook) -> tuple[str, str] | None:
    """What a name must match, and must not, by the types; None where names do not tell."""
    reading, table = whole.reading, hook.table
    every = reading.texts(get(table, "types"), f"{hook.id}.types")
    some = reading.texts(get(table, "types_or"), f"{hook.id}.types_or")
    none = reading.texts(get(table, "exclude_types"), f"{hook.id}.exclude_types")
    wanted = ""
    for tags in (*((tag,) for tag in every), some):
        pattern = types.any_of(tags, whole.place)
        if pattern is None:
            return None
        wanted = both_found(wanted, pattern)
    unwanted = types.any_of(none, whole.place)
    return None if unwanted is None else (wanted, unwanted)


def _wanted(whole: _Whole, hook: _Hook, told: tuple[str, str]) -> str:
    """The files that a hook gets: by the file's own rules, its own, and types."""
    reading = whole.reading
    own = _expression(reading, hook.table, "files", f"{hook.id}.files")
    wanted = both_found(both_found(whole.files, own), told[0])
    unwanted = [
        one
        for one in (whole.exclude, _expression(reading, hook.table, "exclude", f"{hook.id}.exclude"), told[1])
        if one
    ]
    return both(wanted, any_of(unwanted))


def _delegated(whole: _Whole, hook: _Hook, on: str) -> Stage | None:
    """A stage that has pre-commit run one hook; None where nothing is left to do."""
    reading, table = whole.reading, hook.table
    if hook.repo == "meta" and hook.id == "identity":
        reading.leave(hook.line, "identity", "it only prints names of files", "gofigure why PATH says who reads a file")
        return None
    run = _called(hook, on)
    missing = not whole.program
    if missing:
        reading.leave(hook.line, hook.id, "pre-commit or prek runs it, neither can be started here: switched off",
                      "pipx install pre-commit, then remove its line enabled = false")  # fmt: skip
    why = _why(whole, hook)
    if hook.id in _OF_MESSAGES and not hook.stages:
        on = "commit-msg"
    if on in _HANDED:
        line = f"{whole.program or PROGRAMS[1]} run --hook-stage {on} {shlex.quote(hook.calls)} {_HANDED[on]}".rstrip()
        return Stage(hook.calls, (*lines(run=line), *_switched_off(missing)), why)
    if on not in (*_OF_FILES, "manual"):
        reading.leave(hook.line, f"{hook.id}: stages: {on}", "pre-commit cannot be asked for it in another's hook")
        return None
    words = " ".join([str(one.value) for one in reading.items(get(table, "args"), f"{hook.id}.args")])
    fix = _fixes(hook, f"{hook.id} {words}") or (hook.id.startswith("ruff") and "--fix" in words)
    passes = not (get(table, "pass_filenames").value is False or hook.repo == "meta")
    if not passes:
        made = lines(target="pre-commit", run=run, fix=fix)
    else:
        narrowed = (_types(whole, hook) or ("", ""))[0] or types.any_of(_TYPES_OF.get(hook.id, ()), whole.place) or ""
        wanted = _wanted(whole, hook, (_lenient(narrowed), ""))
        inputs = () if _PLAIN_REPO in hook.repo else commands.settings_for(whole.place, f"{hook.id} {words}")
        made = lines(target="pre-commit", run=run, files=wanted, inputs=inputs, fix=fix)
    return Stage(hook.calls, (*made, *_switched_off(missing)), why)


def _lenient(wanted: str) -> str:
    """What pre-commit itself will look at more closely: also names without an ending, known by their first line."""
    return f"{wanted}|(?:^|/)[^./]+$" if wanted else ""


def _switched_off(missing: bool) -> tuple[Line, ...]:
    return (Line("enabled", False, "until pre-commit or prek is installed"),) if missing else ()


def _called(hook: _Hook, on: str) -> str:
    if on == "manual":
        return f"--hook-stage manual {shlex.quote(hook.calls)}"
    if hook.stages and "pre-commit" not in hook.stages:
        return f"--hook-stage {on} {shlex.quote(hook.calls)}"
    return shlex.quote(hook.calls)
