"""Hooks that the configuration names: which, and in which order git 2.55 was seen to run them."""

from __future__ import annotations

from gofigure.git.config_hooks import ConfigHook, parse


def _order(*said: str, event: str = "pre-commit") -> list[str]:
    return [one.name for one in parse([("local", "hook." + entry.replace("=", "\n", 1)) for entry in said]).of(event)]


def test_the_order_is_that_of_the_configuration() -> None:
    assert _order("b.event=pre-commit", "a.event=pre-commit", "a.command=x") == ["b", "a"]


def test_one_that_is_named_again_comes_later_for_that_event_alone() -> None:
    said = ("g.event=pre-commit", "g.event=pre-push", "a.event=pre-commit", "a.event=pre-push", "g.event=pre-commit")
    assert _order(*said) == ["a", "g"]
    assert _order(*said, event="pre-push") == ["g", "a"]


def test_an_empty_event_takes_back_those_before_it() -> None:
    assert _order("a.event=pre-commit", "b.event=pre-commit", "a.event=") == ["b"]
    assert _order("a.event=pre-commit", "a.event=", "a.event=pre-commit") == ["a"]


def test_the_last_value_counts_and_names_may_hold_anything() -> None:
    said = [
        ("global", "hook.a.b c.command\nfirst"),
        ("global", "hook.a.b c.event\ncommit-msg"),
        ("local", "hook.a.b c.command\nsecond\nline"),
        ("worktree", "hook.a.b c.enabled\nOFF"),
    ]
    found = parse(said)
    assert found.of("commit-msg") == [ConfigHook("a.b c", "worktree", "second\nline", enabled=False)]


def test_an_event_can_be_off_as_a_whole() -> None:
    found = parse([("local", "hook.a.event\npre-commit"), ("local", "hook.pre-commit.enabled\nfalse")])
    assert found.is_off("pre-commit")
    assert not found.is_off("commit-msg")
    assert not parse([("local", "hook.pre-commit.enabled")]).is_off("pre-commit"), "no value is true"


def test_what_we_say_to_git_ourselves_is_none_of_them() -> None:
    assert parse([("command", "hook.a.event\npre-commit")]) == ({}, {})
