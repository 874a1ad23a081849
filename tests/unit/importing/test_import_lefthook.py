"""lefthook's commands, scripts, jobs and groups as stages."""

from __future__ import annotations

import json
import re

import pytest
from support.imported import Imported, imported
from support.imported import line as typed

from gofigure.model import Stage


def of(text: str, local: str = "") -> Imported:
    return imported({"lefthook.yml": text, **({"lefthook-local.yml": local} if local else {})})


def only(found: Imported) -> Stage:
    (stage,) = found.stages.values()
    return stage


def command(keys: str, hook: str = "pre-commit") -> Stage:
    return only(of(f"{hook}: {{commands: {{one: {{{keys}}}}}}}"))


@pytest.mark.parametrize(
    ("line", "run"),
    [
        ("eslint {staged_files}", 'eslint "$@"'),
        ('eslint "{staged_files}"', 'eslint "$@"'),
        ("eslint '{all_files}' -x", 'eslint "$@" -x'),
        ("eslint {files}", 'eslint "$@"'),
        ("eslint {push_files}", 'eslint "$@"'),
        ("bash -c 'eslint {staged_files}'", "bash -c 'eslint '\"$*\"''"),
        ('bash -c "eslint {staged_files}"', 'bash -c "eslint $*"'),
        ("npm test", "npm test"),
        ("echo {lefthook_job_name}", "echo one"),
        ("{wrap} x", "docker run img x"),
    ],
)
def test_a_line_gets_its_files_as_arguments(line: str, run: str) -> None:
    text = json.dumps({"templates": {"wrap": "docker run img"}, "pre-commit": {"commands": {"one": {"run": line}}}})
    stage = only(of(text))
    assert typed(stage) == run
    assert (stage.files is not None) == ('"$@"' in run or "$*" in run)


def test_what_git_hands_over_arrives_by_number() -> None:
    assert command("run: 'check {1} \"{2}\"'", "prepare-commit-msg").run == 'check "$1" "$2"'
    assert command("run: 'check {0}'", "commit-msg").run == 'check "$@"'


@pytest.mark.parametrize(
    ("keys", "yes", "no"),
    [
        ("", ["a", "b/c.js"], []),
        ("glob: '*.js'", ["a.js", "b/c.JS"], ["a.ts"]),
        ("glob: ['*.js', '*.ts']", ["a.js", "b/c.ts"], ["a.py"]),
        ("glob: '*.{js,ts}', exclude: ['vendor/*']", ["a.ts"], ["vendor/a.ts", "a.py"]),
        ("exclude: ['*.md', 'x']", ["a.js", "b/x"], ["a.md", "x"]),
        ("exclude: '(^|/)gen\\.js$'", ["a.js"], ["gen.js", "b/gen.js"]),
        ("root: web/", ["web/a.js"], ["a.js", "webs/a.js"]),
        ("root: web/, glob: '*.js'", ["web/src/a.js"], ["a.js", "web/a.ts"]),
        ("root: ./web, glob: 'web/*.js', exclude: ['web/x*']", ["web/a.js"], ["web/x.js", "a.js"]),
    ],
)
def test_the_files_are_those_that_lefthook_would_hand_over(keys: str, yes: list[str], no: list[str]) -> None:
    pattern = command(f"run: 'x {{staged_files}}'{',' if keys else ''} {keys}").files
    assert pattern is not None
    assert [path for path in yes if not re.search(pattern, path)] == []
    assert [path for path in no if re.search(pattern, path)] == []


def test_below_a_root_names_are_called_as_they_are_there() -> None:
    stage = command("run: 'eslint {staged_files}', root: web/app")
    assert stage.run == 'for file do set -- "$@" "${file#web/app/}"; shift; done\ncd web/app\neslint "$@"\n'
    assert command("run: npm test, root: 'my web'").run == "cd 'my web' && npm test"


def test_the_result_of_every_file_depends_on_settings_and_on_scripts_that_are_named() -> None:
    text = "pre-commit: {commands: {a: {root: web/, run: '../bin/fix[1].sh -c x.cfg {staged_files}'}}}"
    files = {"bin/fix[1].sh": "", "web/x.cfg": "", "x.cfg": "", "web/.eslintrc.json": "", ".eslintrc.json": ""}
    stage = only(imported({"lefthook.yml": text, **files}))
    assert stage.inputs == ("**/.eslintrc.json", "bin/fix\\[1].sh", "web/x.cfg")


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("stage_fixed: true", {"fix": True}),
        ("env: {A: b, N: 1, T: true}", {"env": (("A", "b"), ("N", "1"), ("T", "true"))}),
        ("interactive: true", {"interactive": True}),
        ("skip: merge", {"during": ("!merge",)}),
        ("skip: [merge, rebase, {ref: main}]", {"during": ("!merge", "!rebase"), "branches": ("!main",)}),
        ("only: [{ref: 'release/*'}]", {"branches": ("release/*",)}),
        ("only: merge", {"during": ("merge",)}),
        ("glob: '*.go'", {"changed": ("**.go",)}),
        ("glob: '*.{go,mod}'", {"changed": ("**.go", "**.mod")}),
        ("root: db/", {"changed": ("db/**",)}),
        ("root: db/, glob: ['*.py', 'db/x/*']", {"changed": ("db/**.py", "db/x/**")}),
        ("timeout: 5m", {"timeout": 300.0}),
        ("fail_text: it is red", {"run": "{ go test; } || { printf '%s\\n' 'it is red' >&2; exit 1; }"}),
    ],
)
def test_what_else_a_command_says(keys: str, expected: dict[str, object]) -> None:
    stage = command(f"run: go test, {keys}")
    assert {name: getattr(stage, name) for name in expected} == expected


def test_commands_come_by_priority_and_name_and_piped_ones_stop() -> None:
    found = of(
        "pre-push:\n  piped: true\n  commands:\n    c: {run: c, priority: 1}\n    b: {run: b}\n    a: {run: a}\n"
        "pre-commit:\n  parallel: true\n  scripts:\n    'x y.sh': {runner: bash}\n    go: {}\n"
    )
    assert found.on("pre-push") == ["c", "a", "b"]
    assert found.config.jobs["pre-push"].strict_dependency
    assert not found.config.jobs["pre-commit"].strict_dependency
    assert found.config.jobs["pre-commit"].keep_going
    assert not found.config.jobs["pre-push"].keep_going
    assert [found.stages[name].run for name in found.on("pre-commit")] == [
        ".lefthook/pre-commit/go",
        "bash '.lefthook/pre-commit/x y.sh'",
    ]


def test_jobs_and_groups_keep_their_order() -> None:
    found = of(
        "pre-commit:\n  parallel: true\n  jobs:\n"
        "    - name: db\n      root: back/\n      group:\n        piped: true\n        jobs:\n"
        "          - {name: first, run: one}\n          - {name: second, run: two}\n"
        "    - run: eslint {staged_files}\n"
    )
    assert list(found.stages) == ["first", "second", "eslint"]
    assert found.stages["second"].needs == ("first",)
    assert found.stages["first"].changed == ("back/**",)


def test_a_script_gets_what_git_hands_over() -> None:
    found = of("commit-msg: {scripts: {lint.sh: {runner: bash}}}\nsource_dir: hooks.d\n")
    assert only(found).run == 'bash hooks.d/commit-msg/lint.sh "$@"'


def test_a_personal_file_is_named_and_nothing_of_it_is_for_all() -> None:
    found = of("pre-commit: {commands: {a: {run: a}}}", "pre-commit: {commands: {a: {skip: true}, mine: {run: b}}}")
    assert list(found.stages) == ["a"]
    assert not found.config.disabled
    assert found.said() == ["0 the whole file: one person's own, and what is made here is for all"]


def test_a_line_of_several_commands_goes_on_after_a_failure_as_lefthook_has_it() -> None:
    assert command("run: 'a; b'").run == "set +e; a; b"
    text = "pre-commit:\n  commands:\n    one:\n      root: web\n      run: |\n        a\n        b\n"
    assert only(of(text)).run == "cd web\nset +e\na\nb\n\n"


def test_what_is_off_stays_off() -> None:
    off = of("pre-commit: {skip: true, commands: {a: {run: a}}}")
    assert set(off.config.disabled) == {"pre-commit", "a"}


@pytest.mark.parametrize("file", ["lefthook.toml", "lefthook.json", ".lefthook.yaml"])
def test_in_each_of_its_formats(file: str) -> None:
    text = {
        "lefthook.toml": "[pre-commit.commands.a]\nrun = 'x {staged_files}'\n",
        "lefthook.json": '{"pre-commit": {"commands": {"a": {"run": "x {staged_files}"}}}}',
        ".lefthook.yaml": "pre-commit:\n  commands:\n    a:\n      run: x {staged_files}\n",
    }[file]
    assert only(imported({file: text})).run == 'x "$@"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("extends: [a.yml]\npre-commit: {commands: {a: {run: b}}}", "1 extends: other files"),
        ("remotes: [{git_url: x}]", "1 remotes: configurations of other repositories"),
        ("pre-commit: {commands: {a: {run: b, tags: [x]}}}", "1 a.tags: there are none here"),
        ("pre-commit: {exclude_tags: [x], commands: {a: {run: b, tags: [x]}}}", "1 a: exclude_tags leaves it out (x)"),
        ("pre-commit: {commands: {a: {run: b, files: git diff}}}", "1 a.files: a command that chooses"),
        ("pre-push: {commands: {a: {run: b, use_stdin: true}}}", "1 a.use_stdin: a stage reads no input"),
        ("pre-commit: {commands: {a: {run: '{cmd} x'}}}", "1 a: {cmd} puts"),
        ("pre-commit: {commands: {a: {run: 7, rum: x}}}", "1 a.rum: unknown key; did you mean"),
        ("pre-commit: {commands: {a: {}}}", "1 a: it has nothing to run"),
        ("pre-commit: {commands: [a]}", "1 pre-commit.commands: found a list, expected a table"),
        ("pre-commit: {jobs: {a: b}}", "1 pre-commit.jobs: found a table, expected a list"),
        ("pre-commit: {commands: {a: {run: [x]}}}", "1 a.run: found a list, expected a text"),
        (
            "pre-commit: {commands: {a: {run: 'b {staged_files}', glob: 'a['}}}",
            "1 a: a[: a glob that is not understood",
        ),
        ("pre-commit: {commands: {a: {run: b, skip: [{run: test x}]}}}", "1 a.skip: run: test x: a command does not"),
        ("pre-comit: 7", "1 pre-comit: unknown key; did you mean 'pre-commit'?"),
    ],
)
def test_what_is_not_carried_over_is_named(text: str, said: str) -> None:
    found = of(text).said()
    assert any(line.startswith(said) for line in found), found
