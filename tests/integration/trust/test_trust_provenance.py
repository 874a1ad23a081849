"""What was written here runs; what arrived from elsewhere waits for a yes (design decision 11; T7)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.pair import Pair, config, refusal, say_yes, touch

Steps = Callable[[Pair], object]

HERE: dict[str, Steps] = {}
ELSEWHERE: dict[str, Steps] = {}


def _here(steps: Steps) -> Steps:
    HERE[steps.__name__] = steps
    return steps


def _elsewhere(steps: Steps) -> Steps:
    ELSEWHERE[steps.__name__] = steps
    return steps


@pytest.fixture
def pair(tmp_path: Path, environment: dict[str, str]) -> Pair:
    made = Pair.create(tmp_path, environment)
    assert refusal(made.mine) == ""
    return made


# What was written here.


@_here
def edit(pair: Pair) -> None:
    pair.mine.config(config(2))


@_here
def edit_and_stage(pair: Pair) -> None:
    pair.mine.config(config(2))
    pair.mine.git("add", "-A")


@_here
def edit_what_is_staged(pair: Pair) -> None:
    edit_and_stage(pair)
    pair.mine.config(config(3))


@_here
def edit_and_commit(pair: Pair) -> None:
    pair.i_commit(a=2)


@_here
def edit_and_commit_twice(pair: Pair) -> None:
    pair.i_commit(a=2)
    pair.i_commit(a=2, b=2)


@_here
def touched_only(pair: Pair) -> None:
    touch(pair.mine)


@_here
def amend_the_message(pair: Pair) -> None:
    pair.i_commit(a=2)
    pair.mine.git("commit", "-q", "--amend", "-m", "another message")


@_here
def amend_the_configuration(pair: Pair) -> None:
    pair.mine.write("other", "2\n")
    pair.mine.git("commit", "-q", "-a", "-m", "mine")
    pair.mine.config(config(2))
    pair.mine.git("commit", "-q", "-a", "--amend", "-m", "mine")


@_here
def stash_and_pop(pair: Pair) -> None:
    pair.mine.config(config(2))
    pair.mine.git("stash", "-q")
    pair.mine.git("stash", "pop", "-q")


@_here
def stash_and_apply(pair: Pair) -> None:
    pair.mine.config(config(2))
    pair.mine.git("add", "-A")
    pair.mine.config(config(3))
    pair.mine.git("stash", "-q", "-m", "of my own")
    pair.mine.git("stash", "apply", "-q", "--index")


@_here
def own_branches(pair: Pair) -> None:
    pair.mine.git("checkout", "-q", "-b", "one")
    pair.i_commit(a=2)
    pair.mine.git("checkout", "-q", "-b", "two", "main")
    pair.i_commit(a=3)
    assert refusal(pair.mine) == ""
    pair.mine.git("checkout", "-q", "one")


@_here
def own_branches_merged(pair: Pair) -> None:
    pair.mine.git("checkout", "-q", "-b", "one")
    pair.i_commit(a=2)
    pair.mine.git("checkout", "-q", "-b", "two", "main")
    pair.i_commit(b=2)
    pair.mine.git("merge", "-q", "one", "-m", "both")


@_here
def own_branches_merged_but_not_committed(pair: Pair) -> None:
    pair.mine.git("checkout", "-q", "-b", "one")
    pair.i_commit(a=2)
    pair.mine.git("checkout", "-q", "-b", "two", "main")
    pair.i_commit(b=2)
    pair.mine.git("merge", "-q", "--no-commit", "one")


@_here
def own_conflict_solved(pair: Pair) -> None:
    pair.mine.git("checkout", "-q", "-b", "one")
    pair.i_commit(a=2)
    pair.mine.git("checkout", "-q", "-b", "two", "main")
    pair.i_commit(a=3)
    assert pair.mine.try_git("merge", "-q", "one").returncode == 1
    pair.i_commit(a=4)


@_here
def cherry_pick_of_my_own(pair: Pair) -> None:
    pair.mine.git("checkout", "-q", "-b", "one")
    pair.i_commit(a=2)
    pair.mine.git("checkout", "-q", "-b", "two", "main")
    pair.mine.git("cherry-pick", "one")


@_here
def revert_of_my_own(pair: Pair) -> None:
    pair.i_commit(a=2)
    pair.i_commit(a=3)
    pair.mine.git("revert", "--no-edit", "HEAD")


@_here
def reset_to_my_own(pair: Pair) -> None:
    pair.i_commit(a=2)
    pair.i_commit(a=3)
    pair.mine.git("reset", "-q", "--hard", "HEAD^")


@_here
def commit_on_no_branch(pair: Pair) -> None:
    pair.mine.git("checkout", "-q", "--detach")
    pair.i_commit(a=2)


@_here
def pull_of_something_else(pair: Pair) -> None:
    pair.theirs.write("other", "2\n")
    pair.they_commit()
    pair.mine.git("pull", "-q")


@_here
def pull_of_something_else_around_my_own(pair: Pair) -> None:
    pair.theirs.write("theirs", "2\n")
    pair.they_commit()
    pair.i_commit(a=2)
    pair.mine.git("pull", "-q", "--no-rebase", "--no-edit")


@_here
def my_own_rebased_onto_something_else(pair: Pair) -> None:
    pair.theirs.write("theirs", "2\n")
    pair.they_commit()
    pair.i_commit(a=2)
    pair.mine.git("pull", "-q", "--rebase")


@_here
def pushed_by_me_and_pulled_back(pair: Pair) -> None:
    pair.i_commit(a=2)
    pair.mine.git("push", "-q")
    pair.theirs.git("pull", "-q")
    pair.theirs.write("theirs", "2\n")
    pair.they_commit()
    pair.mine.git("reset", "-q", "--hard", "HEAD^")
    pair.mine.git("pull", "-q")


@_here
def theirs_is_only_fetched(pair: Pair) -> None:
    pair.they_push("evil", a="evil")
    pair.mine.git("fetch", "-q")
    pair.i_commit(a=2)


@_here
def something_else_is_being_merged(pair: Pair) -> None:
    pair.theirs.write("theirs", "2\n")
    pair.they_commit()
    pair.mine.git("fetch", "-q")
    pair.i_commit(a=2)
    pair.mine.git("merge", "-q", "--no-commit", "origin/main")
    pair.mine.config(config(3))


@_here
def mine_on_top_of_theirs_that_i_said_yes_to(pair: Pair) -> None:
    pair.they_push(a="theirs")
    pair.mine.git("pull", "-q")
    say_yes(pair.mine)
    pair.i_commit(a="theirs", b=2)


@_here
def theirs_taken_back(pair: Pair) -> None:
    pair.they_push(a="theirs")
    pair.mine.git("pull", "-q")
    assert refusal(pair.mine)
    pair.mine.git("revert", "--no-edit", "HEAD")


@_here
def no_longer_tracked(pair: Pair) -> None:
    pair.mine.git("rm", "-q", "--cached", ".gofigure.toml")
    pair.mine.git("commit", "-q", "-m", "untracked")
    pair.mine.config(config(2))


# What came from elsewhere.


@_elsewhere
def pulled(pair: Pair) -> None:
    pair.they_push(a="evil")
    pair.mine.git("pull", "-q")


@_elsewhere
def pulled_into_my_own(pair: Pair) -> None:
    pair.they_push(a="evil")
    pair.mine.write("mine", "2\n")
    pair.mine.git("add", "-A")
    pair.mine.git("commit", "-q", "-m", "mine")
    pair.mine.git("pull", "-q", "--no-rebase", "--no-edit")


@_elsewhere
def pulled_and_mixed_with_mine(pair: Pair) -> None:
    pair.they_push(a="evil")
    pair.i_commit(b=2)
    pair.mine.git("pull", "-q", "--no-rebase", "--no-edit")


@_elsewhere
def pulled_mixed_and_amended(pair: Pair) -> None:
    pulled_and_mixed_with_mine(pair)
    pair.mine.git("commit", "-q", "--amend", "-m", "as if mine")


@_elsewhere
def my_own_rebased_onto_theirs(pair: Pair) -> None:
    pair.they_push(a="evil")
    pair.i_commit(b=2)
    pair.mine.git("pull", "-q", "--rebase")


@_elsewhere
def my_own_rebased_onto_theirs_and_amended(pair: Pair) -> None:
    my_own_rebased_onto_theirs(pair)
    pair.mine.git("commit", "-q", "--amend", "-m", "as if mine")


@_elsewhere
def theirs_rebased_onto_mine(pair: Pair) -> None:
    pair.they_push("evil", a="evil")
    pair.i_commit(b=2)
    pair.mine.git("fetch", "-q")
    pair.mine.git("checkout", "-q", "-b", "evil", "origin/evil")
    pair.mine.git("rebase", "-q", "main")


@_elsewhere
def theirs_edited(pair: Pair) -> None:
    pulled(pair)
    pair.mine.config(config("evil", 2))


@_elsewhere
def theirs_edited_and_staged(pair: Pair) -> None:
    theirs_edited(pair)
    pair.mine.git("add", "-A")


@_elsewhere
def theirs_edited_and_committed(pair: Pair) -> None:
    pulled(pair)
    pair.i_commit(a="evil", b=2)


@_elsewhere
def theirs_edited_and_committed_twice(pair: Pair) -> None:
    theirs_edited_and_committed(pair)
    pair.i_commit(a="evil", b=3)


@_elsewhere
def theirs_edited_and_amended(pair: Pair) -> None:
    pulled(pair)
    pair.mine.config(config("evil", 2))
    pair.mine.git("commit", "-q", "-a", "--amend", "-m", "as if mine")


@_elsewhere
def theirs_stashed(pair: Pair) -> None:
    checked_out_file(pair)
    pair.mine.git("stash", "-q")
    pair.mine.git("stash", "apply", "-q")


@_elsewhere
def checked_out(pair: Pair) -> None:
    pair.they_push("evil", a="evil")
    pair.mine.git("fetch", "-q")
    pair.mine.git("checkout", "-q", "evil")


@_elsewhere
def checked_out_and_left_with_the_file(pair: Pair) -> None:
    """An edit on top of theirs, carried to a branch where all is approved."""
    checked_out(pair)
    pair.mine.git("reset", "-q", "main")


@_elsewhere
def checked_out_file(pair: Pair) -> None:
    pair.they_push("evil", a="evil")
    pair.mine.git("fetch", "-q")
    pair.mine.git("checkout", "-q", "origin/evil", "--", ".gofigure.toml")


@_elsewhere
def copied_out(pair: Pair) -> None:
    pair.they_push("evil", a="evil")
    pair.mine.git("fetch", "-q")
    pair.mine.write(".gofigure.toml", pair.mine.git("show", "origin/evil:.gofigure.toml"))


@_elsewhere
def checked_out_file_and_committed(pair: Pair) -> None:
    checked_out_file(pair)
    pair.mine.git("commit", "-q", "-m", "as if mine")


@_elsewhere
def merged(pair: Pair) -> None:
    pair.they_push("evil", a="evil")
    pair.mine.git("fetch", "-q")
    pair.mine.git("merge", "-q", "--no-ff", "-m", "both", "origin/evil")


@_elsewhere
def merged_but_not_committed(pair: Pair) -> None:
    pair.they_push("evil", a="evil")
    pair.mine.git("fetch", "-q")
    pair.mine.git("merge", "-q", "--no-ff", "--no-commit", "origin/evil")


@_elsewhere
def mixed_but_not_committed(pair: Pair) -> None:
    pair.they_push("evil", a="evil")
    pair.i_commit(b=2)
    pair.mine.git("fetch", "-q")
    pair.mine.git("merge", "-q", "--no-commit", "origin/evil")


@_elsewhere
def mixed_by_hand_and_committed(pair: Pair) -> None:
    mixed_but_not_committed(pair)
    pair.i_commit(a="evil", b=3, message="both")


@_elsewhere
def squashed(pair: Pair) -> None:
    pair.they_push("evil", a="evil")
    pair.i_commit(b=2)
    pair.mine.git("fetch", "-q")
    pair.mine.git("merge", "-q", "--squash", "origin/evil")


@_elsewhere
def cherry_picked(pair: Pair) -> None:
    pair.they_push("evil", a="evil")
    pair.mine.git("fetch", "-q")
    pair.mine.git("cherry-pick", "origin/evil")


@_elsewhere
def cherry_picked_mixed_and_amended(pair: Pair) -> None:
    pair.they_push("evil", a="evil")
    pair.i_commit(b=2)
    pair.mine.git("fetch", "-q")
    pair.mine.git("cherry-pick", "origin/evil")
    pair.mine.config(config("evil", 3))
    pair.mine.git("commit", "-q", "-a", "--amend", "-m", "as if mine")


@_elsewhere
def reset_to_theirs(pair: Pair) -> None:
    pair.they_push(a="evil")
    pair.mine.git("fetch", "-q")
    pair.mine.git("reset", "-q", "--hard", "origin/main")


@_elsewhere
def a_pull_request(pair: Pair) -> None:
    pair.they_ask_me_to_pull(a="evil")
    pair.mine.git("checkout", "-q", "FETCH_HEAD")


@_elsewhere
def a_pull_request_that_was_checked_out_before_another_fetch(pair: Pair) -> None:
    a_pull_request(pair)
    pair.mine.git("checkout", "-q", "main")
    pair.mine.git("fetch", "-q", "origin", "main")
    pair.mine.git("checkout", "-q", "HEAD@{1}", "--", ".gofigure.toml")


@_elsewhere
def a_file_of_a_pull_request(pair: Pair) -> None:
    pair.they_ask_me_to_pull(a="evil")
    pair.mine.git("checkout", "-q", "FETCH_HEAD", "--", ".gofigure.toml")


@_elsewhere
def mailed(pair: Pair) -> None:
    pair.theirs.config(config("evil"))
    pair.theirs.git("commit", "-q", "-a", "-m", "theirs")
    pair.mine.git("am", "-q", stdin=pair.theirs.git("format-patch", "--stdout", "HEAD^"))


@_elsewhere
def mailed_and_half_applied(pair: Pair) -> None:
    """Only the working tree has it: no commit, no index, no object."""
    pair.theirs.config(config("evil"))
    pair.theirs.write("other", "theirs\n")
    pair.theirs.git("commit", "-q", "-a", "-m", "theirs")
    pair.mine.write("other", "mine\n")
    pair.mine.git("commit", "-q", "-a", "-m", "mine")
    patch = pair.theirs.git("format-patch", "--stdout", "HEAD^")
    assert pair.mine.try_git("am", "-q", "--reject", stdin=patch).returncode != 0
    assert b"evil" in (pair.mine.root / ".gofigure.toml").read_bytes()


@_elsewhere
def brought_back_later(pair: Pair) -> None:
    """It came, went, and comes again by an own revert of their revert."""
    pulled(pair)
    pair.mine.git("revert", "--no-edit", "HEAD")
    pair.mine.git("revert", "--no-edit", "HEAD")


@_elsewhere
def from_a_side_branch_that_was_taken_back(pair: Pair) -> None:
    """History simplification would leave out where it came from."""
    pair.they_push("evil", a="evil")
    pair.theirs.config(config())
    pair.they_commit("evil")
    pair.theirs.git("checkout", "-q", "main")
    pair.theirs.write("theirs", "2\n")
    pair.they_commit()
    pair.theirs.git("merge", "-q", "--no-ff", "-m", "both", "evil")
    pair.theirs.git("push", "-q", "origin", "main", ":evil")
    pair.mine.git("pull", "-q", "--prune")
    assert refusal(pair.mine) == ""
    pair.mine.git("checkout", "-q", "HEAD^2^", "--", ".gofigure.toml")


@_elsewhere
def with_line_ends_that_git_converts(pair: Pair) -> None:
    pair.theirs.write(".gitattributes", ".gofigure.toml text eol=crlf\n")
    pair.they_push(a="evil")
    pair.mine.git("pull", "-q")
    assert b"\r\n" in (pair.mine.root / ".gofigure.toml").read_bytes()


@_elsewhere
def with_an_id_that_git_expands(pair: Pair) -> None:
    pair.theirs.write(".gitattributes", "*.toml ident\n")
    pair.they_push(text=config("evil") + "# $Id$\n")
    pair.mine.git("pull", "-q")


@_elsewhere
def with_an_id_that_git_expanded_before(pair: Pair) -> None:
    """The attribute has gone again, and the file stays as it was checked out."""
    with_an_id_that_git_expands(pair)
    pair.theirs.git("rm", "-q", ".gitattributes")
    pair.they_commit()
    pair.mine.git("pull", "-q")
    assert b"$Id: " in (pair.mine.root / ".gofigure.toml").read_bytes()


@_elsewhere
def through_a_filter(pair: Pair) -> None:
    """Git LFS: what is stored only points to the content."""
    pair.mine.git("config", "filter.large.smudge", "sed s/innocent/evil/")
    pair.theirs.write(".gitattributes", "*.toml filter=large\n")
    pair.they_push(a="innocent")
    pair.mine.git("pull", "-q")
    assert b"evil" in (pair.mine.root / ".gofigure.toml").read_bytes()


@_elsewhere
def through_a_link(pair: Pair) -> None:
    pair.theirs.write("elsewhere.toml", config("evil"))
    (pair.theirs.root / ".gofigure.toml").unlink()
    (pair.theirs.root / ".gofigure.toml").symlink_to("elsewhere.toml")
    pair.they_commit()
    pair.mine.git("pull", "-q")


@_elsewhere
def behind_a_link_that_was_approved(pair: Pair) -> None:
    (pair.theirs.root / ".gofigure.toml").rename(pair.theirs.root / "elsewhere.toml")
    (pair.theirs.root / ".gofigure.toml").symlink_to("elsewhere.toml")
    pair.they_commit()
    pair.mine.git("pull", "-q")
    assert refusal(pair.mine) == "", "the same bytes"
    pair.theirs.write("elsewhere.toml", config("evil"))
    pair.they_commit()
    pair.mine.git("pull", "-q")


@_elsewhere
def behind_a_link_of_my_own(pair: Pair) -> None:
    (pair.mine.root / ".gofigure.toml").rename(pair.mine.root / "elsewhere.toml")
    (pair.mine.root / ".gofigure.toml").symlink_to("elsewhere.toml")
    pair.mine.git("add", "-A")
    pair.mine.git("commit", "-q", "-m", "a link")
    pair.mine.git("push", "-q")
    pair.theirs.git("pull", "-q")
    pair.theirs.write("elsewhere.toml", config("evil"))
    pair.they_commit()
    pair.mine.git("pull", "-q")


def _take_the_files_only(pair: Pair, attributes: str, text: str) -> None:
    """What they wrote, converted by what they wrote; the index and HEAD are mine again."""
    pair.theirs.write(".gitattributes", attributes)
    pair.they_push("evil", text=text)
    pair.mine.git("fetch", "-q")
    pair.mine.git("checkout", "-q", "origin/evil", "--", ".gitattributes")
    pair.mine.git("checkout", "-q", "origin/evil", "--", ".gofigure.toml")
    pair.mine.git("reset", "-q")


@_elsewhere
def converted_line_ends_in_the_files_only(pair: Pair) -> None:
    _take_the_files_only(pair, "*.toml text eol=crlf\n", config("evil"))


@_elsewhere
def an_expanded_id_in_the_files_only(pair: Pair) -> None:
    _take_the_files_only(pair, "*.toml ident\n", config("evil") + "# $Id$\n")


@_elsewhere
def checked_out_file_and_edited(pair: Pair) -> None:
    checked_out_file(pair)
    pair.mine.config(config("evil", 2))


@_elsewhere
def theirs_rebased_onto_mine_and_amended(pair: Pair) -> None:
    theirs_rebased_onto_mine(pair)
    pair.mine.git("commit", "-q", "--amend", "-m", "as if mine")


@_elsewhere
def mine_without_a_diary(pair: Pair) -> None:
    """Not theirs at all; but with the reflog off nobody can tell."""
    pair.mine.git("config", "core.logAllRefUpdates", "false")
    for log in (pair.mine.root / ".git/logs").rglob("*"):
        if log.is_file():
            log.unlink()
    pair.i_commit(a=2)


@_elsewhere
def theirs_repeated_and_then_committed_by_hand(pair: Pair) -> None:
    """First came a repetition of another's commit, and later one by hand with the same bytes."""
    pair.they_ask_me_to_pull(a="evil")
    pair.i_commit(b=2)
    assert refusal(pair.mine) == ""
    pair.mine.git("cherry-pick", "FETCH_HEAD")
    pair.mine.git("reset", "-q", "--soft", "HEAD^")
    pair.mine.git("commit", "-q", "-m", "as if mine", env={"GIT_COMMITTER_DATE": "2026-02-02T03:04:05+00:00"})
    pair.mine.git("fetch", "-q", "origin", "main")


@pytest.mark.parametrize("steps", HERE.values(), ids=HERE.keys())
def test_what_was_written_here_runs(pair: Pair, steps: Steps) -> None:
    steps(pair)
    assert refusal(pair.mine) == ""


@pytest.mark.parametrize("steps", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_what_arrived_waits_for_a_yes(pair: Pair, steps: Steps) -> None:
    steps(pair)
    assert refusal(pair.mine)
    assert refusal(pair.mine), "asking is not a yes"
    say_yes(pair.mine)
    assert refusal(pair.mine) == ""
