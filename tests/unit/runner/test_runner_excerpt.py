from __future__ import annotations

from pathlib import Path

from gofigure.runner.excerpt import excerpt


def _of(tmp_path: Path, text: bytes) -> tuple[str, ...]:
    log = tmp_path / "a.log"
    log.write_bytes(text)
    return excerpt((str(log),))


def test_it_begins_before_the_first_complaint(tmp_path: Path) -> None:
    noise = b"".join(b"compiling %d\n" % at for at in range(500))
    lines = _of(tmp_path, noise + b"src/a.c:3: error: no semicolon\n" + noise)
    assert lines[:2] == ("compiling 499", "src/a.c:3: error: no semicolon")
    assert len(lines) == 8


def test_a_complaint_comes_before_what_only_sounds_like_trouble(tmp_path: Path) -> None:
    text = b"collecting errors\n" + b"    frame\n" * 20 + b"E       assert 1 == 2\n" + b"tail\n" * 20
    assert _of(tmp_path, text)[1] == "E       assert 1 == 2"


def test_what_we_say_at_the_end_comes_before_what_was_tried(tmp_path: Path) -> None:
    tried = b"$ git fetch\nfatal: error: cut\ntry 1 of 3 has failed; the next one follows in 2 s\n" * 5
    ours = b"gofigure: lib: fatal: no way\nand more\n  is the network there?\n"
    assert _of(tmp_path, tried + ours) == ("gofigure: lib: fatal: no way", "and more", "  is the network there?")
    many = b"gofigure: lib: first\n" + b"".join(b"%d\n" % at for at in range(8)) + b"  the hint\n"
    lines = _of(tmp_path, tried + many)
    assert (lines[0], lines[-1], len(lines)) == ("gofigure: lib: first", "  the hint", 8)
    early = _of(tmp_path, b"gofigure: lib: x\n" + b"fine\n" * 20 + b"error: y\n")
    assert early[1] == "error: y"


def test_without_one_it_is_the_end(tmp_path: Path) -> None:
    assert _of(tmp_path, b"".join(b"line %d\n" % at for at in range(100)))[-1] == "line 99"


def test_a_log_cannot_command_the_terminal(tmp_path: Path) -> None:
    """CVE-2024-52005: escape sequences of another program's output reached the user's terminal."""
    lines = _of(tmp_path, b"\x1b]0;title\x07\x1b[31merror\x1b[0m \x9b31m \x00\xff\n")
    assert "\x1b" not in "".join(lines)
    assert lines[0].startswith("error")


def test_a_log_of_a_gigabyte_is_not_read_whole(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    with log.open("wb") as file:
        file.write(b"start\n")
        file.seek(1 << 30)
        file.write(b"\nfatal: the end\n")
    assert "fatal: the end" in excerpt((str(log),))


def test_nothing_was_printed() -> None:
    assert excerpt(()) == ()


def test_the_first_finding_of_a_linter_comes_before_their_number(tmp_path: Path) -> None:
    findings = b"".join(b"F401 [*] `os` imported\n --> src/%d.py:1:8\n  |\n1 | import os\n" % at for at in range(20))
    assert _of(tmp_path, findings + b"Found 20 errors.\n")[0] == "F401 [*] `os` imported"
    found = _of(tmp_path, b"quiet 127.0.0.1:80: test001 12:30: x\n" * 20 + b"a.go:3:4: vet: bad\nb.go:1: x\nlast\n")
    assert found[1:] == ("a.go:3:4: vet: bad", "b.go:1: x", "last")


def test_what_passed_before_does_not_push_a_late_failure_down(tmp_path: Path) -> None:
    found = _of(tmp_path, b"test_a PASSED\n" * 30 + b"E   assert 1 == 2\nFAILED a.py\n")
    assert found == ("test_a PASSED", "E   assert 1 == 2", "FAILED a.py")


def test_a_hint_in_the_very_first_line_is_one(tmp_path: Path) -> None:
    assert _of(tmp_path, b"cannot open the settings\n" + b"more\n" * 20)[0] == "cannot open the settings"
