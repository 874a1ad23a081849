"""What a page has saved runs only after a yes, whatever was done with it since."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.pair import config, project_at, refusal, say_yes
from support.repo import Repo

from gofigure import trust
from gofigure.errors import GofigureError
from gofigure.trust import Layer
from gofigure.trust.held import folder_of

_NAME = ".gofigure.toml"
_WAITS = "nobody has said yes"


def _save(repo: Repo, text: str, name: str = _NAME) -> bool:
    """As the page does it."""
    place = repo.root / name
    before = place.read_bytes() if place.exists() else b""
    held = trust.hold(project_at(repo).trust, Layer(name, text.encode()), before)
    repo.write(name, text)
    return held


@pytest.fixture
def mine(repo: Repo) -> Repo:
    repo.config(config())
    say_yes(repo)
    assert repo.commit().returncode == 0
    return repo


def test_what_was_saved_waits_and_a_yes_lets_it_run(mine: Repo) -> None:
    mine.config(config(2))
    assert refusal(mine) == ""  # by an editor: written here
    assert _save(mine, config(3))
    assert _WAITS in refusal(mine)
    say_yes(mine)
    assert refusal(mine) == ""
    mine.config(config(4))
    assert refusal(mine) == ""


def test_the_former_bytes_may_be_saved_back(mine: Repo) -> None:
    _save(mine, config(2))
    assert not _save(mine, config())
    assert refusal(mine) == ""


def test_a_hold_without_its_text_only_asks(mine: Repo) -> None:
    """Killed between the two: what stands there was approved, what a person writes next is asked about once."""
    trust.hold(project_at(mine).trust, Layer(_NAME, config(2).encode()), config().encode())
    assert refusal(mine) == ""
    mine.config(config(3))
    assert _WAITS in refusal(mine)
    say_yes(mine)
    mine.config(config(4))
    assert refusal(mine) == ""


def test_an_edit_on_top_carries_it_along(mine: Repo) -> None:
    _save(mine, config("evil"))
    mine.config(config("evil") + "# and mine\n")
    assert _WAITS in refusal(mine)


def test_a_commit_does_not_launder_it(mine: Repo) -> None:
    _save(mine, config("evil"))
    assert mine.commit("saved", "--no-verify").returncode == 0
    assert _WAITS in refusal(mine)
    mine.config(config(2))
    say_yes(mine)  # to something else
    for rest in ("", "# and mine\n"):
        mine.git("checkout", "-q", "HEAD", "--", _NAME)
        mine.config((mine.root / _NAME).read_text() + rest)
        assert _WAITS in refusal(mine), rest


def test_the_very_bytes_wait_though_each_of_their_lines_was_approved(mine: Repo) -> None:
    mine.config(config(2, 2))
    say_yes(mine)
    _save(mine, config(1, 2))
    mine.config(config(3, 3))
    say_yes(mine)
    mine.config(config(1, 2))
    assert _WAITS in refusal(mine)
    mine.config(config(2, 1))
    assert refusal(mine) == ""  # as ever


@pytest.mark.parametrize(
    ("saved", "moved"),
    [
        (".gofigure.local.toml", _NAME),
        ("services/api/.gofigure.toml", _NAME),
        (_NAME, "services/api/.gofigure.toml"),
        ("services/api/.gofigure.toml", "services/web/.gofigure.toml"),
        (_NAME, ".gofigure.local.toml"),
    ],
)
@pytest.mark.parametrize("more", ["", "# and mine\n"])
def test_another_name_does_not_launder_it(mine: Repo, saved: str, moved: str, more: str) -> None:
    _save(mine, config("evil"), saved)
    assert _WAITS in refusal(mine)
    (mine.root / moved).parent.mkdir(parents=True, exist_ok=True)
    (mine.root / saved).rename(mine.root / moved)
    if saved == _NAME:
        mine.config(config())
    mine.write(moved, (mine.root / moved).read_text() + more)
    assert _WAITS in refusal(mine)
    say_yes(mine)
    assert refusal(mine) == ""


def test_another_file_is_still_a_persons(mine: Repo) -> None:
    _save(mine, config("evil"), ".gofigure.local.toml")
    (mine.root / ".gofigure.local.toml").unlink()
    mine.config(config(2))
    assert refusal(mine) == ""
    mine.write("services/api/.gofigure.toml", "[jobs.own]\nstages = ['own']\n[stages.own]\nrun = 'true'\n")
    assert refusal(mine) == ""


def test_another_working_tree_asks_as_well(mine: Repo, tmp_path: Path) -> None:
    other = mine.at(tmp_path / "other")
    mine.git("worktree", "add", "-q", str(other.root))
    assert refusal(other) == ""
    _save(mine, config("evil"))
    other.config(config("evil"))
    assert _WAITS in refusal(other)


def test_outside_git(repo: Repo, tmp_path: Path) -> None:
    plain = repo.at(tmp_path / "plain")
    plain.root.mkdir()
    plain.config(config())
    say_yes(plain)
    _save(plain, config(2))
    assert _WAITS in refusal(plain)
    say_yes(plain)
    assert refusal(plain) == ""


def test_a_yes_to_one_says_nothing_of_a_later_one(mine: Repo) -> None:
    shown = Layer(_NAME, config(2).encode())
    _save(mine, config(2))
    _save(mine, config("evil"))
    trust.allow_saved(project_at(mine).trust, shown)
    assert _WAITS in refusal(mine)
    mine.config(config("evil") + "# and mine\n")
    assert _WAITS in refusal(mine)
    mine.config(config(2))
    assert refusal(mine) == ""
    mine.config(config(3))
    assert _WAITS in refusal(mine)  # the later one is still open


def test_a_permission_taken_back_and_given_again_forgets_nothing(mine: Repo) -> None:
    _save(mine, config("evil"))
    mine.config(config())
    trust.revoke(project_at(mine).trust)
    say_yes(mine)
    mine.config(config("evil"))
    assert _WAITS in refusal(mine)


def test_what_cannot_be_held_is_not_saved(mine: Repo) -> None:
    folder = Path(folder_of(project_at(mine).trust))
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    with pytest.raises(GofigureError):
        trust.hold(project_at(mine).trust, Layer(_NAME, b"x"), b"")
    mine.config(config(2))
    assert "cannot be told" in refusal(mine)


def test_only_so_many_wait(mine: Repo) -> None:
    place = project_at(mine).trust
    for number in range(100):
        trust.hold(place, Layer(_NAME, b"%d" % number), b"")
    with pytest.raises(GofigureError, match="wait for a yes"):
        trust.hold(place, Layer(_NAME, b"one more"), b"")
