"""What we hand to git as an address or a name, and the known ways to make more of it (CVEs) that end here."""

from __future__ import annotations

import pytest

from gofigure.git.address import BadAddress, below, names_of, parsed, redacted, ref_fault

GOOD = {
    "https://example.com/a.git": "https",
    "https://example.com:8443/~u/a b".replace(" ", "%20"): "https",
    "https://org@dev.azure.com/org/p/_git/r": "https",
    "http://127.0.0.1:8080/a.git": "http",
    "http://localhost/a": "http",
    "http://[::1]:3000/a": "http",
    "ssh://git@example.com:22/a.git": "ssh",
    "git@example.com:a/b.git": "ssh",
    "example.com:a": "ssh",
    "git://example.com/a": "git",
    "file:///srv/a b.git".replace(" ", "%20"): "file",
    "/srv/a repository.git": "file",
    "./a": "file",
    "../a": "file",
}

BAD = {
    "an option": "--upload-pack=touch /tmp/x",
    "a short option": "-utouch x",
    "a transport helper (CVE-2022-24439)": "ext::sh -c touch% /tmp/x",
    "another one": "fd::17/foo",
    "a helper in a url": "ext://sh",
    "an option for ssh in the host (CVE-2017-1000117)": "ssh://-oProxyCommand=touch/x",
    "in the host of the short form": "-oProxyCommand=touch:x",
    "in the user": "ssh://-oProxyCommand=x@host/x",
    "behind the user": "git@-oProxyCommand=touch:x",
    "an option as a path": "host:-x",
    "a line end": "https://example.com/a\nb",
    "a carriage return (CVE-2025-48384)": "https://example.com/a\r",
    "a NUL": "/srv/a\0b",
    "a line end for a credential helper (CVE-2020-5260)": "https://example.com/%0ahost=x\n",
    "a blank": "https://example.com/a --upload-pack=x",
    "a password": "https://me:hunter2@example.com/a",
    "a password over ssh": "ssh://me:hunter2@example.com/a",
    "a token": "https://ghp_0123456789abcdef@example.com/a",
    "a long token": f"https://{'x' * 40}@example.com/a",
    "a token behind a question mark": "https://example.com/a?private_token=x",
    "in the clear": "http://example.com/a",
    "to a host that begins as loopback": "http://127.0.0.1.example.com/a",
    "to a host that begins as localhost": "http://localhost.example.com/a",
    "a file of another host": "file://host/a",
    "no repository": "https://example.com",
    "a name alone": "origin",
    "nothing": "",
    "a bundle": "bundle:///a",
    "ftp": "ftp://example.com/a",
    "capitals": "HTTPS://example.com/a",
}


@pytest.mark.parametrize(("url", "protocol"), GOOD.items())
def test_addresses(url: str, protocol: str) -> None:
    assert parsed(url) == (url, protocol)


@pytest.mark.parametrize("why", BAD)
def test_what_is_no_address(why: str) -> None:
    with pytest.raises(BadAddress) as caught:
        parsed(BAD[why])
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("ref", ["main", "feature/x", "v1.0", "refs/heads/a", "HEAD", "a@b", "é", "$(id)", "a;id"])
def test_names_that_git_has(ref: str) -> None:
    assert not ref_fault(ref)


@pytest.mark.parametrize(
    "ref",
    [
        "", "-x", "--upload-pack=x", "a b", "a..b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "a\nb",
        "a\x7f", "@", "a@{1}",
        "/a", "a/", "a.", ".a", "a/.b", "a.lock", "a.lock/b", "a//b",
    ],
)  # fmt: skip
def test_names_that_it_does_not(ref: str) -> None:
    assert ref_fault(ref)


def test_what_a_short_name_may_stand_for() -> None:
    assert names_of("main") == ("refs/heads/main", "refs/tags/main", "refs/main")
    assert names_of("pull/7/head")[0] == "refs/pull/7/head"
    assert names_of("HEAD") == ("HEAD",)
    assert names_of("refs/x/y") == ("refs/x/y",)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("fatal: https://me:pw@h/a: no", "fatal: https://***@h/a: no"),
        ("https://ghp_x@h/a", "https://***@h/a"),
        ("ssh://git@h/a", "ssh://git@h/a"),
        ("https://h/a?token=pw&x=y", "https://h/a?token=***&x=***"),
        ("two https://a:b@h https://c@h", "two https://***@h https://***@h"),
        ("git@h:a", "git@h:a"),
    ],
)
def test_what_may_be_secret_is_hidden(text: str, shown: str) -> None:
    assert redacted(text) == shown


@pytest.mark.parametrize(
    ("base", "relative", "address"),
    [
        ("https://h/a/b.git", "../c.git", "https://h/a/c.git"),
        ("https://h/a/b.git", "./c.git", "https://h/a/b.git/c.git"),
        ("git@h:a/b.git", "../c.git", "git@h:a/c.git"),
        ("/srv/a.git", "../b.git", "/srv/b.git"),
        ("https://h/a", "https://g/b", "https://g/b"),
    ],
)
def test_relative_addresses(base: str, relative: str, address: str) -> None:
    assert below(base, relative) == address


@pytest.mark.parametrize(("base", "relative"), [("https://h/a", "../../../../x"), ("/a", "../../x")])
def test_one_that_leads_out(base: str, relative: str) -> None:
    with pytest.raises(BadAddress):
        below(base, relative)
