"""How an open tab knows that the page answers, and not who has got its port."""

from __future__ import annotations

import hmac
import os
import re
import signal

import pytest
from support.page import Served
from support.repo import Repo
from support.rig import Rig

WORD = {"X-Gofigure-Tab": "word"}
PROOF = "x-gofigure-proof"


def _secret(served: Served) -> str:
    found = re.search(r'data-tabs="(\w{64})"', served.ask("GET", "/").text)
    assert found is not None
    return found[1]


def _proof(secret: str, word: bytes = b"word") -> str:
    return hmac.digest(secret.encode(), word, "sha256").hex()


def test_whatever_is_answered_is_proven_to_who_is_in(served: Served) -> None:
    secret = _secret(served)
    for path in ("/", "/runs/999", "/history", "/nothing", "/api/v1/now"):
        assert served.ask("GET", path, WORD).headers[PROOF] == _proof(secret), path
    assert served.ask("GET", "/", {"X-Gofigure-Tab": "other"}).headers[PROOF] == _proof(secret, b"other")
    assert PROOF not in served.ask("GET", "/").headers


@pytest.mark.parametrize("path", ["/", "/login?ticket=x", "/static/main.js", "/nothing"])
def test_a_stranger_gets_no_proof_to_show_to_a_tab(served: Served, path: str) -> None:
    for headers in (WORD, {**WORD, "Host": "evil.example"}, {**WORD, "Origin": "http://evil.example"}):
        answer = served.ask("GET", path, headers, cookie="")
        assert PROOF not in answer.headers
        assert "data-tabs" not in answer.text


def test_the_next_page_of_the_same_working_tree_is_known(rig: Rig, repo: Repo) -> None:
    repo.config('[jobs.check]\nstages = ["s"]\n[stages.s]\nrun = "true"\n')
    first = Served(rig, repo)
    secret = _secret(first)
    assert secret not in first.ask("GET", "/api/v1/now").text
    os.kill(first.running.pid, signal.SIGINT)
    assert first.running.finish() == 0
    again = Served(rig, repo)
    assert _secret(again) == secret
    assert (repo.root / ".git/gofigure/page.json").stat().st_mode & 0o077 == 0
