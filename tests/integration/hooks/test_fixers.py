"""Stages that mend: what they change goes into the commit and into the working tree, never over the user's edits."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from support.private import private, repository_of
from support.repo import Repo
from support.rig import said, stages

from gofigure.git.fixes import harvest, merged
from gofigure.git.index import scratch
from gofigure.git.program import Git
from gofigure.workspace import take_over

CONFIG = """
[jobs.check]
on = ["pre-commit", "pre-merge-commit"]
stages = ["check", "fmt"]
[stages.fmt]
run = 'sed -i "s/BAD/good/" "$@"'
files = '\\.txt$'
fix = true
[stages.check]
run = "! grep BAD *.txt"
inputs = ["*.txt"]
"""
LINES = [f"line {number}\n" for number in range(1, 31)]


@pytest.fixture
def project(repo: Repo) -> Repo:
    """One commit with two files of thirty lines; hooks installed."""
    repo.config(CONFIG)
    repo.write("a.txt", "".join(LINES))
    repo.write("b.txt", "".join(LINES))
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "one")
    assert repo.gofigure("install-hooks").returncode == 0
    return repo


def edit(repo: Repo, name: str, **lines: str) -> None:
    """Change single lines: `edit(repo, "a.txt", _3="BAD")`."""
    now = (repo.root / name).read_text().splitlines(keepends=True)
    for number, text in lines.items():
        now[int(number[1:]) - 1] = f"{text}\n"
    repo.write(name, "".join(now))


def line(text: bytes | str, number: int) -> str:
    return (text if isinstance(text, str) else text.decode()).splitlines()[number - 1]


def committed(repo: Repo, name: str, number: int) -> str:
    return line(repo.git("show", f"HEAD:{name}"), number)


def here(repo: Repo, name: str, number: int) -> str:
    return line((repo.root / name).read_text(), number)


def commit(repo: Repo, *args: str) -> None:
    done = repo.try_git("commit", "-q", "-m", "two", *args)
    assert done.returncode == 0, said(done)


def test_a_staged_file_is_mended_in_the_commit_and_in_the_working_tree(project: Repo) -> None:
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    commit(project)
    assert committed(project, "a.txt", 3) == "good"
    assert project.git("status", "--porcelain") == b""


def test_edits_that_are_not_staged_stay_and_stay_out_of_the_commit(project: Repo) -> None:
    """lint-staged and hk merge such files back through a stash; here they never go away."""
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    edit(project, "a.txt", _20="mine")
    project.write("new", "untracked\n")
    commit(project)
    assert (committed(project, "a.txt", 3), committed(project, "a.txt", 20)) == ("good", "line 20")
    assert (here(project, "a.txt", 3), here(project, "a.txt", 20)) == ("good", "mine")
    assert project.git("status", "--porcelain") == b" M a.txt\n?? new\n"


def test_where_edits_are_at_odds_the_file_is_left_alone_and_the_patch_kept(project: Repo) -> None:
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    edit(project, "a.txt", _3="BAD and mine")
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode == 0, said(done)
    assert committed(project, "a.txt", 3) == "good"
    assert here(project, "a.txt", 3) == "BAD and mine"
    (told,) = [row for row in said(done).splitlines() if "left alone" in row]
    patch = Path(told.rpartition("see ")[2]).read_bytes()
    assert b"-BAD\n+good\n" in patch
    assert b"a/a.txt" in patch


@pytest.mark.parametrize("how", [("-a",), ("--", "a.txt"), ("--only", "a.txt"), ("--include", "a.txt")], ids=str)
def test_the_index_that_git_hands_over_is_the_one_that_is_mended(project: Repo, how: tuple[str, ...]) -> None:
    """lint-staged#1787 committed what was not formatted, as it looked at another index."""
    edit(project, "a.txt", _3="BAD")
    project.write("other.txt", "staged\n")
    project.git("add", "other.txt")
    commit(project, *how)
    assert committed(project, "a.txt", 3) == "good"
    assert here(project, "a.txt", 3) == "good"
    taken = "other.txt" in project.git("ls-tree", "--name-only", "HEAD").decode()
    assert taken == (how[0] in ("-a", "--include"))
    assert project.git("status", "--porcelain") == (b"" if taken else b"A  other.txt\n")


def test_amending(project: Repo) -> None:
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    commit(project, "--amend")
    assert committed(project, "a.txt", 3) == "good"
    assert project.git("rev-list", "--count", "HEAD") == b"1\n"


def test_a_merge_is_mended_when_it_is_concluded(project: Repo) -> None:
    project.git("checkout", "-q", "-b", "side")
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    project.git("commit", "-q", "--no-verify", "-m", "bad")
    project.git("checkout", "-q", "main")
    project.write("c.txt", "c\n")
    assert project.commit("c").returncode == 0
    done = project.try_git("merge", "-q", "--no-edit", "side")
    assert done.returncode != 0, "git commits the tree that it had before the hook: a fixer can only check"
    assert "it changed a.txt" in said(done)
    commit(project)
    assert committed(project, "a.txt", 3) == "good"
    assert len(project.git("rev-list", "--parents", "-1", "HEAD").split()) == 3
    assert project.git("status", "--porcelain") == b""


def test_in_a_linked_worktree(project: Repo, tmp_path: Path) -> None:
    linked = project.at(tmp_path / "linked")
    project.git("worktree", "add", "-q", "-b", "other", str(linked.root))
    edit(linked, "a.txt", _3="BAD")
    commit(linked, "-a")
    assert committed(linked, "a.txt", 3) == "good"
    assert linked.git("status", "--porcelain") == b""
    assert here(project, "a.txt", 3) == "line 3"


def test_the_checkers_of_the_job_read_what_was_mended(project: Repo) -> None:
    """Although the job lists them before the fixer."""
    edit(project, "a.txt", _3="BAD")
    commit(project, "-a")
    runs = project.json("history")["runs"]
    assert [row["stage"] for row in runs[-1]["stages"]] == ["fmt"]
    assert runs[-1]["stages"][0]["note"] == "mended a.txt"
    last = {row["stage"]: row["verdict"] for row in runs[0]["stages"]}
    assert last == {"check": "passed", "fmt": "reused"}


def test_only_what_it_changed_is_handed_to_it_again(project: Repo) -> None:
    project.config(
        CONFIG.replace("""run = 'sed""", """run = 'echo "$@" >> """ + str(project.root.parent / "seen") + """; sed""")
    )
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    commit(project)
    assert (project.root.parent / "seen").read_text() == "a.txt\na.txt\n", "b.txt is not part of the commit"


def test_old_files_are_not_this_commits_business(project: Repo) -> None:
    """The first commit after a formatter was adopted must not reformat the whole project."""
    edit(project, "b.txt", _3="BAD")
    project.git("commit", "-q", "--no-verify", "-a", "-m", "old code")
    project.config(CONFIG.replace('"check", "fmt"', '"fmt"'))
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    commit(project)
    assert (committed(project, "a.txt", 3), committed(project, "b.txt", 3)) == ("good", "BAD")
    assert project.gofigure("run").returncode == 0
    assert here(project, "b.txt", 3) == "good", "by hand it mends all there is"


def test_mended_content_is_proven(project: Repo) -> None:
    edit(project, "a.txt", _3="BAD")
    commit(project, "-a")
    assert {row["verdict"] for row in project.json("run")["runs"][0]["stages"]} == {"reused"}


def test_a_fixer_that_fails_because_it_changed_something_has_done_its_work(project: Repo) -> None:
    """As the fixers of pre-commit do: end-of-file-fixer exits 1 when it has fixed."""
    project.config(CONFIG.replace('"$@"\'', '"$@"; ! git diff --name-only | grep .\''))
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    commit(project)
    assert committed(project, "a.txt", 3) == "good"


def test_what_it_cannot_mend_stops_the_commit_and_what_it_could_is_there(project: Repo) -> None:
    project.config(CONFIG.replace('"$@"\'', '"$@"; ! grep WORSE "$@"\''))
    edit(project, "a.txt", _3="BAD", _9="WORSE")
    project.git("add", "-A")
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode != 0
    assert here(project, "a.txt", 3) == "good"
    assert line(project.git("show", ":a.txt"), 3) == "good"


def test_two_fixers_of_one_file_run_one_after_the_other(project: Repo) -> None:
    project.config(
        CONFIG.replace('"fmt"]', '"fmt", "two"]')
        + "[stages.two]\nrun = 'sed -i s/good/better/ \"$@\"'\nfiles = '\\.txt$'\nfix = true\n"
    )
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    commit(project)
    assert committed(project, "a.txt", 3) == "better"
    assert project.git("status", "--porcelain") == b""


def test_fixers_that_undo_one_another_end_with_a_word(project: Repo) -> None:
    project.config(
        CONFIG.replace('"fmt"]', '"fmt", "two"]')
        + "[stages.two]\nrun = 'sed -i \"s/good/more BAD/\" \"$@\"'\nfiles = '\\.txt$'\nfix = true\n"
    )
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode != 0
    assert "the fixers do not come to an end: a.txt changed each of 10 times" in said(done)


def test_a_fixer_that_undoes_its_own_work_ends_with_a_word(project: Repo) -> None:
    project.config(CONFIG.replace("s/BAD/good/", "s/^BAD$/b/; t; s/^b$/BAD/"))
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode != 0
    assert "the fixers do not come to an end: a.txt is as it was before" in said(done)


def test_fixers_that_fail_when_they_mend_all_have_their_turn_in_one_round(project: Repo) -> None:
    """As pre-commit's do; four of them once took four rounds, and were told that they disagree."""
    names = [f"fix{number}" for number in range(4)]
    stages = "".join(
        f'[stages.{name}]\nrun = \'! grep -l {name} "$@" || {{ sed -i s/{name}/done/ "$@"; exit 1; }}\'\n'
        "files = '\\.txt$'\nfix = true\n"
        for name in names
    )
    project.config(f'[jobs.check]\non = ["pre-commit"]\nstages = {names}\nstrict_dependency = true\n{stages}')
    edit(project, "a.txt", _3=" ".join(names))
    project.git("add", "-A")
    commit(project)
    assert committed(project, "a.txt", 3) == "done done done done"
    assert len(project.json("history")["runs"]) == 3  # they mend, they look once more, and the job is all proven


def test_a_commit_cannot_be_mended_any_more_and_so_it_is_checked(project: Repo) -> None:
    edit(project, "a.txt", _3="BAD")
    project.git("commit", "-q", "-a", "--no-verify", "-m", "bad")
    project.write("a.txt", "".join(LINES))
    done = project.gofigure("run", "--commit", "HEAD", "fmt")
    assert done.returncode == 1, said(done)
    assert "it changed a.txt" in said(done)
    assert "| -BAD" in said(done)
    assert (project.root / "a.txt").read_text() == "".join(LINES)


def test_by_hand_it_mends_the_working_tree_and_leaves_the_index(project: Repo) -> None:
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    edit(project, "a.txt", _9="BAD")
    told = project.json("run", "fmt")
    assert (here(project, "a.txt", 3), here(project, "a.txt", 9)) == ("good", "good")
    assert line(project.git("show", ":a.txt"), 3) == "BAD"
    assert told["runs"][0]["verdict"] in ("passed", "reused")


def test_by_hand_on_what_is_staged(project: Repo) -> None:
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    assert project.gofigure("run", "--staged").returncode == 0
    assert line(project.git("show", ":a.txt"), 3) == "good"
    assert here(project, "a.txt", 3) == "good"


def test_mode_line_ends_and_bytes_that_are_no_text(project: Repo) -> None:
    project.write(".gitattributes", "a.txt text eol=crlf\n")
    project.write("a.txt", "one\r\nBAD\r\n", mode=0o755)
    project.write("bin.txt", b"\0\xff BAD\n")
    project.git("add", "-A")
    commit(project)
    assert (project.root / "a.txt").read_bytes() == b"one\r\ngood\r\n"
    assert os.stat(project.root / "a.txt").st_mode & 0o777 == 0o755
    assert project.git("show", "HEAD:a.txt") == b"one\ngood\n"
    assert b"\xff good\n" in (project.root / "bin.txt").read_bytes()
    assert project.git("status", "--porcelain") == b""


def test_a_binary_file_with_edits_of_ones_own_is_left_alone(project: Repo) -> None:
    project.write("bin.txt", b"\0BAD\n")
    project.git("add", "-A")
    project.write("bin.txt", b"\0BAD\n\0mine\n")
    commit(project)
    assert (project.root / "bin.txt").read_bytes() == b"\0BAD\n\0mine\n"
    assert project.git("show", "HEAD:bin.txt") == b"\0good\n"


def test_the_execute_bit_is_mended_too(project: Repo) -> None:
    project.config(CONFIG.replace("""run = 'sed""", """run = 'chmod +x "$@"; sed"""))
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    commit(project)
    assert project.git("ls-tree", "HEAD", "a.txt").startswith(b"100755")
    assert os.stat(project.root / "a.txt").st_mode & 0o111
    assert project.git("status", "--porcelain") == b""


def test_what_is_too_large_to_be_merged_is_left_alone_with_the_reason(project: Repo) -> None:
    project.write("big.txt", b"BAD\n" + b"x" * (33 << 20))
    project.git("add", "-A")
    done = project.gofigure("run")
    assert done.returncode == 1
    assert "left alone in the working tree, as it is too large: big.txt" in said(done)
    assert "mended in" not in said(done)


def test_what_an_editor_saves_while_it_is_merged_is_not_lost(project: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    saved: list[Path] = []

    def merge_slowly(git: Git, mine: bytes, base: bytes, theirs: bytes, folder: str) -> bytes | None:
        if not saved:
            saved.append(project.write("a.txt", mine + b"saved meanwhile\n"))
        return merged(git, mine, base, theirs, folder)

    monkeypatch.setattr(take_over, "merged", merge_slowly)
    repository = repository_of(project)
    with private(project) as made:
        edit(project, "a.txt", _20="mine")
        (made.root / "a.txt").write_text((made.root / "a.txt").read_text().replace("line 3\n", "good\n"))
        with scratch(repository) as folder:
            tree = project.git("rev-parse", "HEAD^{tree}").decode().strip()
            fixes = harvest(made.repository, tree, folder)
            source = take_over.Source(made.repository, tree)
            assert take_over.take_over(repository, source, fixes, frozenset(), folder) == {}
    assert (here(project, "a.txt", 3), here(project, "a.txt", 20)) == ("good", "mine")
    assert here(project, "a.txt", 31) == "saved meanwhile"


def test_a_change_of_which_nothing_is_left_is_told(project: Repo) -> None:
    project.config(CONFIG.replace("s/BAD/good/", "s/line  3/line 3/"))
    project.git("commit", "-q", "--no-verify", "-a", "-m", "settings")
    edit(project, "a.txt", _3="line  3")
    done = project.try_git("commit", "-q", "-a", "-m", "two")
    assert "fixers have left nothing of the change" in said(done)


def test_the_fixers_of_all_jobs_come_before_any_checker(project: Repo) -> None:
    project.config(
        CONFIG.replace('"check", "fmt"', '"check"').replace("[jobs.check]", "[jobs.a]")
        + '[jobs.b]\non = ["pre-commit"]\nstages = ["fmt"]\n'
    )
    assert project.gofigure("install-hooks").returncode == 0
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    commit(project)
    assert committed(project, "a.txt", 3) == "good"


def test_fixers_that_undo_one_another_within_a_turn_prove_nothing(project: Repo) -> None:
    project.config(
        CONFIG.replace('"check", "fmt"', '"fmt", "two"').replace("s/BAD/good/", "s/one/two/")
        + "[stages.two]\nrun = 'sed -i s/two/one/ \"$@\"'\nfiles = '\\.txt$'\nfix = true\n"
    )
    edit(project, "a.txt", _3="one")
    project.git("add", "-A")
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode != 0
    assert "the fixers undo what others of them have changed: fmt, two" in said(done)


def test_a_fixer_that_stages_by_itself(project: Repo) -> None:
    """The commonest line of all: FORMAT "$@" && git add "$@"."""
    project.config(CONFIG.replace('"$@"\'', '"$@" && git add "$@"\''))
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    edit(project, "a.txt", _20="mine")
    commit(project)
    assert committed(project, "a.txt", 3) == "good"
    assert (here(project, "a.txt", 3), here(project, "a.txt", 20)) == ("good", "mine")


@pytest.mark.parametrize("flag", ["skip-worktree", "assume-unchanged"])
def test_what_git_is_told_not_to_look_at_stays_hidden(project: Repo, flag: str) -> None:
    """A secret in a file with such a flag must not come into the next commit."""
    project.config(CONFIG.replace('"check", "fmt"', '"fmt"'))
    edit(project, "b.txt", _3="BAD")
    project.git("add", "-A")
    project.git("update-index", f"--{flag}", "b.txt")
    edit(project, "b.txt", _9="a secret")
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode == 0, said(done)
    assert committed(project, "b.txt", 3) == "good"
    edit(project, "a.txt", _4="other")
    commit(project, "-a")
    assert b"a secret" not in project.git("show", "HEAD:b.txt")
    assert here(project, "b.txt", 9) == "a secret"


def test_line_ends_that_only_this_working_tree_has(project: Repo) -> None:
    project.git("config", "core.autocrlf", "true")
    project.write("a.txt", "one\nBAD\n")  # although git would check it out with CRLF
    project.write("b.txt", "one\r\nBAD\r\n")
    project.git("add", "-A")
    project.git("config", "core.autocrlf", "input")
    commit(project)
    assert (project.root / "b.txt").read_bytes() == b"one\r\ngood\r\n"
    assert (project.root / "a.txt").read_bytes() == b"one\ngood\n"
    assert project.git("show", "HEAD:b.txt") == b"one\ngood\n"


def test_a_file_that_is_gone_from_the_working_tree_stays_gone(project: Repo) -> None:
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    (project.root / "a.txt").unlink()
    commit(project)
    assert committed(project, "a.txt", 3) == "good"
    assert not (project.root / "a.txt").exists()


def test_a_link_in_the_files_place_is_not_followed(project: Repo, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("BAD\n")
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    (project.root / "a.txt").unlink()
    (project.root / "a.txt").symlink_to(outside)
    commit(project)
    assert outside.read_text() == "BAD\n"
    assert (project.root / "a.txt").is_symlink()


def test_what_was_staged_anew_meanwhile_is_not_overwritten(project: Repo) -> None:
    """The stage stands for a person who stages another version while the fixer runs."""
    anew = f"cd {project.root} && echo mine > a.txt && git add a.txt"
    project.config(CONFIG.replace("""run = 'sed""", f"""run = '({anew}); sed"""))
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode != 0
    assert "a.txt was staged anew while it was being mended" in said(done)
    assert project.git("show", ":a.txt") == b"mine\n"
    assert (project.root / "a.txt").read_text() == "mine\n"


def test_an_index_that_somebody_holds_is_an_error_and_changes_nothing(project: Repo) -> None:
    project.config(CONFIG.replace("""run = 'sed""", f"""run = 'touch {project.root}/.git/index.lock; sed"""))
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    done = project.gofigure("run", "--staged", "fmt")
    (project.root / ".git/index.lock").unlink()
    assert done.returncode == 2
    assert "index.lock" in said(done)
    assert here(project, "a.txt", 3) == "BAD"


def test_a_stage_without_fix_that_changes_a_file_fails_and_shows_what(project: Repo) -> None:
    project.config(CONFIG.replace("fix = true\n", ""))
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    edit(project, "b.txt", _9="mine")
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode != 0
    assert "it changed a.txt (fix = true takes that over)" in said(done)
    assert "| -BAD" in said(done)
    assert "| +good" in said(done)
    assert here(project, "a.txt", 3) == "BAD", "it ran in a private checkout"
    row = stages(project.json("history"))["fmt"]
    assert (row["verdict"], row["proven"], row["exit_code"]) == ("failed", False, None)


def test_so_it_does_in_place(project: Repo) -> None:
    project.config(CONFIG.replace("fix = true\n", "").replace('"check", "fmt"', '"fmt"'))
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode != 0
    assert "fmt runs in a private checkout: what it reads changed while it ran in the working tree" in said(done)
    assert "it changed a.txt" in said(done)
    assert "| +good" in said(done)


def test_what_somebody_saves_meanwhile_is_nobodys_fault(project: Repo) -> None:
    """The stage stands for a person who goes on typing while the hook runs."""
    once = f"test -e {project.root}/../saved || {{ touch {project.root}/../saved; echo mine >> {project.root}/b.txt; }}"
    project.config(CONFIG.replace("fix = true\n", "").replace('"! grep BAD *.txt"', f"'{once}'"))
    edit(project, "a.txt", _3="better")
    project.git("add", "-A")
    commit(project)
    rows = stages(project.json("history"))
    assert (rows["check"]["verdict"], rows["check"]["proven"], rows["check"]["place"]) == ("passed", True, "private")
    assert here(project, "b.txt", 31) == "mine"


def test_one_that_only_reads_is_not_to_blame(project: Repo) -> None:
    project.config(CONFIG.replace("fix = true\n", "").replace('"! grep BAD *.txt"', "'true'"))
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    project.try_git("commit", "-q", "-m", "two")
    rows = stages(project.json("history"))
    assert rows["fmt"]["verdict"] == "failed"
    assert (rows["check"]["verdict"], rows["check"]["proven"]) == ("passed", False)


def test_an_edit_of_the_users_during_a_run_by_hand_is_no_failure(project: Repo) -> None:
    """Nobody can tell who wrote the file; it only proves nothing."""
    project.config(CONFIG.replace('"! grep BAD *.txt"', f"'echo mine > {project.root}/a.txt'"))
    rows = stages(project.json("run", "check"))
    assert (rows["check"]["verdict"], rows["check"]["proven"]) == ("passed", False)
    assert "a.txt changed" in rows["check"]["note"]


def test_new_and_removed_files_are_no_fix(project: Repo) -> None:
    project.config(CONFIG.replace('"$@"\'', '"$@"; touch new.txt; rm -f b.txt\''))
    edit(project, "a.txt", _3="BAD")
    edit(project, "b.txt", _3="other")
    project.git("add", "-A")
    done = project.try_git("commit", "-q", "-m", "two")
    assert done.returncode != 0
    assert "it changed b.txt" in said(done)
    assert (project.root / "b.txt").exists()
    assert not (project.root / "new.txt").exists()


def test_the_users_kind_of_index_stays(project: Repo) -> None:
    project.git("update-index", "--split-index")
    project.git("config", "core.splitIndex", "true")
    edit(project, "a.txt", _3="BAD")
    project.git("add", "-A")
    assert project.gofigure("run", "--staged").returncode == 0
    assert line(project.git("show", ":a.txt"), 3) == "good"
    assert list((project.root / ".git").glob("sharedindex.*"))
    assert project.git("rev-parse", "--shared-index-path") != b""


def test_without_git_it_works_where_the_files_are(home: Path, environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    plain = Repo(folder, environment)
    plain.config(CONFIG.replace('"check", "fmt"', '"fmt"'))
    plain.write("a.txt", "BAD\n")
    assert plain.gofigure("allow").returncode == 0
    plain.gofigure("run")
    assert (folder / "a.txt").read_text() == "good\n"
    assert stages(plain.json("run"))["fmt"]["proven"]


def test_a_fixer_wants_no_working_tree(project: Repo) -> None:
    project.config(CONFIG.replace("fix = true", "fix = true\nworkspace = 'in-place'"))
    done = project.gofigure("validate")
    assert done.returncode == 2
    assert "stages.fmt.workspace" in said(done)


def test_in_a_submodule(project: Repo, tmp_path: Path) -> None:
    outer = Repo.create(tmp_path / "outer", project.env)
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(project.root), "sub")
    outer.git("commit", "-q", "-m", "outer")
    inner = outer.at(outer.root / "sub")
    assert inner.gofigure("install-hooks").returncode == 0
    edit(inner, "a.txt", _3="BAD")
    commit(inner, "-a")
    assert committed(inner, "a.txt", 3) == "good"
    assert (
        subprocess.run(
            ["git", "status", "--porcelain"], cwd=inner.root, env=dict(inner.env), capture_output=True, check=True
        ).stdout
        == b""
    )
