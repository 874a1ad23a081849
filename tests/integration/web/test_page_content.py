"""What stands in a tree, asked of the page: the same as the commands say, and nothing from outside of it."""

from __future__ import annotations

import json
import os
import re
from typing import Any
from urllib.parse import quote

import pytest
from support.page import Served
from support.repo import Repo
from support.rig import Rig, said

CONFIG = """
[jobs.check]
stages = ["lint", "unit"]
[jobs.docs]
stages = ["prose"]
[stages.lint]
run = "true"
files = '\\.py$'
[stages.unit]
run = "test ! -e ../fail"
inputs = ["src/**"]
[stages.prose]
run = "true"
inputs = ["docs/**", "README"]
"""
# No UTF-8, a line's end, markup, and what would lead out of a folder if it were no name.
ODD = (
    b"bad\xff\xfe.py",
    b"two\nlines.py",
    b"<script>alert(1)<",
    b"a&b=c#d?e%2f.py",
    b"...",
    b"-rf",
    b" ",
    b"c:\\..\\x",
)


@pytest.fixture
def tree(rig: Rig, repo: Repo) -> Served:
    repo.config(CONFIG)
    for path in ("src/a.py", "src/b.txt", "docs/deep/er/one.md", "README", "tests/t.py"):
        repo.write(path, f"{path}\n")
    served = Served(rig, repo)
    served.get("/now")  # so that the store is left out of the commit
    repo.commit()
    return served


def _entries(facts: Any) -> dict[str, Any]:
    return {one["name"]: one for one in facts["listing"]["entries"]}


def test_an_absolute_path_of_the_project_is_explained_as_typed_in_a_terminal(tree: Served) -> None:
    root = tree.repo.root
    (root.parent / "by link").symlink_to(root)
    for typed, path in ((root / "src/a.py", "src/a.py"), (root.parent / "by link/src/a.py", "src/a.py"), (root, "")):
        facts = tree.get(f"/content?path={quote(str(typed))}&explain=1")
        assert (facts["about_error"], facts["path"]) == ("", path)
        assert facts["about"] == tree.repo.json("why", path or ".") | {"last_cause": facts["about"]["last_cause"]}
        assert facts["entry"]["digest"] == facts["about"]["digest"]
    for outside in (root.parent / "elsewhere", f"{root}-2/a.py", "/"):
        assert "is outside of" in tree.get(f"/content?path={quote(str(outside))}&explain=1")["about_error"]


def test_a_thousand_readers_do_not_fill_a_cell(tree: Served) -> None:
    jobs = "".join(f"[jobs.j{n}]\nstages = ['s{n}']\n[stages.s{n}]\nrun = 'true'\n" for n in range(40))
    tree.repo.config(jobs)
    assert tree.repo.gofigure("allow", "--yes").returncode == 0
    page = tree.page("/content").text
    assert page.count("○ s39") == 0
    assert '/content?path=README&amp;explain=1" tabindex="-1">and 30 more</a>' in page
    assert '/content?path=src&amp;explain=1" tabindex="-1">and 30 more</a>' in page
    assert "j39/s39" in tree.page("/content?path=src&explain=1").text
    assert "○ s39" in tree.page("/content?commit=HEAD&path=README").text  # nobody explains that one


def test_what_is_no_file_is_not_called_proven(tree: Served) -> None:
    """A per-file stage is never handed a link; what its files hang on besides is no file of its own either."""
    tree.repo.config(CONFIG.replace("files = '\\.py$'", "files = '^link'\ninputs = ['README']"))
    assert tree.repo.gofigure("allow", "--yes").returncode == 0
    (tree.repo.root / "link.py").symlink_to("src/a.py")
    (tree.repo.root / "link2.py").write_text("a file\n")
    tree.repo.git("add", ".")
    lint = {name: one["read_by"][0] for name, one in _entries(tree.get("/content")).items() if "link" in name}
    assert {name: (one["proven"], one["passed_over"]) for name, one in lint.items()} == {
        "link.py": (False, True),
        "link2.py": (False, False),
    }
    assert not _readers(_entries(tree.get("/content"))["README"])["lint"]
    page = tree.page("/content?path=link.py&explain=1").text
    assert "a link is not handed over" in page
    assert "this file is proven" not in page
    assert "a link is not handed over" in said(tree.repo.gofigure("why", "link.py"))
    (tree.repo.root / "link2.py").unlink()
    assert "there is no file to hand over" in said(tree.repo.gofigure("why", "lint"))
    assert "all 0 files" not in said(tree.repo.gofigure("why", "link.py"))


def _readers(entry: Any) -> dict[str, bool]:
    return {one["stage"]: one["proven"] for one in entry["read_by"]}


def test_digests_are_those_of_the_command(tree: Served) -> None:
    root = tree.get("/content")
    assert root["tree"]["digest"] == root["entry"]["digest"] == tree.repo.digest()
    assert list(_entries(root)) == ["docs", "src", "tests", ".gofigure.toml", "README"]  # folders first
    for name, entry in _entries(root).items():
        assert entry["digest"] == tree.repo.digest(name)
    below = tree.get(_entries(root)["src"]["address"])
    assert [one["kind"] for one in below["listing"]["entries"]] == ["file", "file"]
    assert below["entry"]["digest"] == tree.repo.digest("src")
    assert below["listing"]["up"] == "/content"
    one = tree.get("/content?path=docs/deep/er/one.md")
    assert (one["listing"], one["entry"]["digest"]) == (None, tree.repo.digest("docs/deep/er/one.md"))


def test_who_reads_what_and_whether_it_is_proven(tree: Served) -> None:
    assert _readers(_entries(tree.get("/content"))["src"]) == {"lint": False, "unit": False}
    tree.repo.gofigure("run")
    tree.repo.write("src/c.py", "new\n")
    root = _entries(tree.get("/content"))
    assert {name: _readers(one) for name, one in root.items()} == {
        "docs": {"prose": True},
        "src": {"lint": False, "unit": False},
        "tests": {"lint": False},
        ".gofigure.toml": {},
        "README": {"prose": True},
    }
    below = _entries(tree.get("/content?path=src"))
    assert _readers(below["a.py"]) == {"lint": True, "unit": False}  # lint has a proof of this very file
    assert _readers(below["c.py"]) == {"lint": False, "unit": False}
    assert _readers(below["b.txt"]) == {"unit": False}
    assert all(one["sure"] for entry in root.values() for one in entry["read_by"])


def test_the_index_and_a_commit(tree: Served) -> None:
    tree.repo.write("src/a.py", "staged\n")
    tree.repo.git("add", "-A")
    tree.repo.write("src/a.py", "neither\n")
    path = "/content?path=src/a.py"
    assert tree.get(path)["entry"]["digest"] == tree.repo.digest("src/a.py")
    assert tree.get(f"{path}&tree=index")["entry"]["digest"] == tree.repo.digest("--staged", "src/a.py")
    for query in ("&tree=commit", "&tree=commit&commit=HEAD", "&commit=main"):
        assert tree.get(f"{path}{query}")["entry"]["digest"] == tree.repo.digest("--commit", "HEAD", "src/a.py")
    followed = tree.get(tree.get("/content?commit=main")["listing"]["entries"][1]["address"])
    assert (followed["path"], followed["which"]) == ("src", {"tree": "commit", "commit": "main"})


def test_a_commit_that_is_none_is_said_in_words(tree: Served) -> None:
    for commit in ("nothing", "--all", "-h", "HEAD:src", "%FF", "$(id)", "HEAD..HEAD"):
        address = f"/content?tree=commit&commit={quote(commit, safe='%')}"
        assert "names no commit" in tree.get(address)["error"], commit
        assert tree.ask("GET", address).status == 200
    for commit in (" HEAD\n", "%00"):  # white space and nothing at all are no part of a name
        assert tree.get(f"/content?tree=commit&commit={quote(commit, safe='%')}")["tree"] is not None


def test_what_has_changed_since_a_job_was_green(tree: Served) -> None:
    assert tree.get("/content?since=check")["changes"]["run"] == 0
    tree.repo.gofigure("run", "check")
    assert tree.get("/content?since=check")["changes"]["shown"] == []
    (tree.repo.root.parent / "fail").touch()
    tree.repo.write("src/a.py", "a = 2\n")
    tree.repo.write("src/new.py", "")
    (tree.repo.root / "docs/deep/er/one.md").unlink()
    tree.repo.gofigure("run", "check")  # which fails, and so is not what is compared with
    told = tree.get("/content?since=check")["changes"]
    assert told["run"] == 1
    assert [(one["path"], one["how"], one["is_read"]) for one in told["shown"]] == [
        ("docs/deep/er/one.md", "removed", False), ("src/a.py", "changed", True), ("src/new.py", "added", True),
    ]  # fmt: skip
    assert tree.get(told["shown"][1]["address"])["path"] == "src/a.py"
    assert tree.get("/content?since=nothing")["changes"]["run"] == 0


def _ageless(facts: object) -> str:
    """Between one question and the next a second may pass."""
    return re.sub(r"just now|\d+ s ago", "before", json.dumps(facts))


def test_an_explanation_is_that_of_the_command(tree: Served) -> None:
    tree.repo.write(".gitignore", "ignored.txt\n")
    tree.repo.write("ignored.txt")
    tree.repo.write("sub/.git", "gitdir: nowhere\n")
    tree.repo.gofigure("run", "check")
    for path in ("src/a.py", "src", "ignored.txt", "sub/.git"):
        facts = tree.get(f"/content?path=./{path}/&explain=1")
        assert _ageless(facts["about"]) == _ageless(tree.repo.json("why", f"./{path}"))
        assert facts["command"] == f"gofigure why {path}"
    page = tree.page("/content?path=ignored.txt&explain=1").text
    assert ".gitignore, line 1: <code>ignored.txt</code>" in page


def test_odd_names_are_shown_and_can_be_followed(tree: Served) -> None:
    for name in ODD:
        tree.repo.write(b"odd/" + name, b"what " + name)
        tree.repo.write(b"folders/" + name + b"/inner", b"")
    files = tree.get("/content?path=odd")["listing"]["entries"]
    folders = tree.get("/content?path=folders")["listing"]["entries"]
    assert len(files) == len(folders) == len(ODD)
    assert [_digest_at(tree, one["address"]) for one in files] == [one["digest"] for one in files]
    for one in folders:
        assert [inner["name"] for inner in tree.get(one["address"])["listing"]["entries"]] == ["inner"]
    for address in ("/content?path=odd", "/content?path=folders", *(one["address"] for one in (*files, *folders))):
        page = tree.page(address)
        assert page.status == 200
        assert b"<script>alert" not in page.body
        assert b"two\nlines" not in page.body


def _digest_at(tree: Served, address: str) -> str:
    """What both the tree and an explanation say."""
    facts = tree.get(address)
    assert facts["about"]["digest"] == facts["entry"]["digest"]
    return str(facts["entry"]["digest"])


UPS = (
    "../../../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "/etc/passwd", "//etc/passwd", "src/../../outside",
    "%2e%2e/outside", "..", "../outside", "src/..%2f..%2foutside", "%00", "a%00b", "..%c0%afoutside", "..\\outside",
    "link/secret", "link/nothing", "link/../outside", "src/link2/secret", "~/x", "file:///etc/passwd",
)  # fmt: skip


def test_no_path_leads_out_of_the_tree(tree: Served) -> None:
    outside = tree.repo.root.parent / "outside"
    outside.mkdir()
    (outside / "secret").write_text("a secret\n")
    os.symlink(outside, tree.repo.root / "link")
    os.symlink(outside, tree.repo.root / "src" / "link2")
    for path in UPS:
        page = tree.page(f"/content?path={path}")
        assert page.status == 200
        assert "Not in this content" in page.text, path
        assert "root:" not in page.text
    for path in ("..", "../outside", "src/../../outside", "/etc/passwd", "a%00b"):
        assert "is outside of" in tree.get(f"/content?path={path}&explain=1")["about_error"], path
    # What is behind a link is no matter, whether it is there or not.
    there, not_there = (tree.get(f"/content?path=link/{name}&explain=1") for name in ("secret", "nothing"))
    assert there["about"]["left_out"] == not_there["about"]["left_out"]
    assert there["entry"] is there["about"]["kind"] is None
    assert _entries(tree.get("/content"))["link"]["kind"] == "link"


def test_a_large_folder_is_shown_in_parts(tree: Served) -> None:
    for at in range(1100):
        tree.repo.write(f"many/{at:04}.py")
    first = tree.get("/content?path=many")
    second = tree.get(first["listing"]["after"])
    third = tree.get(second["listing"]["after"])
    names = [one["name"] for page in (first, second, third) for one in page["listing"]["entries"]]
    assert names == [f"{at:04}.py" for at in range(1100)]
    assert (third["listing"]["total"], third["listing"]["after"]) == (1100, "")
    assert tree.get(third["listing"]["before"])["listing"]["first"] == 500
    for first_one in ("99999", "-1", "x", "9" * 30):
        assert tree.get(f"/content?path=many&first={first_one}")["listing"]["total"] == 1100


def test_a_tree_is_shown_though_nobody_knows_who_reads_it(tree: Served) -> None:
    tree.repo.config("[jobs.check]\nstages = [")
    facts = tree.get("/content")
    assert ".gofigure.toml" in _entries(facts)
    assert "toml" in facts["note"].lower()
    assert tree.get("/content?path=README&explain=1")["about_error"]


def test_an_empty_index_and_no_commit(rig: Rig, repo: Repo) -> None:
    repo.config(CONFIG)
    served = Served(rig, repo)
    assert served.get("/content?tree=index")["listing"]["entries"] == []
    assert "names no commit" in served.get("/content?tree=commit")["error"]
    assert "git add" in served.page("/content?tree=index").text


def test_secret_values_are_hidden_in_names(rig: Rig, repo: Repo) -> None:
    repo.config("[jobs.j]\nstages = ['s']\n[stages.s]\nrun = 'true'\nsecrets = ['PASSWORD']\n")
    repo.write("hunter2hunter2/x")
    served = Served(rig, repo, env={"PASSWORD": "hunter2hunter2"})
    facts = served.get("/content")
    (entry,) = (one for one in facts["listing"]["entries"] if one["kind"] == "folder")
    assert (entry["name"], entry["address"]) == ("***", "")
    assert b"hunter2" not in served.page("/content").body
