"""What a checkout makes in the middle of a run decides the keys of what follows, in that same run."""

from __future__ import annotations

from support.checkouts import Project
from support.rig import lines, stages
from support.servers import Upstream

CHAIN = """
[jobs.j]
stages = ["src", "use", "then", "apart"]
[stages.src]
target = "checkout"
url = "{url}"
[stages.use]
checkout = "src"
run = "cat a.txt >> {ran}"
[stages.then]
needs = ["use"]
run = "echo then >> {ran}.then"
[stages.apart]
run = "echo apart >> {ran}.apart"
"""


def chain(project: Project, upstream: Upstream) -> Project:
    project.repo.config(CHAIN.format(url=upstream.bare, ran=project.ran))
    return project


def test_what_follows_is_keyed_anew_and_found_again(project: Project, upstream: Upstream) -> None:
    chain(project, upstream)
    assert project.verdicts() == dict.fromkeys(("src", "use", "then", "apart"), "passed")
    again = stages(project.run())
    assert {name: stage["verdict"] for name, stage in again.items()} == {
        "src": "passed", "use": "reused", "then": "reused", "apart": "reused",
    }  # fmt: skip

    upstream.push({"a.txt": "two\n"})
    new = stages(project.run())
    assert {name: stage["verdict"] for name, stage in new.items()} == {
        "src": "passed", "use": "passed", "then": "passed", "apart": "reused",
    }  # fmt: skip
    assert new["src"]["key"] == again["src"]["key"]
    assert new["use"]["key"] != again["use"]["key"]
    assert new["then"]["key"] != again["then"]["key"]
    assert new["use"]["reason"] == "what src makes changed"

    upstream.push({"a.txt": "one\n"})  # what was planned with is the other; what is made now is known
    back = stages(project.run())
    assert {name: stage["verdict"] for name, stage in back.items()} == {
        "src": "passed", "use": "reused", "then": "reused", "apart": "reused",
    }  # fmt: skip
    assert back["use"]["key"] == again["use"]["key"]
    assert (lines(project.ran), lines(project.ran.with_name("ran.then"))) == (2, 2)


def test_a_proof_names_what_was_there_and_not_what_was_assumed(project: Project, upstream: Upstream) -> None:
    """It is planned with the old content, runs on the new one, and so proves nothing of the old one."""
    chain(project, upstream)
    upstream.push({"a.txt": "bad\n"})
    project.repo.config(
        (project.repo.root / ".gofigure.toml").read_text().replace("cat a.txt", "! grep bad a.txt && cat a.txt")
    )
    assert project.verdicts(code=1)["use"] == "failed"
    upstream.push({"a.txt": "good\n"})
    assert project.verdicts()["use"] == "passed"
    upstream.push({"a.txt": "bad\n"})
    assert project.verdicts(code=1)["use"] == "failed"


def test_before_anything_was_checked_out_nothing_is_taken_for_proven(project: Project, upstream: Upstream) -> None:
    chain(project, upstream)
    project.run()
    project.repo.config((project.repo.root / ".gofigure.toml").read_text().replace('"use"', '"use"', 1) + "# other\n")
    asked = project.repo.json("status")
    assert "src" in str(asked)
    assert project.repo.gofigure("why", "use").returncode == 0
    assert project.repo.gofigure("validate").returncode == 0


def test_a_checkout_has_its_own_place_though_what_needs_it_runs_apart(project: Project, upstream: Upstream) -> None:
    chain(project, upstream)
    text = (project.repo.root / ".gofigure.toml").read_text()
    project.repo.config(text.replace('needs = ["use"]', 'needs = ["use"]\ninputs = ["here.txt"]'))
    project.repo.write("here.txt", "staged\n")
    project.repo.git("add", "-A")
    project.repo.write("here.txt", "not staged\n")
    ran = stages(project.run("--staged"))
    assert {name: stage["place"] for name, stage in ran.items()}["then"] == "private"
    assert ran["src"]["place"] == "in place"
    first = project.dest
    project.repo.write("here.txt", "staged\n")
    project.run()
    assert project.dest == first
