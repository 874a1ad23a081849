"""Configurations of several folders: names, paths from the root, and whose file a problem is in."""

from __future__ import annotations

import pytest

from gofigure.config import Layer, Layers, choose, meant, names_of, nearest_folder, parse_layers, unknown
from gofigure.config.names import fault, folder_of, full, local, resolved
from gofigure.errors import ConfigError, GofigureError
from gofigure.model import Config, Stage

TARGETS = ("checkout", "docker", "pytest", "shell")
ROOT = "[jobs.check]\non = ['pre-commit']\nstages = ['lint']\n[stages.lint]\nrun = 'lint'\n"
LIB = "[jobs.check]\nstages = ['build']\n[stages.build]\nrun = 'build'\noutputs = ['dist/**', '!dist/x']\n"
API = """\
[jobs.check]
on = ["pre-commit"]
stages = ["unit", "//:lint"]
changed = ["!docs/**"]
[stages.unit]
run = "unit"
needs = ["lib:build", "own"]
inputs = ["src/**", "//lib/**"]
share = ["node_modules", "//node_modules"]
[stages.own]
run = "own"
"""


def layers(local: str = "", **folders: str) -> Layers:
    """By folder, "_" is the root and "__" a slash; `local`: the personal layer of services/api."""
    found = []
    for word, text in folders.items():
        folder = "" if word == "_" else word.replace("__", "/")
        found.append(Layer(f"/r/{folder}/.gofigure.toml".replace("//", "/"), text.encode(), folder=folder))
    if local:
        path = "/r/services/api/.gofigure.local.toml"
        found.append(Layer(path, local.encode(), "local", folder="services/api"))
    return tuple(found)


def parsed(local: str = "", **folders: str) -> Config:
    return parse_layers(layers(local, **folders), targets=TARGETS)


def three() -> Config:
    return parsed(_=ROOT, lib=LIB, services__api=API)


def stage(text: str, folder: str = "services__api") -> Stage:
    (found,) = parsed(**{folder: f"[stages.s]\n{text}\n"}).stages.values()
    return found


def problems(local: str = "", **folders: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parsed(local, **folders)
    return list(map(str, caught.value.problems))


@pytest.mark.parametrize(
    ("written", "folder", "name"),
    [
        ("unit", "", "unit"),
        ("unit", "a/b", "a/b:unit"),
        ("//:unit", "a/b", "unit"),
        ("c:unit", "a/b", "c:unit"),
        ("//c:unit", "a/b", "c:unit"),
        ("c:unit", "", "c:unit"),
    ],
)
def test_what_a_name_in_a_file_stands_for(written: str, folder: str, name: str) -> None:
    assert resolved(written, folder) == name
    assert full(folder_of(name), local(name)) == name


def test_names_are_full_and_resolve_over_folders() -> None:
    config = three()
    assert list(config.jobs) == ["check", "lib:check", "services/api:check"]
    assert list(config.stages) == ["lint", "lib:build", "services/api:unit", "services/api:own"]
    assert config.jobs["services/api:check"].stages == ("services/api:unit", "lint")
    assert config.stages["services/api:unit"].needs == ("lib:build", "services/api:own")
    assert config.folders == ("lib", "services/api")
    assert config.files == (".gofigure.toml", "lib/.gofigure.toml", "services/api/.gofigure.toml")


def test_paths_are_from_the_root_and_a_folder_reads_itself() -> None:
    config = three()
    unit, build, lint = (config.stages[name] for name in ("services/api:unit", "lib:build", "lint"))
    assert (unit.folder, unit.locations) == ("services/api", ("services/api",))
    assert (unit.inputs, unit.besides) == (("src/**",), ("lib/**",)), "its own are said from the folder, as ever"
    assert unit.share == ("services/api/node_modules", "node_modules")
    assert build.outputs == ("lib/dist/**", "!lib/dist/x")
    assert config.jobs["services/api:check"].changed == ("services/api/**", "!services/api/docs/**")
    assert (lint.folder, lint.locations, lint.inputs) == ("", (), ()), "the root is as it was"
    assert stage("run = 'x'\nlocations = ['.', 'src']").locations == ("services/api", "services/api/src")
    assert stage("run = 'x'\nignore = ['*.md']").ignore == ("services/api/*.md",)


def test_only_in_the_root_the_top_is_where_one_is() -> None:
    found = stage("run = 'x'\ninputs = ['//lib/**', 'a', '!//lib/b']", "_")
    assert (found.inputs, found.besides) == (("lib/**", "a", "!lib/b"), ())


def test_a_checkout_has_its_folder_below_and_its_paths_are_its_own() -> None:
    source = stage("target = 'checkout'\nurl = '/x'\ndest = 'vendor'")
    assert (source.setting("dest"), source.locations) == ("services/api/vendor", ())
    assert stage("target = 'checkout'\nurl = '/x'\ndest = '/tmp/x'").setting("dest") == "/tmp/x"
    text = "[stages.src]\ntarget = 'checkout'\nurl = '/x'\n[stages.s]\nrun = 'x'\ncheckout = 'src'\nlocations = ['a']\n"
    inside = parsed(services__api=text).stages["services/api:s"]
    assert (inside.checkout, inside.locations) == ("services/api:src", ("a",))


def test_the_root_needs_no_file() -> None:
    assert list(parsed(lib=LIB).jobs) == ["lib:check"]


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        ({"lib": LIB + "tiemout = 3\n"}, "/r/lib/.gofigure.toml:6: stages.build.tiemout: unknown key"),
        ({"_": ROOT, "lib": LIB, "services__api": API.replace("lib:build", "lib:biuld")},
         "/r/services/api/.gofigure.toml:7: stages.unit.needs[0]: unknown stage \"lib:biuld\"; did you mean 'lib:buil"),
        ({"_": ROOT, "services__api": API.replace("'own'", "'won'").replace('"own"]', '"onw"]'), "lib": LIB},
         '/r/services/api/.gofigure.toml:7: stages.unit.needs[1]: unknown stage "services/api:onw"'),
        ({"_": ROOT, "lib": LIB + "needs = ['//:lint']\n[stages.x]\nrun = 'x'\nneeds = ['nope']"},
         '/r/lib/.gofigure.toml:9: stages.x.needs[0]: unknown stage "lib:nope"'),
        ({"_": ROOT, "lib": "settle = 1\n" + LIB}, "/r/lib/.gofigure.toml:1: settle: found in the file of a folder"),
        ({"a": "[stages.s]\nrun = 'x'\nneeds = ['b:s']\n", "b": "[stages.s]\nrun = 'x'\nneeds = ['a:s']\n"},
         "/r/a/.gofigure.toml:3: stages.s.needs[0]: found the cycle a:s → b:s → a:s"),
        ({"_": "x = [", "lib": "y = ["}, "/r/.gofigure.toml:1: not valid TOML"),
        ({"a": LIB, "a b:c": LIB}, "/r/a b:c/.gofigure.toml: found where no configuration can be: its folder's name"),
    ],
)  # fmt: skip
def test_a_problem_names_the_file_that_has_it(folders: dict[str, str], expected: str) -> None:
    assert problems(**folders)[0].startswith(expected)


def test_problems_of_all_files_are_told_at_once() -> None:
    told = problems(_="x = [", lib="y = [", services__api="z = 1\n")
    assert [line.split(":")[0] for line in told] == ["/r/.gofigure.toml", "/r/lib/.gofigure.toml"]
    told = problems(_="x = 1", lib="y = 1")
    assert [line.split(":")[0] for line in told] == ["/r/.gofigure.toml", "/r/lib/.gofigure.toml"]


def test_a_personal_layer_of_a_folder_is_laid_over_that_folder_alone() -> None:
    config = parsed("[stages.own]\ntimeout = '5m'\n", _=ROOT, lib=LIB, services__api=API)
    assert config.stages["services/api:own"].timeout == 300
    assert config.local == ("/r/services/api/.gofigure.local.toml",)
    (told,) = problems("[stages.own]\nneeds = ['nope']\n", _=ROOT, lib=LIB, services__api=API)
    assert told.startswith('/r/services/api/.gofigure.local.toml:2: stages.own.needs[0]: unknown stage "services/api:')


def test_what_is_disabled_in_a_folder_is_missed_by_who_needs_it() -> None:
    (told,) = problems(_=ROOT, lib=LIB + "enabled = false\n", services__api=API)[:1]
    assert told.startswith("/r/lib/.gofigure.toml:6: stages.build.enabled: found false, but it is needed by")


def test_the_nearest_folder_with_a_configuration() -> None:
    config = parsed(_=ROOT, services=LIB, services__api=API.replace("lib:", "services:"))
    places = {
        "": "",
        "docs": "",
        "services": "services",
        "services/api/src": "services/api",
        "services/apis": "services",
    }
    assert {place: nearest_folder(config, place) for place in places} == places


@pytest.mark.parametrize(
    ("words", "here", "jobs"),
    [
        ((), "", ["check", "lib:check", "services/api:check"]),
        ((), "services/api/src", ["services/api:check"]),
        ((), "services", ["check", "lib:check", "services/api:check"]),
        (("services/api",), "", ["services/api:check"]),
        (("services/api/",), "lib", ["services/api:check"]),
        (("services/...",), "", ["services/api:check"]),
        (("...",), "lib", ["check", "lib:check", "services/api:check"]),
        (("//...",), "lib", ["check", "lib:check", "services/api:check"]),
        (("//",), "lib", ["check"]),
        (("./...",), "services", ["services/api:check"]),
        ((".",), "lib", ["lib:check"]),
        (("../lib",), "services", ["lib:check"]),
        (("lib",), "", ["lib:check"]),
        (("check",), "", ["check"]),
        (("check",), "lib/x", ["lib:check"]),
        (("//:check",), "lib", ["check"]),
        (("lib:check", "//lib:check"), "", ["lib:check"]),
        (("lint",), "lib", ["lint"]),
        (("unit",), "services/api", ["services/api:unit"]),
        (("services/api:unit", "services/api:own"), "", ["services/api:unit+own"]),
        (("lib:build", "services/api:own"), "", ["lib:build+services/api:own"]),
    ],
)
def test_words_on_the_command_line(words: tuple[str, ...], here: str, jobs: list[str]) -> None:
    assert [job.name for job in choose(three(), words, here)] == jobs


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("services", "no job or stage is named 'services'"),
        ("services/", "'services/' has no configuration of its own"),
        ("services/apo", "'services/apo' is no folder with a configuration; did you mean 'services/api'?"),
        ("services/apo/...", "'services/apo/...' is no folder"),
        ("services/api:unti", "named 'services/api:unti'; did you mean 'services/api:unit'?"),
        ("own", "no job or stage is named 'own'; did you mean 'services/api:own'?"),
    ],
)
def test_words_that_stand_for_nothing(word: str, expected: str) -> None:
    with pytest.raises(GofigureError) as caught:
        choose(three(), (word,))
    assert expected in str(caught.value)


def test_a_folder_can_be_skipped_by_its_name() -> None:
    assert unknown(three(), ["services/api", "lint", "nope"]) == ["no job or stage is named 'nope'"]
    assert meant(three(), "nope") == ("nope",)


@pytest.mark.parametrize("folder", ["a:b", "a,b", "a\nb", "a*", "[x]", "x/.../y", 'a"b'])
def test_folders_that_cannot_be_named(folder: str) -> None:
    assert fault(folder)


@pytest.mark.parametrize("folder", ["a", "a/b-c_d.e", "@scope/x", "api (copy)", "ünï", "..a"])
def test_folders_that_can(folder: str) -> None:
    assert not fault(folder)


def test_what_files_are_called_from_the_root() -> None:
    found = layers("x = 1", lib=LIB, services__api=API)
    names = ("lib/.gofigure.toml", "services/api/.gofigure.toml", "services/api/.gofigure.local.toml")
    assert names_of(found) == names
    relative = Layer(".gofigure.toml", b""), Layer("lib/.gofigure.toml", b"", folder="lib")
    assert names_of(relative) == (".gofigure.toml", "lib/.gofigure.toml")
