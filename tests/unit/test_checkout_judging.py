"""What git complains of, judged: tried again or not, and what a person is to do."""

from __future__ import annotations

import pytest

from gofigure.recipes.checkout.trouble import Trouble, again, is_damage, trouble
from gofigure.recipes.checkout.wish import Wish

WISH = Wish("https://example.com/x.git")
PASSING = [
    "fatal: unable to access 'https://example.com/x.git/': Could not resolve host: example.com",
    "fatal: the remote end hung up unexpectedly",
    "error: RPC failed; curl 56 Recv failure: Connection reset by peer",
    "fatal: early EOF",
    "fatal: read error: Connection timed out",
    "fatal: unable to access 'https://example.com/': The requested URL returned error: 502",
    "ssh: connect to host example.com port 22: Connection refused",
    "",
]
FOR_GOOD = {
    "fatal: could not read Username for 'https://example.com': terminal prompts disabled": 'credentials = "user"',
    "remote: Access denied\nfatal: Authentication failed for 'https://example.com/'": 'credentials = "user"',
    "git@example.com: Permission denied (publickey).\nfatal: Could not read from remote repository.": "credentials",
    "Host key verification failed.\nfatal: Could not read from remote repository.": "ssh HOST",
    "fatal: transport 'http' not allowed": "another protocol",
    "fatal: repository 'https://example.com/x.git/' not found": "is the url right",
    "fatal: '/x' does not appear to be a git repository": "is the url right",
    "fatal: detected dubious ownership in repository at '/x'": "whose is it",
    "error: Server does not allow request for unadvertised object 0000": "",
}


@pytest.mark.parametrize("said", PASSING)
def test_what_may_pass(said: str) -> None:
    assert trouble(said, WISH).passing


@pytest.mark.parametrize(("said", "hint"), FOR_GOOD.items())
def test_what_will_not(said: str, hint: str) -> None:
    found = trouble(said, WISH)
    assert not found.passing
    assert hint in found.hint


@pytest.mark.parametrize(
    ("said", "damaged"),
    [
        ("error: object file ./objects/aa/bb is empty\nfatal: bad object HEAD", True),
        ("fatal: Unable to create '/x/shallow.lock': File exists.", True),
        ("error: cannot lock ref 'refs/gofigure/x'", True),
        ("fetch-pack: unexpected disconnect while reading sideband packet\nfatal: early EOF", False),
        ("fatal: early EOF\nfatal: fetch-pack: invalid index-pack output", False),
        ("error: unable to read sha1\nfatal: the remote end hung up unexpectedly", False),
        ("fatal: unable to access 'https://example.com/': Could not resolve host", False),
    ],
)
def test_damage_here_is_told_from_a_connection_that_was_cut(said: str, damaged: bool) -> None:
    assert is_damage(said) is damaged


def test_nothing_secret_is_repeated() -> None:
    assert "pw" not in str(trouble("fatal: unable to access 'https://me:pw@h/': no", WISH))


def test_three_tries_with_pauses_between(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    tried: list[int] = []

    def attempt() -> str:
        tried.append(1)
        if len(tried) < 3:
            raise Trouble("no", passing=True)
        return "yes"

    assert again(attempt, "it") == "yes"
    assert slept == [0.5, 2.0]

    tried.clear()
    slept.clear()

    def refused() -> str:
        tried.append(1)
        raise Trouble("never", passing=False)

    with pytest.raises(Trouble):
        again(refused, "it")
    assert (len(tried), slept) == (1, [])
