"""`gofigure allow` shows what there is to say yes to, so that nothing in it can hide; and asks where somebody sits."""

from __future__ import annotations

import os
import pty
import select
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.pair import Pair, config, refusal
from support.repo import Repo
from support.rig import lines, said, verdicts

from gofigure.cli.consent import visible

SECOND = "has changed since your last yes"


@pytest.fixture
def pair(tmp_path: Path, environment: dict[str, str]) -> Pair:
    return Pair.create(tmp_path, environment)


def _at_a_terminal(
    repo: Repo, answer: str, *args: str, meanwhile: Callable[[], object] = lambda: None
) -> tuple[int, str]:
    """gofigure's exit code and what it says on a terminal on which `answer` is typed once it asks."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*repo.command, *args], cwd=repo.root, env=dict(repo.env), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    text, asked = "", False
    while select.select([ours], [], [], 30)[0]:
        try:
            data = os.read(ours, 65536)
        except OSError:  # nobody has it open any more
            break
        if not data:
            break
        text += data.decode()
        if "[y/N]" in text and not asked:
            asked = True
            meanwhile()
            os.write(ours, answer.encode())
    os.close(ours)
    return process.wait(), text.replace("\r\n", "\n")


def test_yes_can_be_said_with_the_command(repo: Repo) -> None:
    """A hosted CI may have a terminal, at which nobody sits; what is said yes to is shown all the same."""
    repo.config(config())
    code, text = _at_a_terminal(repo, "n\n", "allow", "--yes")
    assert (code, "[y/N]" in text) == (0, False)
    assert config().splitlines()[0] in text
    assert repo.gofigure("status").returncode == 0


def test_the_first_time_it_shows_the_whole(repo: Repo) -> None:
    repo.config(config())
    done = repo.gofigure("allow")
    assert done.returncode == 0
    for line in config().splitlines():
        assert line in said(done)
    assert SECOND not in said(done)
    again = said(repo.gofigure("allow"))
    assert "the same as was allowed" in again
    assert "echo a" not in again


def test_later_it_shows_the_difference(pair: Pair) -> None:
    pair.they_push(a="evil")
    pair.mine.git("pull", "-q")
    done = pair.mine.gofigure("allow")
    assert SECOND in said(done)
    assert '-run = "echo a 1 >> ../ran"' in said(done)
    assert '+run = "echo a evil >> ../ran"' in said(done)
    assert "echo b" not in said(done), "it has not changed, and is far away"


def test_each_worktree_is_shown_its_own_difference(pair: Pair) -> None:
    linked = pair.worktree("-b", "linked")
    linked.config(config(b=2))
    assert (refusal(linked), refusal(pair.mine)) == ("", "")
    pair.they_push("evil", a="evil")
    pair.mine.git("fetch", "-q")
    linked.write(".gofigure.toml", pair.mine.git("show", "origin/evil:.gofigure.toml"))
    shown = said(linked.gofigure("allow"))
    assert '-run = "echo b 2 >> ../ran"' in shown
    assert '+run = "echo a evil >> ../ran"' in shown
    pair.mine.git("checkout", "-q", "evil")
    assert "the same as was allowed" in said(pair.mine.gofigure("allow"))


def test_the_difference_is_to_what_was_in_use_last_not_to_what_was_approved_last(pair: Pair) -> None:
    pair.mine.config(config(2, 2))
    assert refusal(pair.mine) == ""
    pair.mine.config(config())
    assert refusal(pair.mine) == ""
    pair.they_push(a="evil")
    pair.mine.git("pull", "-q")
    shown = said(pair.mine.gofigure("allow"))
    assert '-run = "echo a 1 >> ../ran"' in shown
    assert "echo b" not in shown


def test_as_json(pair: Pair) -> None:
    first = pair.mine.json("allow")
    assert first["allowed"] is True
    assert first["folder"] == str(pair.mine.root.resolve())
    assert first["files"] == [{"name": ".gofigure.toml", "what": "the same", "lines": []}]
    pair.they_push(a="evil")
    pair.mine.git("pull", "-q")
    [file] = pair.mine.json("allow")["files"]
    assert file["what"] == "changed"
    assert '+run = "echo a evil >> ../ran"' in file["lines"]
    assert pair.mine.json("allow", "--revoke") == {"folder": first["folder"], "allowed": False}
    [file] = pair.mine.json("allow")["files"]
    assert (file["what"], file["lines"]) == ("whole", config("evil").splitlines())


@pytest.mark.parametrize(
    ("answer", "allowed"), [("y\n", True), ("yes\n", True), ("\n", False), ("n\n", False), ("\x04", False)]
)
def test_on_a_terminal_it_asks(repo: Repo, answer: str, allowed: bool) -> None:
    repo.config(config())
    code, text = _at_a_terminal(repo, answer, "allow")
    assert 'run = "echo a 1' in text
    assert (code, "nothing was allowed" in text) == ((0, False) if allowed else (2, True)), text
    assert (refusal(repo) == "") == allowed


def test_run_asks_on_a_terminal_and_goes_on(pair: Pair) -> None:
    pair.they_push(a="evil")
    pair.mine.git("pull", "-q")
    code, text = _at_a_terminal(pair.mine, "n\n", "run")
    assert code == 2, text
    assert SECOND in text
    assert "was not made here" in text
    assert lines(pair.mine.root.parent / "ran") == 0
    code, text = _at_a_terminal(pair.mine, "y\n", "run")
    assert code == 0, text
    assert lines(pair.mine.root.parent / "ran") == 2
    code, text = _at_a_terminal(pair.mine, "", "run")
    assert code == 0, text
    assert "[y/N]" not in text


def test_what_changes_while_it_asks_is_not_what_was_said_yes_to(pair: Pair) -> None:
    pair.they_push("evil", a="evil")
    pair.they_push("worse", a="worse")
    pair.mine.git("fetch", "-q")
    pair.mine.git("checkout", "-q", "evil")
    place = pair.mine.root / ".gofigure.toml"
    worse = pair.mine.git("show", "origin/worse:.gofigure.toml")
    code, text = _at_a_terminal(pair.mine, "y\n", "run", meanwhile=lambda: place.write_bytes(worse))
    assert code == 2, text
    assert lines(pair.mine.root.parent / "ran") == 0


HIDING = {
    "run = 'x'\x1b[2K": r"run = 'x'\x1b[2K",
    "run = 'x'\rrun = 'y'": r"run = 'x'\rrun = 'y'",
    "a\u202eb": r"a\u202eb",
    "a\u2066b\u200bc\ufeff": r"a\u2066b\u200bc\ufeff",
    "a\u00a0b\u3164c\ufe0f": r"a\xa0b\u3164c\ufe0f",
    "a\u2028b\x85c\x0bd\x0ce": r"a\u2028b\x85c\x0bd\x0ce",
    "a\U000e0041": r"a\U000e0041",
    "a  ": r"a\x20\x20",
    "a\t": r"a\t",
    "\ta é 漢 🚀 b": "\ta é 漢 🚀 b",
    r"files = '\.py$'": r"files = '\.py$'",
}


@pytest.mark.parametrize(("line", "shown"), HIDING.items(), ids=[repr(line) for line in HIDING])
def test_nothing_can_hide_from_the_reader(line: str, shown: str) -> None:
    """Trojan Source (CVE-2021-42574), terminal escapes, blanks at the end."""
    assert visible(line) == shown


def test_what_is_shown_is_safe_for_a_terminal(repo: Repo) -> None:
    repo.config(config() + "# \u202e\u200b trailing  \n# no end")
    text = said(repo.gofigure("allow"))
    assert r"# \u202e\u200b trailing\x20\x20" in text
    assert "# no end  (no end of line)" in text
    repo.config(config() + r"# \u202e\u200b trailing\x20\x20" + "\n# no end")
    assert SECOND in said(repo.gofigure("allow")), "what looks alike and is not"


def test_a_big_configuration_is_shown_whole_when_comparing_would_take_too_long(pair: Pair) -> None:
    pair.they_push(text=config() + "# x\n" * 6000)
    pair.mine.git("pull", "-q")
    text = said(pair.mine.gofigure("allow"))
    assert text.count("# x") == 6000
    assert SECOND not in text


def test_a_permission_that_is_taken_back_and_given_again_costs_no_history(repo: Repo) -> None:
    repo.config("[jobs.j]\nstages = ['s']\n[stages.s]\nrun = 'true'\n")
    repo.gofigure("allow")
    assert repo.gofigure("run").returncode == 0
    assert repo.gofigure("allow", "--revoke").returncode == 0
    assert repo.gofigure("run").returncode == 2
    assert repo.gofigure("allow", "--yes").returncode == 0
    assert verdicts(repo.json("run"))["s"] == "reused"
    assert not list(repo.root.glob(".gofigure.set-aside*"))


@pytest.mark.parametrize("piped", ["stdout", "stdin"])
def test_a_pager_is_no_yes(repo: Repo, piped: str) -> None:
    """`gofigure allow | less`: who wants to read has not agreed."""
    repo.config(config())
    ours, theirs = pty.openpty()
    stdin, stdout = (subprocess.PIPE if piped == name else theirs for name in ("stdin", "stdout"))
    with subprocess.Popen(
        [*repo.command, "allow"], cwd=repo.root, env=dict(repo.env), stdin=stdin, stdout=stdout, stderr=theirs
    ) as process:
        process.communicate(b"n\n" if piped == "stdin" else None)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 2
    assert repo.gofigure("run").returncode == 2
    assert repo.gofigure("allow").returncode == 0, "where nobody sits, the command is the yes"
