"""What stages do in a checkout: what they change there proves nothing, and what is lost with it is made again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.checkouts import Project
from support.rig import said, stages
from support.servers import Upstream

DIRTY = """
[jobs.j]
stages = ["src", "gen", "check"]
strict_dependency = true
[stages.src]
target = "checkout"
url = "{url}"
[stages.gen]
checkout = "src"
run = "{gen}"
[stages.check]
checkout = "src"
run = "{check}"
"""


@pytest.mark.parametrize(
    ("gen", "check", "named"),
    [
        ("echo dirty > a.txt", "grep -q dirty a.txt", "a.txt"),
        ("echo x > 'new file'", "test -e 'new file'", "new file"),
        ("git mv a.txt c.txt", "test -e c.txt", "c.txt"),
    ],
)
def test_what_has_changed_a_checkout_is_not_proven_nor_is_what_follows_there(
    project: Project, upstream: Upstream, gen: str, check: str, named: str
) -> None:
    project.repo.config(DIRTY.format(url=upstream.bare, gen=gen, check=check))
    for _ in range(2):
        found = stages(project.run())
        for name in ("gen", "check"):
            assert found[name]["verdict"] == "passed"
            assert found[name]["note"] == f"not proven: it changed {named} in what src has checked out"


def test_who_puts_it_right_again_has_still_run_on_something_else(project: Project, upstream: Upstream) -> None:
    check = "grep -q dirty a.txt && git checkout a.txt"
    project.repo.config(DIRTY.format(url=upstream.bare, gen="echo dirty > a.txt", check=check))
    for _ in range(2):
        assert project.verdicts() == dict.fromkeys(("src", "gen", "check"), "passed")


def test_another_commit_is_another_content(project: Project, upstream: Upstream) -> None:
    gen = "git -c user.name=x -c user.email=x@x commit -q --allow-empty -m x"
    project.repo.config(DIRTY.format(url=upstream.bare, gen=gen, check="true"))
    assert stages(project.run())["check"]["note"].startswith("not proven: it changed the commit")


def test_what_git_ignores_is_a_stages_own_business(project: Project, upstream: Upstream) -> None:
    upstream.push({".gitignore": "out/\n"})
    project.repo.config(DIRTY.format(url=upstream.bare, gen="mkdir -p out; echo x > out/x", check="true"))
    project.run()
    assert project.verdicts() == {"src": "passed", "gen": "reused", "check": "reused"}


BUILT = """
[jobs.j]
stages = ["src", "build", "unit"]
[stages.src]
target = "checkout"
url = "{url}"
{dest}
[stages.build]
checkout = "src"
run = "mkdir -p out; echo x > out/x; echo build >> {ran}"
[stages.unit]
checkout = "src"
needs = ["build"]
run = "cat out/x; true {unit}"
"""


@pytest.mark.parametrize("named", [False, True])
def test_what_was_left_in_a_folder_that_is_no_more_is_made_again_where_it_is_needed(
    project: Project, upstream: Upstream, tmp_path: Path, named: bool
) -> None:
    upstream.push({".gitignore": "out/\n"})
    dest = f'dest = "{tmp_path / "there"}"' if named else ""

    def configured(unit: str) -> Project:
        project.repo.config(BUILT.format(url=upstream.bare, ran=project.ran, unit=unit, dest=dest))
        return project

    configured("1").run()
    assert configured("2").verdicts() == {"src": "passed", "build": "reused", "unit": "passed"}
    shutil.rmtree(project.dest)
    assert project.verdicts() == {"src": "passed", "build": "reused", "unit": "reused"}, "nobody needs it"
    found = stages(configured("3").run())
    assert {name: stage["verdict"] for name, stage in found.items()} == dict.fromkeys(found, "passed")
    assert found["build"]["reason"] == "unit needs it, and the folder of src was made anew since"
    assert configured("4").verdicts() == {"src": "passed", "build": "reused", "unit": "passed"}
    assert project.times() == 2


def test_outputs_of_a_checkout_are_refused(project: Project) -> None:
    text = (project.repo.root / ".gofigure.toml").read_text()
    project.repo.config(text.replace('checkout = "src"', 'checkout = "src"\noutputs = ["out"]'))
    done = project.repo.gofigure("validate")
    assert done.returncode == 2
    assert "found in a stage with checkout, expected none" in said(done)


BESIDE = """
[jobs.j]
stages = ["src", "use"]
[stages.src]
target = "checkout"
url = "{url}"
dest = "third/lib"
[stages.use]
needs = ["src"]
workspace = "private"
run = "cat third/lib/a.txt"
"""


def test_a_private_checkout_says_what_it_lacks(project: Project, upstream: Upstream) -> None:
    project.repo.write(".gitignore", "/third/\n")
    text = BESIDE.format(url=upstream.bare)
    project.repo.config(text)
    project.repo.commit("all")
    found = stages(project.run(code=1))
    told = 'third/lib, where src checks out, is not in a private checkout; share = ["third/lib"] brings it'
    assert found["use"]["note"] == told
    project.repo.config(text + 'share = ["third/lib"]\n')
    project.repo.commit("all")
    assert project.verdicts()["use"] == "passed"
