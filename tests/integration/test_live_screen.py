"""What a person sees on a terminal: a real pty, its bytes read by an emulator."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from support.repo import Repo
from support.rig import Gate, Rig
from support.screen import Terminal

SIZES = [(80, 24), (40, 10), (200, 50)]
SPINNER = "[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]"


@contextmanager
def on_terminal(
    repo: Repo,
    *args: str,
    size: tuple[int, int] = (80, 24),
    env: Mapping[str, str] = {},
    program: list[str] | None = None,
    stdin: bool = True,
    stdout: bool = True,
) -> Iterator[Terminal]:
    argv = program or [*repo.command, *args]
    terminal = Terminal(argv, repo.root, {**repo.env, **env}, size=size, stdin=stdin, stdout=stdout)
    try:
        yield terminal
    finally:
        terminal.close()


def project(repo: Repo, **stages: str) -> Repo:
    """A job of these shell lines."""
    names = ", ".join(f'"{name}"' for name in stages)
    bodies = "".join(f"[stages.{name}]\nrun = '''{line}'''\n" for name, line in stages.items())
    repo.config(f'[jobs.check]\non = ["pre-commit"]\nstages = [{names}]\n{bodies}')
    assert repo.gofigure("allow").returncode == 0
    return repo


def shown(terminal: Terminal, pattern: str) -> list[str]:
    return [line for line in terminal.lines if re.search(pattern, line)]


@pytest.fixture
def gate(rig: Rig) -> Gate:
    return rig.gate()


@pytest.mark.parametrize("size", SIZES)
def test_what_runs_is_one_line_and_what_ended_stays(repo: Repo, gate: Gate, size: tuple[int, int]) -> None:
    project(repo, quick="true", slow=f"echo first; echo the newest words; {gate.sh}")
    with on_terminal(repo, "run", "-j2", size=size) as terminal:
        terminal.until("1 of 2 done, 1 running")
        terminal.until("the newest words")
        (line,) = shown(terminal, r"^  . slow")
        assert re.fullmatch(rf"  {SPINNER} slow  +\d\.\d s  the newest words", line)
        assert "first" not in terminal.text
        assert len(shown(terminal, "✓ quick")) == 1
        gate.arrive()
        gate.open()
        assert terminal.finish() == 0
        assert len(shown(terminal, "✓ slow")) == 1
        assert not shown(terminal, SPINNER)
        assert terminal.lines[-1].startswith("check: passed (2 passed) in ")
        assert terminal.screen.cursor.x == 0
        assert max(map(len, terminal.lines)) <= size[0]


@pytest.mark.parametrize("size", [*SIZES, (20, 5), (20, 3)])
def test_more_stages_than_lines(repo: Repo, rig: Rig, size: tuple[int, int]) -> None:
    gate = rig.gate()
    project(repo, **{f"a-stage-with-a-name-{number}": gate.sh for number in range(60)})
    with on_terminal(repo, "run", "-j60", size=size) as terminal:
        for _ in range(60):
            gate.arrive()
        shows = 60 if size[1] > 60 else max(0, size[1] - 3)  # the rest: how many more, the sum, the cursor's line
        terminal.until(f"  … and {60 - shows} more")
        terminal.until("  0 of 60 done")
        assert len(shown(terminal, rf"^  {SPINNER} ")) == shows
        assert len(shown(terminal, "^  0 of 60 done")) == 1
        for _ in range(60):
            gate.open()
        assert terminal.finish() == 0
        assert not shown(terminal, SPINNER)
        assert "passed (60 passed)" in terminal.text.replace("\n", "")


def test_a_failure_says_what_matters_where_it_is_and_how_to_repeat_it(repo: Repo) -> None:
    project(repo, good="true", bad="echo noise; echo 'E   assert 1 == 2'; exit 4")
    with on_terminal(repo, "run", "-j1") as terminal:
        assert terminal.finish() == 1
        at = max(number for number, line in enumerate(terminal.lines) if "✗ bad" in line)
        row, *rest = terminal.lines[at:]
        assert row.endswith("failed: exit code 4")
        assert rest[:2] == ["      | noise", "      | E   assert 1 == 2"]
        assert rest[2].startswith("      log: ")
        assert "      repeat: gofigure run bad" in rest
        assert rest[-1].startswith("check: failed (1 passed, 1 failed) in ")


@pytest.mark.parametrize("many", [10, 11])
def test_what_is_alike_becomes_one_row_when_there_is_much_of_it(repo: Repo, many: int) -> None:
    project(repo, **{f"s{number}": "true" for number in range(many)})
    assert repo.gofigure("run").returncode == 0
    with on_terminal(repo, "run") as terminal:
        assert terminal.finish() == 0
        assert len(shown(terminal, "↺ s")) == (many if many == 10 else 0)
        assert len(shown(terminal, "↺ 11 reused")) == (many == 11)
    assert repo.gofigure("run").stdout.count(b"reused  ") == many


HOSTILE = {
    "escapes": r"printf '\033[2J\033[H\033]0;title\007evil\033[?1049h\033[31m'",
    "begun": r"printf 'evil\033[3'",
    "c1": r"printf 'evil \302\2332J \302\235 x'",
    "bells": r"printf 'evil \a\b\016\017\v\f x'",
    "invalid": r"printf 'evil \377\376\200 x'",
    "half": r"printf 'evil \346\227'",
    "wide": "printf 'evil 日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語'",
    "bars": r"printf '10%%\r20%%\r evil\r'",
    "endless": "echo evil; head -c 300000 /dev/zero | tr '\\0' e",
    "turned": r"printf 'evil \342\200\256 x'",
    "tabs": r"printf 'evil \t\t\t\t\t\t\t\t\t\t\t\t\t x'",
    "emoji": "printf 'evil 👩‍👩‍👧 🇩🇪 ❤️ 👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽'",
}


@pytest.mark.parametrize("end", [0, 1])
def test_nothing_that_a_stage_prints_reaches_the_terminal_as_it_is(repo: Repo, gate: Gate, end: int) -> None:
    project(repo, **{name: f"{line}; {gate.sh}; exit {end}" for name, line in HOSTILE.items()})
    with on_terminal(repo, "run", "-k", f"-j{len(HOSTILE)}", size=(60, 24)) as terminal:
        for _ in HOSTILE:
            gate.arrive()
        terminal.until("evil", lines=len(HOSTILE) - 1)
        terminal.until("eeeeee")
        for name in HOSTILE:
            (line,) = shown(terminal, rf"^  {SPINNER} {name} ")
            assert ("eeeeee" if name == "endless" else "evil") in line
            assert line.endswith("…") is (name in ("endless", "wide"))
        assert terminal.lines[0] == f"check: run 1, {len(HOSTILE)} stages, on the working tree (manual)"
        for _ in HOSTILE:
            gate.open()
        assert terminal.finish() == end
        assert not shown(terminal, SPINNER)
        only_ours(terminal.raw)
        assert terminal.lines[0] == f"check: run 1, {len(HOSTILE)} stages, on the working tree (manual)"
        assert "check: " in terminal.lines[-1] + terminal.lines[-2]


def only_ours(raw: bytes) -> None:
    """Colours, line wrap, erasing and going up, tabs and joined letters: and no other control."""
    ours = r"\x1b\[(\d{1,2}m|\d+A|[JK]|\?7[hl])|\r|\n|\t|\u200d"
    left = re.sub(ours, "", raw.decode())
    assert left.isprintable(), ascii(left)


@pytest.mark.parametrize("to", [(40, 24), (120, 24), (80, 8), (80, 40)])
def test_another_size_in_the_middle(repo: Repo, rig: Rig, to: tuple[int, int]) -> None:
    gates = [rig.gate(f"g{number}") for number in range(3)]
    project(repo, **{f"s{number}": f"echo {'word ' * 20}; {gate.sh}" for number, gate in enumerate(gates)})
    with on_terminal(repo, "run", "-j3") as terminal:
        for gate in gates:
            gate.arrive()
        terminal.until("0 of 3 done, 3 running")
        terminal.resize(*to)
        gates[0].open()
        terminal.until("1 of 3 done, 2 running")
        assert len(shown(terminal, rf"^  {SPINNER} s[12] ")) == 2
        assert len(shown(terminal, "of 3 done")) == 1
        if to[1] >= 24:  # the emulator throws away what a lower screen has no room for
            assert terminal.lines[0].startswith("check: run 1, "), "what is above the area stays"
        gates[1].open()
        gates[2].open()
        assert terminal.finish() == 0
        assert not shown(terminal, SPINNER)
        assert len(shown(terminal, "✓ s[012] ")) == 3


@pytest.mark.parametrize("end", ["ctrl-c", signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_leaves_the_terminal_in_order(repo: Repo, gate: Gate, end: str | int) -> None:
    project(repo, done="true", slow=f"echo words; {gate.sh}")
    with on_terminal(repo, "run", "-j1") as terminal:
        gate.arrive()
        terminal.until("words")
        if isinstance(end, str):
            terminal.type(b"\x03")
        else:
            terminal.kill(end)
        assert terminal.finish() == 130
        in_order(terminal)
        assert terminal.lines[-1].startswith("check: interrupted (1 passed, 1 interrupted) in ")
        assert len(shown(terminal, "slow")) == 1
        assert "^C" not in terminal.text


def test_a_stage_that_does_not_want_to_end(repo: Repo, gate: Gate) -> None:
    project(repo, slow=f"trap '' INT TERM; {gate.sh}")
    with on_terminal(repo, "run") as terminal:
        gate.arrive()
        terminal.type(b"\x03")
        terminal.until("ending 1 (SIGINT); once more ends them at once")
        terminal.type(b"\x03")
        assert terminal.finish() == 130
        in_order(terminal)
        assert "ending" not in terminal.text


def test_nor_does_kill_leave_it_in_disorder(repo: Repo, gate: Gate) -> None:
    project(repo, slow=f"echo words; {gate.sh}")
    with on_terminal(repo, "run") as terminal:
        gate.arrive()
        terminal.until("words")
        terminal.kill(signal.SIGKILL)
        gate.open()  # it is alone now
        assert terminal.finish() == -signal.SIGKILL
        in_order(terminal)


def test_a_window_that_is_closed_ends_nothing_by_itself(repo: Repo, gate: Gate) -> None:
    """Whoever asked for that with nohup."""
    project(repo, slow=f"echo words; {gate.sh}", after="true")
    line = f"trap '' HUP; exec {' '.join(repo.command)} run -j1"
    with on_terminal(repo, program=["sh", "-c", line]) as terminal:
        gate.arrive()
        terminal.until("words")
        terminal.hang_up()
        gate.open()
        assert terminal.finish() == 0
    assert repo.json("history")["runs"][0]["verdict"] == "passed"


def in_order(terminal: Terminal) -> None:
    """The cursor is to be seen and at the start of an empty line; wrapping is on; no colour goes on."""
    cursor = terminal.screen.cursor
    assert (cursor.hidden, cursor.x) == (False, 0)
    assert not terminal.screen.display[cursor.y].strip()
    assert 7 << 5 in terminal.screen.mode  # DECAWM
    assert cursor.attrs.fg == "default"


def test_no_color_is_live_without_colours(repo: Repo, gate: Gate) -> None:
    project(repo, bad=f"echo words; {gate.sh}; exit 1")
    with on_terminal(repo, "run", env={"NO_COLOR": "1", "FORCE_COLOR": "1"}) as terminal:
        terminal.until("words")
        assert shown(terminal, rf"{SPINNER} bad")
        gate.arrive()
        gate.open()
        assert terminal.finish() == 1
        assert not re.search(rb"\x1b\[\d*m", terminal.raw)


@pytest.mark.parametrize("env", [{"NO_COLOR": ""}, {"CI": "true"}, {}])
def test_colours_are_on_otherwise(repo: Repo, env: dict[str, str]) -> None:
    with on_terminal(project(repo, good="true"), "run", env=env) as terminal:
        assert terminal.finish() == 0
        assert b"\x1b[32m" in terminal.raw


@pytest.mark.parametrize("term", ["dumb", "", "unknown"])
def test_a_simple_terminal_gets_plain_lines(repo: Repo, term: str) -> None:
    with on_terminal(project(repo, bad="echo words; exit 1"), "run", env={"TERM": term}) as terminal:
        assert terminal.finish() == 1
        assert b"\x1b" not in terminal.raw
        assert shown(terminal, "^  bad: no proof yet$")
        assert shown(terminal, "^ +repeat: gofigure run bad$")


# What a process has imported when it ends, which it does without taking its modules down.
_TELL_IMPORTS = """
import os, sys
end = os._exit
def tell(code):
    with open("../imported", "w") as file:
        file.write(" ".join(name for name in sys.modules if name.partition(".")[0] in ("rich", "gofigure")))
    end(code)
os._exit = tell
from gofigure.cli.main import main
main()
"""


def imported(repo: Repo) -> set[str]:
    return set((repo.root.parent / "imported").read_text().split())


def test_rich_is_imported_for_letters_that_need_it_only(repo: Repo) -> None:
    """It takes as long as a fifth of a proven run."""
    words = "printf '日本語'; sleep 0.3"
    program = [repo.command[0], "-c", _TELL_IMPORTS, "run"]
    project(repo, wide=words, narrow="printf words; sleep 0.3")
    assert Repo(repo.root, repo.env, tuple(program[:-1])).gofigure("run").returncode == 0
    assert "gofigure.cli.plain" in imported(repo)
    assert not imported(repo) & {"rich", "gofigure.cli.live", "gofigure.cli.area", "gofigure.runner.pulse"}, "piped"
    with on_terminal(repo, program=program) as terminal:
        assert terminal.finish() == 0
    assert "gofigure.cli.live" in imported(repo)
    assert not imported(repo) & {"rich", "gofigure.process.supervisor", "gofigure.runner.pulse"}, "proven"
    with on_terminal(repo, program=[*program, "--no-cache", "narrow"]) as terminal:
        terminal.until("words")
        assert terminal.finish() == 0
    assert "gofigure.runner.pulse" in imported(repo)
    assert "rich" not in imported(repo), "plain letters"
    with on_terminal(repo, program=[*program, "--no-cache", "wide"]) as terminal:
        terminal.until("日")
        assert terminal.finish() == 0
    assert "rich.cells" in imported(repo), "or this test shows nothing"


def test_piped_it_has_no_escape_and_the_same_facts(repo: Repo) -> None:
    project(repo, good="true", bad="echo words; exit 1")
    done = repo.gofigure("run", "-j1", "-k", env={"TERM": "xterm"})
    assert b"\x1b" not in done.stdout + done.stderr
    text = done.stdout.decode()
    assert "  bad   failed " in text
    assert "        | words\n        log: " in text
    assert "        repeat: gofigure run bad\n" in text


def test_force_color_colours_what_is_piped(repo: Repo) -> None:
    project(repo, bad="exit 1")
    plain = repo.gofigure("run").stdout
    done = repo.gofigure("run", env={"FORCE_COLOR": "1"}).stdout
    assert b"\x1b[31mfailed" in done
    assert _timeless(re.sub(rb"\x1b\[\d+m", b"", done)) == _timeless(plain)


def _timeless(text: bytes) -> bytes:
    return re.sub(rb" +[\d.]+ (ms|s)|run(s/| )\d+|\(was .*\)|: [a-z ]*(proof|failed)[^\n]*", b"", text)


def test_json_goes_to_stdout_and_the_screen_to_stderr(repo: Repo, gate: Gate) -> None:
    project(repo, slow=f"echo words; {gate.sh}")
    with on_terminal(repo, "run", "--json", stdout=False) as terminal:
        terminal.until("words")
        gate.arrive()
        gate.open()
        assert terminal.finish() == 0
        assert json.loads(terminal.answer())["runs"][0]["verdict"] == "passed"
        assert terminal.lines[-1].startswith("check: passed")


def test_a_commit_is_live_too(repo: Repo, gate: Gate) -> None:
    project(repo, slow=f"echo words; {gate.sh}; exit 1")
    assert repo.gofigure("install-hooks").returncode == 0
    repo.git("add", "-A")
    with on_terminal(repo, program=["git", "commit", "-qm", "one"], stdin=False) as terminal:
        terminal.until("words")
        assert len(shown(terminal, rf"^  {SPINNER} slow ")) == 1
        gate.arrive()
        gate.open()
        assert terminal.finish() == 1
        assert "      repeat: gofigure run --staged slow" in terminal.lines
        in_order(terminal)


@pytest.mark.parametrize(
    ("how", "repeat"),
    [
        (["-a"], "gofigure run bad"),
        (["only", "this"], "gofigure run bad"),
        ([], "gofigure run --staged bad"),
    ],
)
def test_the_command_repeats_what_a_commit_was_refused_for(repo: Repo, how: list[str], repeat: str) -> None:
    """What `commit -a` and `commit PATH` took into the commit is in no index afterwards."""
    project(repo, bad="grep -q good only")
    repo.write("only", "good\n")
    repo.write("this", "\n")
    assert repo.commit().returncode == 0
    assert repo.gofigure("install-hooks").returncode == 0
    assert repo.gofigure("run").returncode == 0
    repo.write("only", "evil\n")
    if not how:
        repo.git("add", "only")
    done = repo.try_git("commit", "-qm", "two", *how)
    assert done.returncode == 1
    assert f" repeat: {repeat}\n" in done.stderr.decode()
    again = repo.gofigure(*repeat.split()[1:])
    assert again.returncode == 1, again.stdout


@pytest.mark.parametrize("program", ["run >&-", "run 2>&-", "run --json 2>&-"])
def test_closed_streams(repo: Repo, program: str) -> None:
    project(repo, s="echo words")
    line = f"{' '.join(repo.command)} {program}"
    with on_terminal(repo, program=["sh", "-c", line]) as terminal:
        assert terminal.finish() == 0
        assert "bug" not in terminal.text


def test_a_stage_with_wide_letters_in_its_name(repo: Repo, gate: Gate) -> None:
    name = "日本語のテスト日本語のテスト"
    repo.config(f"[jobs.j]\nstages = ['{name}']\n[stages.'{name}']\nrun = '''echo words; {gate.sh}; exit 1'''\n")
    assert repo.gofigure("allow").returncode == 0
    with on_terminal(repo, "run", size=(40, 10)) as terminal:
        terminal.until("words")
        assert shown(terminal, f"^  {SPINNER} 日.*…")
        gate.arrive()
        gate.open()
        assert terminal.finish() == 1
        only_ours(terminal.raw)
        assert not shown(terminal, SPINNER)


# A first digest of many files, as if each step of it took long.
_DIGEST = """
import sys
from gofigure.cli import live
from gofigure.cli.guard import leave
from gofigure.cli.main import _main
from gofigure.snapshot import folder
live._PROGRESS_AFTER = live._EVERY = 0.0
folder._CHUNK = 1
sys.argv = ["gofigure", "run"]
leave(_main)
"""


def test_progress_is_seen_and_goes(repo: Repo) -> None:
    folder = repo.root.parent / "no-repository"
    folder.mkdir()
    outside = project(Repo(folder, repo.env), s="true")
    for number in range(2):
        outside.write(f"f{number}", "x")
    with on_terminal(outside, program=[repo.command[0], "-c", _DIGEST]) as terminal:
        assert terminal.finish() == 0, terminal.text
        assert b"digesting 1 of 3  33 %" in terminal.raw
        assert "digesting" not in terminal.text
        in_order(terminal)
