"""Somebody else's text where git itself no longer says so: half a merge, a stash, a squash, a rename, a reset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.pair import Pair, config, project_at, refusal, say_yes
from support.repo import Repo

from gofigure import trust

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


def _mine_and_theirs(pair: Pair) -> None:
    """I change one stage and run; they change the other, far away."""
    pair.i_commit(a=2)
    assert refusal(pair.mine) == ""
    pair.they_push(b="evil")
    pair.mine.git("fetch", "-q")


def _append(repo: Repo, name: str = ".gofigure.toml") -> None:
    with (repo.root / name).open("a") as file:
        file.write("# mine\n")


def _stop_at_a_conflict(pair: Pair) -> None:
    pair.mine.write("other", "mine\n")
    pair.i_commit(a=2)
    assert refusal(pair.mine) == ""
    pair.theirs.write("other", "theirs\n")
    pair.they_push(b="evil")
    assert pair.mine.try_git("pull", "-q", "--no-rebase").returncode == 1


@_elsewhere
def a_merge_that_stopped_and_was_reset(pair: Pair) -> None:
    _stop_at_a_conflict(pair)
    pair.mine.git("reset", "-q")


@_elsewhere
def a_merge_that_stopped_and_was_quit(pair: Pair) -> None:
    _stop_at_a_conflict(pair)
    pair.mine.git("merge", "--quit")


@_elsewhere
def a_merge_that_was_stashed(pair: Pair) -> None:
    _mine_and_theirs(pair)
    pair.mine.git("merge", "-q", "--no-commit", "origin/main")
    pair.mine.git("stash", "-q")
    pair.mine.git("stash", "pop", "-q")


@_elsewhere
def a_squash_that_was_committed(pair: Pair) -> None:
    _mine_and_theirs(pair)
    pair.mine.git("merge", "-q", "--squash", "origin/main")
    pair.mine.git("commit", "-q", "-m", "as if mine")


@_elsewhere
def a_squash_that_was_committed_and_edited_twice(pair: Pair) -> None:
    a_squash_that_was_committed(pair)
    pair.i_commit(a=3, b="evil")
    pair.i_commit(a=4, b="evil")


@_elsewhere
def pulled_reset_and_appended(pair: Pair) -> None:
    pair.they_push(b="evil")
    pair.mine.git("pull", "-q")
    pair.mine.git("reset", "-q", "HEAD~1")
    _append(pair.mine)


@_elsewhere
def pulled_reset_and_formatted(pair: Pair) -> None:
    pulled_reset_and_appended(pair)
    pair.mine.config(config(1, "evil").replace("run = ", "  run  =  "))


@_elsewhere
def picked_reset_and_appended(pair: Pair) -> None:
    """What was mailed or picked, and is named by nothing but the diary."""
    pair.they_ask_me_to_pull(b="evil")
    pair.i_commit(a=2)
    assert refusal(pair.mine) == ""
    pair.mine.git("cherry-pick", "FETCH_HEAD")
    pair.mine.git("fetch", "-q", "origin", "main")
    pair.mine.git("reset", "-q", "HEAD~1")
    _append(pair.mine)


@_elsewhere
def picked_but_not_committed(pair: Pair) -> None:
    _mine_and_theirs(pair)
    pair.mine.git("cherry-pick", "-n", "origin/main")


@_elsewhere
def copied_out_and_edited(pair: Pair) -> None:
    _mine_and_theirs(pair)
    pair.mine.write(".gofigure.toml", pair.mine.git("show", "origin/main:.gofigure.toml"))
    _append(pair.mine)


@_elsewhere
def a_line_that_they_took_away(pair: Pair) -> None:
    """Nothing is new in the text; what guarded it has gone."""
    guarded = config().replace("[stages.b]", '[stages.b]\nneeds = ["a"]\ntimeout = 9')
    pair.mine.config(guarded)
    pair.mine.git("commit", "-q", "-a", "-m", "mine")
    pair.mine.git("push", "-q")
    assert refusal(pair.mine) == ""
    pair.theirs.git("pull", "-q")
    pair.they_push(text=guarded.replace('needs = ["a"]\n', ""))
    pair.mine.git("pull", "-q")
    pair.mine.git("reset", "-q", "HEAD~1")
    _append(pair.mine)


@_elsewhere
def a_line_of_mine_in_another_place(pair: Pair) -> None:
    """No line is new to me; but it now says when the other job runs."""
    jobs = '\n[jobs.check]\nstages = ["a"]\non = ["pre-commit"]\n' + "\n" * 9 + '[jobs.deploy]\nstages = ["b"]\n'
    pair.mine.config(config() + jobs)
    pair.mine.git("commit", "-q", "-a", "-m", "mine")
    pair.mine.git("push", "-q")
    assert refusal(pair.mine) == ""
    pair.theirs.git("pull", "-q")
    pair.they_push(text=config() + jobs + 'on = ["pre-commit"]\n')
    pair.mine.git("pull", "-q")
    pair.mine.git("reset", "-q", "HEAD~1")
    _append(pair.mine)


def _known_by_another_name(pair: Pair) -> None:
    """They have it under another name; I have renamed mine, and git follows."""
    pair.theirs.git("mv", ".gofigure.toml", "gf.conf")
    pair.they_commit()
    pair.mine.git("pull", "-q")
    pair.mine.git("mv", "gf.conf", ".gofigure.toml")
    pair.mine.git("commit", "-q", "-m", "renamed")
    assert refusal(pair.mine) == ""
    pair.theirs.write("gf.conf", config(1, "evil"))
    pair.they_commit()
    pair.mine.git("fetch", "-q")


def _theirs_has_arrived(pair: Pair) -> None:
    assert "evil" in (pair.mine.root / ".gofigure.toml").read_text()


@_elsewhere
def renamed_and_merged(pair: Pair) -> None:
    _known_by_another_name(pair)
    pair.mine.git("merge", "-q", "--no-edit", "origin/main")
    _theirs_has_arrived(pair)


@_elsewhere
def renamed_and_being_merged(pair: Pair) -> None:
    _known_by_another_name(pair)
    pair.mine.git("merge", "-q", "--no-commit", "origin/main")
    _theirs_has_arrived(pair)


@_elsewhere
def renamed_merged_and_reset(pair: Pair) -> None:
    """No merge says so any more; the former name does."""
    _known_by_another_name(pair)
    pair.mine.git("merge", "-q", "--no-commit", "origin/main")
    pair.mine.git("reset", "-q")
    _theirs_has_arrived(pair)


def _copied_by_hand(pair: Pair) -> None:
    """Git is not told of it: the copy comes first, and the other name goes later; and the text is another one."""
    pair.theirs.git("mv", ".gofigure.toml", "gf.conf")
    pair.they_commit()
    pair.mine.git("pull", "-q")
    pair.mine.config("# own\n" + "".join(f"# {number} of my own\n" for number in range(30)))
    assert pair.mine.commit("mine").returncode == 0
    pair.mine.config(config())
    pair.mine.git("rm", "-q", "gf.conf")
    assert pair.mine.commit("renamed").returncode == 0
    assert refusal(pair.mine) == ""
    pair.theirs.write("gf.conf", config(1, "evil"))
    pair.they_commit()
    pair.mine.git("fetch", "-q")


@_elsewhere
def copied_by_hand_and_merged(pair: Pair) -> None:
    _copied_by_hand(pair)
    pair.mine.git("merge", "-q", "--no-edit", "origin/main")
    _theirs_has_arrived(pair)


@_elsewhere
def copied_by_hand_and_being_merged(pair: Pair) -> None:
    _copied_by_hand(pair)
    pair.mine.git("merge", "-q", "--no-commit", "origin/main")
    _theirs_has_arrived(pair)


# What is mine all the same.


@_here
def a_line_that_they_have_changed_as_well(pair: Pair) -> None:
    _mine_and_theirs(pair)
    pair.mine.config(config(2, 3))


@_here
def a_commit_of_mine_that_they_built_upon_before_it_ran(pair: Pair) -> None:
    pair.i_commit(a=2)
    pair.mine.git("push", "-q")
    pair.theirs.git("pull", "-q")
    pair.they_push(a=2, b="evil")
    pair.mine.git("fetch", "-q")
    pair.mine.config(config(2, 3))


@_here
def a_line_that_stands_in_other_stages_too(pair: Pair) -> None:
    pair.mine.config(config() + "timeout = 9\n")
    assert refusal(pair.mine) == ""
    pair.they_push(text=config() + '[stages.theirs]\nrun = "true"\ntimeout = 9\n')
    pair.mine.git("fetch", "-q")
    pair.mine.config(config() + 'timeout = 9\n[stages.mine]\nrun = "ls"\ntimeout = 9\n')


@_here
def a_conflict_that_i_solved_and_reset(pair: Pair) -> None:
    _stop_at_a_conflict(pair)
    pair.mine.git("checkout", "-q", "HEAD", "--", ".gofigure.toml")
    pair.mine.git("reset", "-q")
    pair.mine.config(config(3))


@_here
def a_merge_with_a_branch_that_has_no_configuration(pair: Pair) -> None:
    pair.theirs.git("rm", "-q", ".gofigure.toml")
    pair.they_commit()
    pair.mine.git("pull", "-q")
    pair.mine.config(config(2))
    pair.mine.git("add", "-A")
    pair.mine.git("commit", "-q", "-m", "for myself")
    assert refusal(pair.mine) == ""
    pair.theirs.write("other", "2\n")
    pair.they_commit()
    pair.mine.git("pull", "-q", "--no-rebase", "--no-edit")
    pair.mine.config(config(3))


@pytest.mark.parametrize("steps", HERE.values(), ids=HERE.keys())
def test_what_is_mine_all_the_same_runs(pair: Pair, steps: Steps) -> None:
    steps(pair)
    assert refusal(pair.mine) == ""


@pytest.mark.parametrize("steps", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_what_git_no_longer_names_waits_for_a_yes(pair: Pair, steps: Steps) -> None:
    steps(pair)
    assert refusal(pair.mine)
    say_yes(pair.mine)
    assert refusal(pair.mine) == ""


def test_a_personal_file_that_was_pulled_and_is_no_longer_tracked(pair: Pair) -> None:
    name = ".gofigure.local.toml"
    project = project_at(pair.mine)
    pair.theirs.write(name, '[stages.b]\nrun = "evil"\n')
    pair.they_commit()
    pair.mine.git("pull", "-q")
    pair.mine.git("rm", "-q", "--cached", name)
    pair.mine.git("commit", "-q", "-m", "untracked")
    _append(pair.mine, name)
    judged = trust.refusal(project.trust, [trust.Layer(name, (pair.mine.root / name).read_bytes())])
    assert "some of it is also in this one: commit" in str(judged)
    assert trust.refusal(project.trust, [trust.Layer(name, b"# of my own\n")]) is None


def test_own_work_that_was_rebased_onto_own_work_is_not_called_foreign(pair: Pair) -> None:
    """It asks, as the same diary would be left by somebody else's commit; but it must not say what it cannot know."""
    pair.mine.git("checkout", "-q", "-b", "own")
    pair.i_commit(a=2)
    pair.mine.git("checkout", "-q", "main")
    pair.i_commit(b=2)
    pair.mine.git("rebase", "-q", "main", "own")
    assert "repeats another one, and it cannot be told whose" in refusal(pair.mine)


def test_what_is_committed_but_not_in_the_history_that_git_tells_is_nobodys(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever git leaves out (a setting, a graft), silence is no proof."""
    pair.i_commit(a=2)
    monkeypatch.setattr("gofigure.trust.history.Reader._commits", lambda *_: [])
    assert "no commit that git knows" in refusal(pair.mine)
