from __future__ import annotations

from typing import Any

import pytest

from gofigure.digest.tree import FILE, Entry
from gofigure.model import Command, Stage
from gofigure.runner.key import Facts, facts_of, file_keys, stage_key

STAGE = Stage("unit", run="make check", env=(("A", "1"),), pass_env=("TOKEN",))


def _facts(stage: Stage = STAGE, **changed: Any) -> Facts:
    given: dict[str, Any] = {
        "commands": [Command(("make", "check"), "api")],
        "env": {"A": "1", "TOKEN": "s3cret"},
        "tools": {"make": "GNU Make 4.3 (00)"},
        "upstream": {"lint": b"\1" * 32},
        "system": "linux-x86_64",
    }
    given.update(changed)
    return facts_of(stage, **given)


@pytest.mark.parametrize(
    "changed",
    [
        {"commands": [Command(("make", "chec", "k"), "api")]},
        {"commands": [Command(("make", "check"), "")]},
        {"env": {"A": "2", "TOKEN": "s3cret"}},
        {"env": {"A": "1", "TOKEN": "other"}},
        {"env": {"A": "1"}},
        {"tools": {"make": "GNU Make 4.4 (00)"}},
        {"tools": {}},
        {"upstream": {"lint": b"\2" * 32}},
        {"upstream": {}},
        {"system": "linux-aarch64"},
        {"stage": STAGE._replace(type="build")},
    ],
    ids=str,
)
def test_whatever_decides_the_result_decides_the_key(changed: dict[str, Any]) -> None:
    """go-task: a changed command counted as up to date; turborepo#4449: an undeclared variable did."""
    assert stage_key(_facts(**changed), b"i" * 32) != stage_key(_facts(), b"i" * 32)


def test_other_inputs_are_another_key() -> None:
    assert stage_key(_facts(), b"i" * 32) != stage_key(_facts(), b"j" * 32)


def test_what_does_not_decide_the_result_does_not_decide_the_key() -> None:
    same = STAGE._replace(name="renamed", timeout=5.0, retries=3, allow_failure=True)
    assert stage_key(_facts(same), b"i" * 32) == stage_key(_facts(), b"i" * 32)


def test_the_order_of_a_table_is_nothing() -> None:
    other = _facts(env={"TOKEN": "s3cret", "A": "1"})
    assert stage_key(other, b"i" * 32) == stage_key(_facts(), b"i" * 32)


def test_a_passed_value_is_not_written_down() -> None:
    assert "s3cret" not in str(_facts())


def test_a_file_key_holds_path_kind_and_content() -> None:
    """go-task: a file moved to another folder, and bytes moved between files, counted as up to date."""
    one = Entry(FILE, b"d" * 32)
    base = file_keys(_facts(), [(b"a.py", one)])
    assert file_keys(_facts(), [(b"b/a.py", one)]) != base
    assert file_keys(_facts(), [(b"a.py", Entry(b"x", one.digest))]) != base
    assert file_keys(_facts(), [(b"a.py", Entry(FILE, b"e" * 32))]) != base
    assert file_keys(_facts(tools={}), [(b"a.py", one)]) != base
    assert file_keys(_facts(), [(b"z", one), (b"a.py", one)])[1:] == base


def test_a_secret_counts_by_its_name_alone() -> None:
    stage = STAGE._replace(secrets=("PIN",))
    with_it = _facts(stage)
    assert with_it.env == {**_facts().env, "PIN": "\0secret"}  # no variable can hold a NUL
    assert stage_key(with_it, b"") != stage_key(_facts(), b"")
