"""A word on the desktop: when, by which program, and that its text is only text."""

from __future__ import annotations

from pathlib import Path

import pytest

from gofigure.triggers import notification
from gofigure.triggers.notification import command, is_worth_it, why_not


@pytest.mark.parametrize(
    ("state", "before", "worth"),
    [
        ("failed", "", True),
        ("failed", "failed", True),
        ("interrupted", "passed", True),
        ("not begun", "", True),
        ("passed", "", False),
        ("passed", "passed", False),
        ("reused", "passed", False),
        ("passed", "failed", True),
        ("reused", "not begun", True),
        ("skipped", "failed", False),
    ],
)
def test_only_what_is_bad_or_mended_is_news(state: str, before: str, *, worth: bool) -> None:
    assert is_worth_it(state, before) is worth


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"])
def test_linux_where_there_is_a_desktop(name: str) -> None:
    told = command("-title <b>", "<b>bold</b> & more", {name: ":0"}, "linux")
    assert told == ("notify-send", "--app-name=gofigure", "--", "-title <b>", "&lt;b&gt;bold&lt;/b&gt; &amp; more")
    assert command("t", "x", {name: ""}, "linux") == ()


def test_no_desktop_no_word() -> None:
    assert command("t", "x", {"PATH": "/usr/bin"}, "linux") == ()


def test_why_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notification, "command", lambda title, text, environ: command(title, text, environ, "linux"))
    assert why_not({}).startswith("there is no desktop (none of WAYLAND_DISPLAY, ")
    there = {"DISPLAY": ":0", "PATH": str(tmp_path)}
    assert "notify-send" in why_not(there)
    (tmp_path / "notify-send").touch(mode=0o755)
    assert why_not(there) == ""


def test_apple_gets_the_texts_as_arguments_never_as_script() -> None:
    text = '" & (do shell script "false") & "'
    *script, title, body = command("t", text, {}, "darwin")
    assert (script[0], title, body) == ("osascript", "t", text)
    assert not any("shell" in part for part in script)


def test_a_long_text_is_cut() -> None:
    assert max(map(len, command("t" * 9999, "x" * 9999, {"DISPLAY": ":0"}, "linux"))) == 300
