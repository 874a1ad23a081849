"""No form of a secret comes out, however the output is split; and all else comes out as it went in."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import urllib.parse

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gofigure.process.mask import MINIMUM, STARS, Finder, Mask, Masker, forms

SECRET = "s3cr3t/+T0ken&'x y"

# Without a star: the mark itself may complete what is made of stars.
values = st.text(st.characters(exclude_characters="*", codec="utf-8", min_codepoint=1), min_size=MINIMUM, max_size=40)
small = st.text("abA /%+", min_size=MINIMUM, max_size=8)


def through(masker: Masker, chunks: list[bytes]) -> bytes:
    return b"".join([masker.feed(chunk) for chunk in chunks] + [masker.flush()])


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


@settings(max_examples=600, deadline=None)
@given(st.lists(values | small, min_size=1, max_size=3), st.data(), st.lists(st.integers(0, 10_000), max_size=6))
def test_no_form_comes_out_wherever_the_output_is_split(secrets: list[str], data: st.DataObject, at: list[int]) -> None:
    mask = Mask(secrets)
    parts = st.binary(max_size=30).map(lambda noise: noise.replace(b"*", b"")) | st.sampled_from(mask.forms or (b"",))
    whole = b"".join(data.draw(st.lists(parts, max_size=6)))
    split = through(mask.masker(), cut(whole, at))
    # Stars between two pieces may not make a form of them, so it is searched piece by piece.
    assert not [form for form in mask.forms for piece in split.split(STARS) if form in piece]
    assert split == through(mask.masker(), [whole])
    assert split == through(mask.masker(), [whole[i : i + 1] for i in range(len(whole))])


@settings(max_examples=300, deadline=None)
@given(values, st.lists(st.binary(max_size=200), max_size=5))
@example("abcd", [b"abc", b"", b"xabc"])
def test_what_holds_no_secret_comes_out_as_it_went_in(secret: str, chunks: list[bytes]) -> None:
    mask = Mask([secret])
    whole = b"".join(chunks)
    if not any(form in whole for form in mask.forms):
        assert through(mask.masker(), chunks) == whole
        assert through(mask.masker(prompt=True), chunks) == whole


@settings(max_examples=300, deadline=None)
@given(values.filter(str.isprintable), st.binary(max_size=4), st.binary(max_size=4))
def test_every_way_of_writing_it(secret: str, before: bytes, after: bytes) -> None:
    """What the standard library makes of it, with something around it."""
    data = secret.encode()
    mask = Mask([secret])
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        said = through(mask.masker(), [encode(before + data + after)])
        # Of its first and its last letter a part of the bits belongs to what is around it.
        assert len(said.replace(STARS, b"")) <= len(encode(before)) + len(encode(after)) + 4
        assert STARS in said
    for whole in (
        urllib.parse.quote(secret),
        urllib.parse.quote(secret, safe=""),
        urllib.parse.quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        secret.replace("'", "'\"'\"'"),
        data.hex(),
        data.hex().upper(),
    ):
        assert through(mask.masker(), [whole.encode()]) == STARS, whole


def test_in_a_basic_authorization() -> None:
    header = b"Authorization: Basic " + base64.b64encode(b"user:" + SECRET.encode() + b"@host") + b"\n"
    said = through(Mask([SECRET]).masker(), [header])
    assert said.startswith(b"Authorization: Basic ")
    for size in range(MINIMUM, len(SECRET)):
        assert base64.b64encode(SECRET.encode()[:size]).rstrip(b"=")[:-1] not in said


@pytest.mark.parametrize(
    ("secrets", "text", "masked"),
    [
        (["abcdef", "cdefgh"], b"xabcdefghy", b"x***y"),  # overlapping
        (["abcd", "abcdefgh"], b"xabcdefghy abcdefg", b"x***y ***efg"),  # one the beginning of the other
        (["cdef", "abcdefgh"], b"xabcdefghy", b"x***y"),  # one inside the other
        (["aaaa"], b"baaaaaaab", b"b***b"),
        (["abcd"], b"abcdabcd", b"******"),
        (["abcd"], b"abc", b"abc"),
        (["abcd"], b"\x00\xffabcd\xfe\r\n", b"\x00\xff***\xfe\r\n"),
        (["first line\r\nsecond line\nab\n"], b"> first line\n> second line\n> ab\n", b"> ***\n> ***\n> ab\n"),
        (["abc"], b"abc", b"abc"),  # too short
        ([], b"abc", b"abc"),
    ],
)
def test_tables(secrets: list[str], text: bytes, masked: bytes) -> None:
    mask = Mask(secrets)
    for size in range(1, len(text) + 1):
        chunks = [text[at : at + size] for at in range(0, len(text), size)]
        assert through(mask.masker(), chunks) == masked


def test_only_what_may_go_on_is_held_back() -> None:
    masker = Mask(["topsecret"]).masker()
    assert masker.feed(b"a line\n") == b"a line\n"
    assert masker.feed(b"to") == b""
    assert masker.feed(b"morrow\n") == b"tomorrow\n"
    assert masker.feed(b"topsecret") == STARS
    assert masker.feed(b"topsecre") == b""
    assert masker.flush() == b"topsecre"


def test_on_a_prompt_a_typed_letter_is_seen_at_once() -> None:
    masker = Mask(["topsecret"]).masker(prompt=True)
    assert [masker.feed(bytes([byte])) for byte in b"to to"] == [b"t", b"o", b" ", b"t", b"o"]
    assert through(masker, [b"psecret", b"!"]) == b"***!"


def test_long_values_in_lines_of_base64() -> None:
    key = "".join(f"{number:x}" for number in range(200))
    for columns in (64, 76):
        text = base64.b64encode(key.encode())
        lines = [text[at : at + columns] for at in range(0, len(text), columns)]
        said = through(Mask([key]).masker(), [b"\n".join(lines)])
        assert set(said.split(b"\n")) == {STARS}


def test_a_secret_of_16_kilobytes_over_many_reads() -> None:
    key = "".join(f"{number:05x}" for number in range(3300))
    data = b"before " + key.encode() + b" after"
    for size in (1000, 8192, 16384):
        chunks = [data[at : at + size] for at in range(0, len(data), size)]
        assert through(Mask([key]).masker(), chunks) == b"before *** after"


def test_a_text() -> None:
    assert Mask([SECRET]).text(f"src/{SECRET}.py changed") == "src/***.py changed"


def test_no_form_is_so_short_that_it_is_everywhere() -> None:
    assert not forms("abc")
    assert min(map(len, forms("abcd"))) >= MINIMUM


def test_many_secrets_are_found_wherever_they_stand() -> None:
    """Long forms are looked for by pieces, at every place that they may have to a boundary."""
    keys = [hashlib.sha256(bytes([number])).hexdigest()[:45] for number in range(12)]
    mask = Mask(keys)
    for key in keys:
        for form in forms(key):
            for before in range(34):
                noise = b"." * before
                assert through(mask.masker(), [noise + form + b"." * 50]) == noise + STARS + b"." * 50
                assert through(mask.masker(), [noise + form]) == noise + STARS


def test_what_stands_for_a_kind_is_in_each_of_it() -> None:
    finder = Finder([{b"a%20b-long", b"a b-long"}, {b"x%20y", b"x y z"}])
    assert finder.within(b"a%20b-long") == {b"a%20b-long"}
    assert finder.within(b"long") == set()
    assert finder.within(b"x y z, x%20y") == {b"x%20y", b"x y z"}
