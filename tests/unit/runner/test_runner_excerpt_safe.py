"""Excerpts of logs that mislead: in their order, by the source code that they quote, or by not being there."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gofigure.runner.excerpt import excerpt


def _of(tmp_path: Path, text: str) -> tuple[str, ...]:
    log = tmp_path / "a.log"
    log.write_text(text, encoding="utf-8")
    return excerpt((str(log),))


@pytest.mark.parametrize("mark", [*range(0x202A, 0x202F), *range(0x2066, 0x206A)], ids=hex)
def test_a_log_cannot_turn_the_order_of_letters(tmp_path: Path, mark: int) -> None:
    assert _of(tmp_path, f"error: a{chr(mark)}b") == ("error: ab",)


def test_what_is_beside_these_stays(tmp_path: Path) -> None:
    assert _of(tmp_path, "error: \u2029a\u202fb\u2065c")[-1].endswith("a\u202fb\u2065c")


@pytest.mark.parametrize(
    "frame", [" 12 |     except OSError as error:", "   | expected, failed", "7 | raise ValueError"]
)
def test_quoted_source_is_no_complaint(tmp_path: Path, frame: str) -> None:
    lines = _of(tmp_path, f"{frame}\n" + "talk\n" * 20 + "it has failed here\n" + "more\n" * 20)
    assert lines[:2] == ("talk", "it has failed here")


def test_a_line_of_spaces_is_read_once(tmp_path: Path) -> None:
    """By the square of its length it would take a minute."""

    def cost(length: int) -> float:
        began = time.thread_time()
        assert _of(tmp_path, " " * length + "error: x\n")
        return time.thread_time() - began

    small, large = (min(cost(length) for _ in range(3)) for length in (4_000, 32_000))
    assert large < 28 * small


@pytest.mark.parametrize("gone", ["folder/a.log", "."])
def test_a_log_that_cannot_be_read_is_no_bug(tmp_path: Path, gone: str) -> None:
    (line,) = excerpt((str(tmp_path / gone),))
    assert line.startswith("its log cannot be read: ")


def test_output_that_is_no_text_is_called_so(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(bytes(range(128, 256)) * 50)
    assert excerpt((str(log),)) == ("its output is not text",)
    log.write_bytes(b"\0" * 5000 + b"\n" + "caf\xe9 not found".encode("latin-1") + b"\n" + b"\xff" * 300)
    assert excerpt((str(log),)) == ("caf\\xe9 not found",)
