"""lefthook: each command, script and job is a stage; what it hands over as `{staged_files}` arrives as "$@"."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from gofigure.importing import commands
from gofigure.importing.conditions import Conditions, conditions
from gofigure.importing.expressions import any_of, both, both_found, usable
from gofigure.importing.facts import Found, Job, Left, Stage, lines
from gofigure.importing.formats import read_any
from gofigure.importing.given import Given, Reading, Table, get, shown
from gofigure.importing.globs import BadGlob, Dialect, to_changed, to_files
from gofigure.model import HANDS_NOTHING, HOOKS
from gofigure.starter import Place

_ENDINGS = (".yml", ".yaml", ".toml", ".json", ".jsonc")
_MAIN = tuple(f"{dot}lefthook{ending}" for ending in _ENDINGS for dot in ("", ".")) + tuple(
    f".config/lefthook{ending}" for ending in _ENDINGS
)
_LOCAL = tuple(f"{dot}lefthook-local{ending}" for ending in _ENDINGS for dot in ("", "."))
_QUIET = ("colors", "output", "skip_output", "no_tty", "min_version", "assert_lefthook_installed", "skip_lfs",
          "no_auto_install", "install_non_git_hooks", "glob_matcher", "source_dir", "source_dir_local", "templates",
          "lefthook", "$schema")  # fmt: skip
_NAMED = {
    "extends": "other files that it is made of",
    "remotes": "configurations of other repositories",
    "remote": "a configuration of another repository",
    "rc": "a script that is read before each hook",
}
_HOOK = ("parallel", "piped", "follow", "files", "exclude_tags", "skip", "only", "commands", "scripts", "jobs", "setup",
         "fail_on_changes", "fail_on_changes_diff", "exclude")  # fmt: skip
_JOB = ("name", "run", "script", "runner", "args", "root", "files", "glob", "exclude", "file_types", "tags", "env",
        "only", "skip", "stage_fixed", "interactive", "use_stdin", "group", "fail_text", "priority", "timeout",
        "follow")  # fmt: skip
_MOST = 500  # jobs of one hook
_FILES = re.compile(r"""(["']?)\{(?:staged_files|push_files|all_files|files)\}\1""")
_NUMBERED = re.compile(r"""(["']?)\{([1-9])\}\1""")
_ALL_ARGUMENTS = re.compile(r"""(["']?)\{0\}\1""")
_EXPRESSION = re.compile(r"[\^$()|]|\\\.")
_OTHER = re.compile(r"\{(cmd|lefthook_job_name)\}")


class _Whole(NamedTuple):
    place: Place
    reading: Reading
    file: str
    dialect: Dialect
    templates: dict[str, str]
    scripts: str  # the folder of scripts


class _Around(NamedTuple):
    """What a job has from its groups and its hook."""

    hook: str
    root: str = ""
    globs: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    conditions: Conditions = Conditions()
    without: frozenset[str] = frozenset()  # tags


class _One(NamedTuple):
    """One job as it is written."""

    name: str
    given: Given
    table: Table
    script: str  # "" where it is a line
    order: tuple[float, str]


def files(place: Place) -> tuple[str, ...]:
    main = next((name for name in _MAIN if name in place.files or _is_there(place, name)), "")
    local = next((name for name in _LOCAL if name in place.files), "")
    return tuple(name for name in (main, local) if name)


def _is_there(place: Place, name: str) -> bool:
    return name.startswith(".config/") and bool(place.read(name))


def read(place: Place, names: tuple[str, ...]) -> Found:
    reading = Reading(names[0])
    top: Table = {}
    for name in names:
        if name in _LOCAL:
            reading.left.append(Left(name, 0, "the whole file", "one person's own, and what is made here is for all",
                                     "write what it changes into .gofigure.local.toml, which git ignores"))  # fmt: skip
        else:
            top = reading.table(read_any(place.read(name), name), name)
    whole = _whole(place, reading, names[0], top)
    for name, why in _NAMED.items():
        if name in top:
            reading.leave(top[name].line, name, why, "bring over what you use of it by hand")
    jobs: list[Job] = []
    for name, given in top.items():
        if name in _QUIET or name in _NAMED:
            continue
        if isinstance(given.value, dict):
            made = _hook(whole, name, reading.table(given, name))
            jobs += [made] if made is not None else []
        else:
            reading.unknown({name: given}, (*_QUIET, *_NAMED, *HOOKS), "")
    kept = any("lefthook" in place.read(f".git/hooks/{hook}") for hook in HOOKS)
    return Found("lefthook", names, tuple(jobs), tuple(reading.left), ("lefthook uninstall",) if kept else ())


def _whole(place: Place, reading: Reading, file: str, top: Table) -> _Whole:
    by_rule = reading.text(get(top, "glob_matcher"), "glob_matcher")
    templates = reading.pairs(get(top, "templates"), "templates")
    folder = reading.text(get(top, "source_dir"), "source_dir").strip("/") or ".lefthook"
    dialect: Dialect = "doublestar" if by_rule == "doublestar" else "gobwas"
    return _Whole(place, reading, file, dialect, templates, folder)


def _hook(whole: _Whole, hook: str, table: Table) -> Job | None:
    reading = whole.reading
    reading.unknown(table, _HOOK, hook)
    if "files" in table:
        _tell_files(reading, table["files"], f"{hook}.files")
    if "setup" in table:
        reading.leave(table["setup"].line, f"{hook}.setup", "what it prepares is no check", "do it once, by hand")
    around = _Around(
        hook,
        excludes=_texts_of(reading, table, "exclude", hook),
        conditions=conditions(reading, table, hook),
        without=frozenset(reading.texts(get(table, "exclude_tags"), f"{hook}.exclude_tags")),
    )
    stages: list[Stage] = []
    piped = _flow(whole, table, around, hook, stages)
    if not stages:
        return None
    by_hand = hook not in HOOKS
    why = f"{whole.file}: {hook}" + (", which is no hook of git" if by_hand else "")
    return Job(hook, tuple(stages), why, () if by_hand else (hook,), strict=piped, goes_on=not piped)


def _texts_of(reading: Reading, table: Table, key: str, what: str) -> tuple[str, ...]:
    return reading.texts(get(table, key), f"{what}.{key}")


def _flow(whole: _Whole, table: Table, around: _Around, what: str, stages: list[Stage]) -> bool:
    """Add the stages of a hook or group; whether they stop at the first failure."""
    piped = whole.reading.flag(get(table, "piped"), f"{what}.piped")
    for one in _ordered(whole, table, what):
        if len(stages) >= _MOST:
            whole.reading.leave(one.given.line, what, f"more than {_MOST} jobs")
            break
        _job(whole, one, around, stages)
    return piped


def _ordered(whole: _Whole, table: Table, what: str) -> list[_One]:
    """Commands and scripts by priority and name, as lefthook runs them; jobs as they stand."""
    reading = whole.reading
    found = [
        _One(name, given, one, name if kind == "scripts" else "", _rank(reading, one, name))
        for kind in ("commands", "scripts")
        for name, given in reading.table(get(table, kind), f"{what}.{kind}").items()
        for one in [reading.table(given, f"{what}.{kind}.{name}")]
    ]
    found.sort(key=lambda one: one.order)
    for at, given in enumerate(reading.items(get(table, "jobs"), f"{what}.jobs")):
        one = reading.table(given, f"{what}.jobs[{at}]")
        script = reading.text(get(one, "script"), f"{what}.jobs[{at}].script")
        name = reading.text(get(one, "name"), f"{what}.jobs[{at}].name") or script
        found.append(_One(name or _first_words(reading, one) or f"{what}-{at + 1}", given, one, script, (0, "")))
    return found


def _rank(reading: Reading, table: Table, name: str) -> tuple[float, str]:
    told = reading.text(get(table, "priority"), f"{name}.priority")
    return (float(told) if told.isdecimal() and int(told) else float("inf"), name)


def _first_words(reading: Reading, table: Table) -> str:
    words = commands.words_of(reading.text(get(table, "run"), "run"))
    return "-".join(word for word in words[:2] if word[:1].isalpha())


def _job(whole: _Whole, one: _One, around: _Around, stages: list[Stage]) -> None:
    reading, table = whole.reading, one.table
    reading.unknown(table, _JOB, one.name)
    mine = _narrowed(whole, one, around)
    tags = reading.texts(get(table, "tags"), f"{one.name}.tags")
    if tags and around.without.intersection(tags):
        reading.leave(one.given.line, one.name, f"exclude_tags leaves it out ({', '.join(tags)})")
        return
    if "group" in table:
        below = reading.table(table["group"], f"{one.name}.group")
        start = len(stages)
        if _flow(whole, below, mine, f"{one.name}.group", stages):
            for at in range(start + 1, len(stages)):
                stages[at] = stages[at]._replace(needs=(at - 1,))
        return
    line = _line(whole, one, mine)
    if line:
        stages.append(_stage(whole, one, mine, line))


def _narrowed(whole: _Whole, one: _One, around: _Around) -> _Around:
    reading, table = whole.reading, one.table
    root = reading.text(get(table, "root"), f"{one.name}.root").removeprefix("./").strip("/") or around.root
    own = conditions(reading, table, one.name)
    return around._replace(
        root="" if root == "." else root,
        globs=_texts_of(reading, table, "glob", one.name) or around.globs,
        excludes=(*around.excludes, *_texts_of(reading, table, "exclude", one.name)),
        conditions=around.conditions.with_those(own),
    )


def _line(whole: _Whole, one: _One, around: _Around) -> str:
    """The shell line as it is written; "" where there is none, which is told."""
    reading, table = whole.reading, one.table
    if one.script:
        runner = reading.text(get(table, "runner"), f"{one.name}.runner")
        place = f"{whole.scripts}/{around.hook}/{one.script}"
        arguments = "" if around.hook in HANDS_NOTHING or around.hook not in HOOKS else f" {commands.FILES}"
        extra = reading.text(get(table, "args"), f"{one.name}.args")
        return " ".join(part for part in (runner, shlex.quote(place), extra) if part) + arguments
    line = reading.text(get(table, "run"), f"{one.name}.run")
    if not line:
        reading.leave(one.given.line, one.name, "it has nothing to run")
        return ""
    if "args" in table:
        line = f"{line} {reading.text(table['args'], f'{one.name}.args')}"
    for name, text in whole.templates.items():
        line = line.replace(f"{{{name}}}", text)
    line = _OTHER.sub(lambda match: one.name if match[1] == "lefthook_job_name" else match[0], line)
    if "{cmd}" in line:
        reading.leave(one.given.line, one.name, "{cmd} puts another file's line in here", "write its line out")
        return ""
    return line


def _stage(whole: _Whole, one: _One, around: _Around, line: str) -> Stage:
    reading, table = whole.reading, one.table
    flags = {
        key: reading.flag(get(table, key), f"{one.name}.{key}") for key in ("stage_fixed", "interactive", "use_stdin")
    }
    takes_files = bool(_FILES.search(line))
    line = _ALL_ARGUMENTS.sub(commands.FILES, _NUMBERED.sub(r'"$\2"', _with_files(line)))
    if flags["use_stdin"]:
        reading.leave(one.given.line, f"{one.name}.use_stdin", "a stage reads no input",
                      "what git hands to pre-push by name: GOFIGURE_REFS, GOFIGURE_FROM_REF")  # fmt: skip
    if "files" in table:
        _tell_files(reading, table["files"], f"{one.name}.files")
    types = reading.texts(get(table, "file_types"), f"{one.name}.file_types")
    if types:
        reading.leave(one.given.line, f"{one.name}.file_types: {', '.join(types)}", "names of files do not tell that",
                      "say in files which names are meant")  # fmt: skip
    if "tags" in table:
        reading.leave(one.given.line, f"{one.name}.tags", "there are none here", "SKIP=NAME leaves a stage out")
    wanted = _wanted(whole, one, around) if takes_files else None
    changed = () if takes_files else _changed(whole, one, around)
    inputs = commands.settings_for(whole.place, line, around.root) if takes_files else ()
    line = line if one.script else _without_e(line)
    line = _with_fail_text(reading, one, _in_root(line, around.root, takes_files=takes_files))
    fix = flags["stage_fixed"] or (takes_files and commands.is_fixer(line))
    started = lines(run=line) if takes_files else commands.how_to_run(line)
    made = lines(
        files=wanted, inputs=inputs, env=reading.pairs(get(table, "env"), f"{one.name}.env"),
        fix=fix and not flags["interactive"], interactive=flags["interactive"],
        timeout=reading.text(get(table, "timeout"), f"{one.name}.timeout"), changed=changed,
    )  # fmt: skip
    return Stage(
        one.name, (*started, *made, *around.conditions.lines()), f"{whole.file}: {around.hook}, {shown(one.name)}"
    )


def _without_e(line: str) -> str:
    """The line as lefthook runs it: the last command decides, whatever became of those before."""
    if "\n" in line.strip():
        return f"set +e\n{line}"
    return f"set +e; {line}" if re.search(r";\s*\S", line) else line


def _with_files(line: str) -> str:
    """The line with its files as arguments; within a text of another command they are words of that, as they were."""
    out: list[str] = []
    start = 0
    for match in _FILES.finditer(line):
        inside = _open_quote(line[: match.start()])
        out += [line[start : match.start()], {"": commands.FILES, '"': "$*", "'": "'\"$*\"'"}[inside]]
        start = match.end()
    return "".join([*out, line[start:]])


def _open_quote(text: str) -> str:
    """The quote that is open at the end of a text."""
    quote, at = "", 0
    while at < len(text):
        char = text[at]
        if char == "\\" and quote != "'":
            at += 1
        elif char == quote:
            quote = ""
        elif not quote and char in "\"'":
            quote = char
        at += 1
    return quote


def _tell_files(reading: Reading, given: Given, what: str) -> None:
    reading.leave(given.line, what, "a command that chooses the files; here it is those that are not proven yet",
                  "gofigure run --from-ref main --to-ref HEAD is about what a branch adds")  # fmt: skip


def _in_root(line: str, root: str, *, takes_files: bool) -> str:
    """The line in a folder below, with names as they are called there."""
    if not root:
        return line
    folder = shlex.quote(root)
    if not takes_files:
        return f"cd {folder}\n{line}\n" if "\n" in line else f"cd {folder} && {line}"
    return f'for file do set -- "$@" "${{file#{folder}/}}"; shift; done\ncd {folder}\n{line}\n'


def _with_fail_text(reading: Reading, one: _One, line: str) -> str:
    text = reading.text(get(one.table, "fail_text"), f"{one.name}.fail_text")
    if not text:
        return line
    if "\n" in line.strip():
        reading.leave(one.given.line, f"{one.name}.fail_text", "it cannot be put behind several lines")
        return line
    return f"{{ {line}; }} || {{ printf '%s\\n' {shlex.quote(' '.join(text.split()))} >&2; exit 1; }}"


def _wanted(whole: _Whole, one: _One, around: _Around) -> str:
    """The names that a job gets."""
    root = f"^{re.escape(around.root)}/" if around.root else ""
    wanted = both_found(root, any_of(list(_patterns(whole, one, around.globs))))
    return both(wanted, any_of(list(_patterns(whole, one, around.excludes, may_be_expressions=True))))


def _patterns(whole: _Whole, one: _One, globs: tuple[str, ...], *, may_be_expressions: bool = False) -> Iterator[str]:
    for glob in globs:
        if may_be_expressions and _EXPRESSION.search(glob) and usable(glob):
            yield glob  # as lefthook 1 had it
            continue
        try:
            yield to_files(glob, whole.dialect)
        except BadGlob as error:
            whole.reading.leave(one.given.line, f"{one.name}: {shown(glob)}", f"a glob that is not understood: {error}")


def _changed(whole: _Whole, one: _One, around: _Around) -> tuple[str, ...]:
    """Globs of paths without a change of which it does not run."""
    found = [to_changed(glob, whole.dialect) for glob in around.globs]
    if any(one is None for one in found):
        whole.reading.leave(
            one.given.line, f"{one.name}.glob", "it cannot be said in globs of ours: runs on any change"
        )
        return (f"{around.root}/**",) if around.root else ()
    below = f"{around.root}/" if around.root else ""
    flat = [glob for some in found for glob in some or ()]
    globs = tuple(dict.fromkeys(f"{below}{glob}" if glob.startswith("**") else glob for glob in flat))
    return globs or ((f"{around.root}/**",) if around.root else ())
